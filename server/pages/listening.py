"""Where people reach our pages while remit itself is spoken to over stdio.

At server.url, where that is a port of this machine that is free. Where another remit over the same store
listens there, its pages are as good as ours, and once it ends we take its place. Where something else does,
ours are at a free port.
"""

import logging
import secrets
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import urlsplit

import anyio
import httpx2
import uvicorn

from policies.errors import ConfigurationError
from server.front import Address, is_loopback, named
from server.listening import SETTINGS, Listener, listen
from server.pages.app import PEER, Pages
from server.pages.tickets import Kind
from server.transaction import StoreUnavailable

log = logging.getLogger("remit.pages")

AGAIN: Final = 5.0  # seconds between two looks at another's pages
PATIENCE: Final = 2.0  # seconds for one look
PEER_LASTS: Final = 10  # seconds


class Links:
    """`url` is where people reach the pages now: ask each time that a link is made. Made by `serving`."""

    def __init__(self, pages: Pages, url: str) -> None:
        self._pages = pages
        self._wanted = self.url = url

    async def settle(self) -> socket.socket | None:
        """What to listen on, or None while another's pages serve. Raises `StoreUnavailable`."""
        place = _place(self._wanted)
        if place is not None:
            try:
                own = listen(place)
            except ConfigurationError:
                own = None
            if own is not None:
                self.url = self._wanted
                return own
        if await self.stands_in():
            self.url = self._wanted
            return None
        own = listen(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{own.getsockname()[1]}"
        return own

    async def stands_in(self) -> bool:
        """Whether what listens there has our store and our keys, and signs in whom we do.

        It gets a ticket of ours: only who can read our store, and open what is sealed there, knows the word.
        Who has the port and passes the ticket on to a true one learns nothing: that has another port.
        """
        word = secrets.token_urlsafe(32)
        place = _place(self._wanted)
        port = place[1] if place else None
        ticket = await self._pages.tickets.issue(
            Kind.PEER, {"word": word, "who": self._pages.who, "port": port}, PEER_LASTS
        )
        try:
            with anyio.fail_after(PATIENCE):
                async with (
                    httpx2.AsyncClient(trust_env=False) as client,
                    client.stream("GET", f"{self._wanted.rstrip('/')}{PEER}/{ticket}") as answer,
                ):
                    async for piece in answer.aiter_raw(len(word)):
                        return secrets.compare_digest(piece, word.encode())
        except (httpx2.HTTPError, OSError, TimeoutError):
            pass
        return False

    async def serve(self, listening: socket.socket | None) -> None:
        """Until it is cancelled."""
        while listening is None:
            await anyio.sleep(AGAIN)
            try:
                if not await self.stands_in():
                    listening = await self.settle()
            except StoreUnavailable:
                # Without the store nothing can be decided on anybody's pages.
                log.warning("the store does not answer, so nobody knows whose pages are served")
        log.info("the pages are served", extra={"url": self.url})
        parts = urlsplit(self.url)
        address: Address = (parts.hostname or "", parts.port or 80)
        app = named(self._pages.at(self.url), self._pages.document, address)
        server = Listener(uvicorn.Config(app, **SETTINGS))
        try:
            await server.serve([listening])
        finally:
            listening.close()


@asynccontextmanager
async def serving(pages: Pages, url: str) -> AsyncGenerator[Links]:
    """The pages can be reached while inside. Raises `StoreUnavailable`."""
    links = Links(pages, url)
    listening = await links.settle()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(links.serve, listening)
        yield links
        tasks.cancel_scope.cancel()


def _place(url: str) -> Address | None:
    """The address, where it is a port of this machine that we can speak HTTP on."""
    parts = urlsplit(url)
    if parts.scheme != "http" or parts.port is None or not is_loopback(parts.hostname or ""):
        return None
    return parts.hostname or "", parts.port
