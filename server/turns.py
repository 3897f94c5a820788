"""Whose text is looked through when: Python runs one thread at a time, and a large one holds up all."""

import itertools
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Final, TypeVar
from weakref import WeakValueDictionary

from anyio import CapacityLimiter, Lock, to_thread

from policies.call import Table
from policies.canonical import leaves

T = TypeVar("T")

LONG: Final = 32_000  # characters
_PLAIN: Final = 8  # characters that a value without text counts for


class Turns:
    """Short work goes to a thread at once; of what is long one is done at a time, users by turns (T40)."""

    def __init__(self) -> None:
        self._short = CapacityLimiter(8)  # enough to be read together; more only hold memory while they wait
        self._long = CapacityLimiter(1)
        self._waiting: WeakValueDictionary[tuple[str, str], Lock] = WeakValueDictionary()

    async def run(self, work: Callable[[], T], *, user: tuple[str, str], long: bool) -> T:
        """`user` is tenant and id: who has long work under way queues for more only when that is done."""
        if not long:
            return await to_thread.run_sync(work, limiter=self._short)
        async with self.long(user):
            return await to_thread.run_sync(work)

    @asynccontextmanager
    async def long(self, user: tuple[str, str]) -> AsyncGenerator[None]:
        """The user's turn to do what is long."""
        async with self._waiting.setdefault(user, Lock()), self._long:
            yield


def size_of(table: Table) -> int:
    """How many characters in it are to be looked through, counted until they are more than `LONG`."""
    size = 0
    for cell in itertools.chain.from_iterable(table.rows):
        for leaf in leaves(cell):
            size += len(leaf) if isinstance(leaf, str) else _PLAIN
            if size > LONG:
                return size
    return size
