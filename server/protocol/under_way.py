"""The calls under way: what a server that is told to stop waits for, and what ends with its user."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import anyio

from policies.call import User

STOPPING: Final = "remit is stopping, and ended this call. Call again in a moment."
ENDED: Final = "Your session has ended, and this call with it. Sign in, and call again."


@dataclass(slots=True, eq=False)
class Begun:
    """`user` is None where nobody can say whose it is, `why` what its caller hears who did not end it."""

    scope: anyio.CancelScope
    user: User | None
    why: str = STOPPING


class UnderWay:
    def __init__(self) -> None:
        self._begun: set[Begun] = set()
        self._idle = anyio.Event()

    @contextmanager
    def call(self, user: User | None) -> Generator[Begun]:
        """Around one call. It was ended by `settle` or `end` where control leaves it without a result."""
        with anyio.CancelScope() as scope:
            begun = Begun(scope, user)
            self._begun.add(begun)
            try:
                yield begun
            finally:
                self._begun.remove(begun)
                self._idle.set()

    def end(self, is_theirs: Callable[[User], bool]) -> None:
        """Ends those of a user; one past its point of no return goes on, as with `settle`."""
        for begun in self._begun:
            if begun.user is not None and is_theirs(begun.user):
                begun.why = ENDED
                begun.scope.cancel()

    async def settle(self, seconds: float) -> None:
        """Returns when no call is under way. After so many seconds those that only read are ended.

        A call past its point of no return is shielded (server/audit.py): it has as long as its source allows.
        """
        with anyio.move_on_after(seconds):
            await self._none_left()
        for begun in self._begun:
            begun.scope.cancel()
        await self._none_left()

    async def _none_left(self) -> None:
        while self._begun:
            self._idle = anyio.Event()
            await self._idle.wait()
