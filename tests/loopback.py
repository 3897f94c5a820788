"""Pretend systems on loopback, each in a thread of its own: clients that block can be served too."""

import socket
import ssl
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from subprocess import Popen
from threading import Thread
from typing import Any, Final, TypeVar

import httpx2
import uvicorn
from starlette.types import ASGIApp

HERE: Final[Mapping[str, Any]] = {"trust_env": False, "verify": ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)}
"""Of clients that speak plain HTTP to this machine: each would take 16 ms to get ready for TLS."""
_STOPS_WITHIN = 10  # seconds

Application = TypeVar("Application", bound=ASGIApp)


def await_answer(url: str, process: Popen[bytes], within: float = 60.0) -> None:
    """Waits, in seconds, until a program that was just started answers. Raises `AssertionError`."""
    until = time.monotonic() + within
    while time.monotonic() < until and process.poll() is None:
        try:
            httpx2.get(url, timeout=5, **HERE)
        except httpx2.TransportError:
            # Nothing tells that it listens but that it does.
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"{process.args!r} does not start")


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
