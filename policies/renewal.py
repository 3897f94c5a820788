"""When somebody is told that a connection is due to be made anew."""

from typing import Final

from policies.milliseconds import DAY

AHEAD: Final = (1, 7, 30)  # days


def due_within(made_at: int, due_at: int, now: int) -> int | None:
    """The fewest of `AHEAD` days within which it is due, 0 once it is, None while that is further off.

    Times are in milliseconds. A warning that would stand from the first day on says nothing, and is left out.
    """
    if now >= due_at:
        return 0
    return next((days for days in AHEAD if due_at - now <= days * DAY < due_at - made_at), None)


def said(days: int) -> str:
    """As in "within a day"."""
    return "within a day" if days == 1 else f"within {days} days"
