"""Pretend systems on loopback, each in a thread of its own: clients that block can be served too."""

import socket
import ssl
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from threading import Thread
from typing import Any, Final, TypeVar

import uvicorn
from starlette.types import ASGIApp

HERE: Final[Mapping[str, Any]] = {"trust_env": False, "verify": ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)}
"""Of clients that speak plain HTTP to this machine: each would take 16 ms to get ready for TLS."""
_STOPS_WITHIN = 10  # seconds

Application = TypeVar("Application", bound=ASGIApp)


@contextmanager
def listening(made_for: Callable[[str], Application]) -> Generator[Application]:
    """Serves what is made for an address."""
    with socket.create_server(("127.0.0.1", 0)) as own:
        application = made_for(f"http://127.0.0.1:{own.getsockname()[1]}")
        # It is said of a half answer that it is one: here that is meant.
        server = uvicorn.Server(uvicorn.Config(application, http="h11", lifespan="off", log_config=None))
        thread = Thread(target=server.run, kwargs={"sockets": [own]}, daemon=True)
        thread.start()
        try:
            yield application
        finally:
            server.should_exit = True
            thread.join(_STOPS_WITHIN)
