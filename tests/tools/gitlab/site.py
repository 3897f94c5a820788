"""A pretend GitLab on loopback, in a thread of its own: clients that block can be served too."""

import socket
from collections.abc import Generator
from contextlib import contextmanager
from threading import Thread

import uvicorn
from starlette.types import Receive, Scope, Send

from tests.tools.gitlab.fake import GitLab, Tokens

_STOPS_WITHIN = 10  # seconds


class Site:
    """One address, and behind it a GitLab that each test gets anew."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.renew()

    def renew(self) -> None:
        self.tokens = Tokens()
        self.gitlab = GitLab(self.tokens)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.gitlab(scope, receive, send)


@contextmanager
def serving() -> Generator[Site]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        site = Site(f"http://127.0.0.1:{listening.getsockname()[1]}")
        # It is said of a half answer that it is one: here that is meant.
        server = uvicorn.Server(uvicorn.Config(site, http="h11", lifespan="off", log_config=None))
        thread = Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            yield site
        finally:
            server.should_exit = True
            thread.join(_STOPS_WITHIN)
