"""The connections of one credential."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

import anyio

from tools.mysql.link import Link, Login, connect

_MOST: Final = 10
_IDLE_SECONDS: Final = 60.0


class Pool:
    """At most ten at once; one that was idle for a minute is not used again.

    `look` is asked about each new connection, and what it raises ends that one.
    """

    def __init__(self, login: Login, look: Callable[[Link], Awaitable[None]]) -> None:
        self._login = login
        self._look = look
        self._turns = anyio.Semaphore(_MOST)
        self._idle: list[Link] = []
        self.held = 0

    @property
    def is_idle(self) -> bool:
        return not self.held and not self._idle

    @asynccontextmanager
    async def link(self) -> AsyncGenerator[Link]:
        """Raises what is in `failures.DRIVER`, or what `look` does."""
        self.held += 1
        try:
            async with self._turns:
                link = await self._taken() or await self._made()
                try:
                    yield link
                finally:
                    if link.is_open:
                        self._idle.append(link)
        finally:
            self.held -= 1

    async def close(self) -> None:
        idle, self._idle = self._idle, []
        for link in idle:
            await link.close()

    async def _taken(self) -> Link | None:
        while self._idle:
            link = self._idle.pop()
            if link.is_open and anyio.current_time() - link.used_at < _IDLE_SECONDS:
                return link
            with anyio.CancelScope(shield=True):
                await link.close()
        return None

    async def _made(self) -> Link:
        link = await connect(self._login)
        try:
            await self._look(link)
        except BaseException:
            link.hang_up()
            raise
        return link
