"""The calls under way: what a server that is told to stop waits for."""

from collections.abc import Generator
from contextlib import contextmanager

import anyio


class UnderWay:
    def __init__(self) -> None:
        self._scopes: set[anyio.CancelScope] = set()
        self._idle = anyio.Event()

    @contextmanager
    def call(self) -> Generator[anyio.CancelScope]:
        """Around one call. It was ended by `settle` where the scope says `cancelled_caught`."""
        with anyio.CancelScope() as scope:
            self._scopes.add(scope)
            try:
                yield scope
            finally:
                self._scopes.remove(scope)
                self._idle.set()

    async def settle(self, seconds: float) -> None:
        """Returns when no call is under way. After so many seconds those that only read are ended.

        A call past its point of no return is shielded (server/audit.py): it has as long as its source allows.
        """
        with anyio.move_on_after(seconds):
            await self._none_left()
        for scope in [*self._scopes]:
            scope.cancel()
        await self._none_left()

    async def _none_left(self) -> None:
        while self._scopes:
            self._idle = anyio.Event()
            await self._idle.wait()
