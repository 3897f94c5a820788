"""The connections of one credential."""

from collections.abc import Awaitable, Callable
from typing import Final

import anyio

from tools.mysql.link import Link, Login, connect

_MOST: Final = 10
_IDLE_SECONDS: Final = 60.0
_OLDEST_SECONDS: Final = 600.0  # then a new one, and its account is looked at again
_WAIT_SECONDS: Final = 10.0


class Pool:
    """At most ten at once. `look` is asked about each new one, and what it raises ends that one."""

    def __init__(self, login: Login, look: Callable[[Link], Awaitable[None]]) -> None:
        self._login = login
        self._look = look
        self._turns = anyio.Semaphore(_MOST)
        self._idle: list[Link] = []
        self._taken = 0

    @property
    def is_idle(self) -> bool:
        return not self._taken and not self._idle

    async def take(self) -> Link:
        """One that is to be given back. Raises what is in `failures.DRIVER`, or what `look` does."""
        with anyio.fail_after(min(self._login.seconds, _WAIT_SECONDS)):
            await self._turns.acquire()
        self._taken += 1
        try:
            return await self._used() or await self._made()
        except BaseException:
            self._done()
            raise

    def give_back(self, link: Link) -> None:
        """One that is open is used again."""
        if link.is_open:
            self._idle.append(link)
        self._done()

    async def close(self) -> None:
        idle, self._idle = self._idle, []
        for link in idle:
            await link.close()

    def _done(self) -> None:
        self._taken -= 1
        self._turns.release()

    async def _used(self) -> Link | None:
        now = anyio.current_time()
        while self._idle:
            link = self._idle.pop()
            if link.is_open and now - link.used_at < _IDLE_SECONDS and now - link.made_at < _OLDEST_SECONDS:
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
