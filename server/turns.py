"""Whose answer is redacted when: Python runs one thread at a time, and a large one holds up all others."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar
from weakref import WeakValueDictionary

from anyio import CapacityLimiter, Lock, to_thread

T = TypeVar("T")


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
