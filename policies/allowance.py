"""How much of a scope is used up: calls and records in the last hour and the last day.

What is used is counted by the minute. A minute counts until it is over by a whole hour, or a whole day, so
the windows slide, and at no moment is more within one than the scope says.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from policies.scopes import Amount, Scope

MINUTE: Final = 60_000_000  # microseconds
HOUR_MINUTES: Final = 60
DAY_MINUTES: Final = 1440


class Minute(NamedTuple):
    """What was used in one: `number` is how many minutes the clock that counts had behind it."""

    number: int
    calls: int
    rows: int


class _Window(NamedTuple):
    minutes: int
    most: Amount


@dataclass(frozen=True, slots=True)
class Full:
    """A window has no room. `wait` is in seconds, rounded up."""

    reason: str
    wait: int


def full(scope: Scope, used: Sequence[Minute], rows: int, now: int) -> tuple[Full, ...]:
    """The windows that have no room for one more call that changes so many records at `now`.

    `now` is in microseconds, of the clock that numbered the minutes; `used` are those of the last day.
    """
    windows = (("an hour", HOUR_MINUTES, scope.per_hour), ("a day", DAY_MINUTES, scope.per_day))
    found = (
        _full(f"within {name}", _Window(minutes, most), used, rows, now) for name, minutes, most in windows
    )
    return tuple(each for each in found if each is not None)


def counting(minutes: int, now: int) -> int:
    """The number of the first minute that counts at `now` in a window of so many."""
    return now // MINUTE - minutes


def _full(when: str, window: "_Window", used: Sequence[Minute], rows: int, now: int) -> Full | None:
    """It waits until enough of what counts now counts no more."""
    minutes, most = window
    first = counting(minutes, now)
    within = sorted(minute for minute in used if minute.number >= first)
    calls, changed = 1 + sum(minute.calls for minute in within), rows + sum(minute.rows for minute in within)
    if calls <= most.calls and changed <= most.rows:
        return None
    what = f"{most.calls} calls" if calls > most.calls else f"{most.rows} records"
    wait = minutes * MINUTE
    for minute in within:
        calls, changed = calls - minute.calls, changed - minute.rows
        wait = (minute.number + minutes + 1) * MINUTE - now
        if calls <= most.calls and changed <= most.rows:
            break
    return Full(f"Its {what} {when} are used up.", -(-wait // 1_000_000))
