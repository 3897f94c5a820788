"""The last look at the kill switch before something is sent (threat T41).

A process may be stopped between its look and the send, by its machine or by hand, and wake up when all is
halted. So whoever sends has looked within the last quarter of a second by a clock that goes on meanwhile.
What is left of the gap can't be closed without the far side's help: such an action is in the list that
`remit halt` gives, and its end is on record.
"""

import time
from collections.abc import Callable
from typing import Final

from policies.call import Call
from policies.halt import hold
from server.halting.rows import raw
from server.store import Reader, StoreUnavailable

FRESH: Final = 0.25  # seconds that a look is good for
TRIES: Final = 8

# The boot clock goes on while the machine sleeps, where there is one.
_CLOCK: Final[int] = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def clock() -> float:
    """Seconds."""
    return time.clock_gettime(_CLOCK)


class Guard:
    def __init__(self, store: Reader, clock: Callable[[], float] = clock) -> None:
        self._store = store
        self.clock = clock

    async def hold(self, call: Call, looked: float | None = None) -> None:
        """Returns where the switch was read within the last FRESH seconds and does not halt the call.

        `looked` is when it was read before, by `clock`, and did not. Raises `Halted` or `StoreUnavailable`.
        """
        tries = 0
        while looked is None or self.clock() - looked > FRESH:
            if tries == TRIES:
                raise StoreUnavailable(f"the kill switch could not be read within {FRESH:g} s")
            tries += 1
            looked = self.clock()
            hold(await self._store.read(raw), call)
