"""Many requests at once, for one call."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Final, TypeVar

import anyio

T = TypeVar("T")
_AT_ONCE: Final = 8


async def at_once(each: Iterable[T], do: Callable[[T], Awaitable[None]]) -> None:
    """Does it with each of them, a few at a time. Raises what the first of them raised that failed."""
    limiter = anyio.CapacityLimiter(_AT_ONCE)
    failures: list[Exception] = []

    async def one(item: T) -> None:
        async with limiter:
            try:
                await do(item)
            except Exception as error:  # noqa: BLE001 - raised below, by itself and not in a group
                failures.append(error)

    async with anyio.create_task_group() as tasks:
        for item in each:
            tasks.start_soon(one, item)
    if failures:
        raise failures[0]
