"""The clock that limits go by: no step of any other clock moves it (threats T38, T52).

A process begins it by two others, the store's and this machine's since it was started, and takes the one that
is behind: to step one of them opens nothing. docs/decisions/0010 and 0033 have the reasons.
"""

from pathlib import Path
from time import monotonic_ns
from typing import Final

from server.transaction import Transaction

CLOCK: Final = "clock"
"""The key in the table of limits of its latest reading, by any process."""
_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")


class SteadyClock:
    """Microseconds since 1970, about.

    It goes on by the monotonic clock, never behind `stamp`, which is the last reading that any process has
    kept in the store. So a replica that starts late, or was suspended, follows the others. A step while no
    process of any machine runs counts as time that passed, and so does one before a machine's first process.
    """

    def __init__(self) -> None:
        self.ahead: int | None = None
        """Of the monotonic clock; None before the first reading."""
        self.begun = False
        """Whether it is durable, for other processes of this machine, how far this one is ahead."""
        self.boot = _boot()
        """The key in the table of limits of how far a process of this machine was ahead; "" where none is."""

    @property
    def needs(self) -> tuple[str, ...]:
        """The keys of what the next reading should be given."""
        return (CLOCK, self.boot) if self.boot and not self.begun else (CLOCK,)

    def read(self, stamp: int | None, wall: int, ahead: int | None = None) -> int:
        """`wall` is the store's time; `ahead` is what another process of this machine has kept for `boot`."""
        mine = monotonic_ns() // 1000
        if self.ahead is None:
            begun = wall if ahead is None else min(wall, mine + ahead)
            self.ahead = begun - mine
        now = max(mine + self.ahead, stamp or 0)
        self.ahead = now - mine
        return now


def steady_now() -> Transaction[int]:
    """What it says to a process that only looks, and begins none."""
    clock = SteadyClock()
    rows = yield (
        "SELECT now_ms(), (SELECT tat FROM limits WHERE key = $1), (SELECT tat FROM limits WHERE key = $2)",
        (CLOCK, clock.boot),
    )
    wall, stamp, ahead = rows[0]
    return clock.read(stamp, wall * 1000, ahead)


def _boot() -> str:
    """All processes since one start of a machine share a monotonic clock, and nothing else knows the time."""
    try:
        return f"clock {_BOOT.read_text().strip()}"
    except OSError:
        return ""
