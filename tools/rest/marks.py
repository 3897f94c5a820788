"""What is noted right before something is sent, to tell later what became of it (threat T47)."""

from datetime import UTC, datetime, timedelta
from typing import Final

from policies.canonical import Json
from tools.connector import Trace

_SKEW: Final = timedelta(minutes=1)  # by which the system's clock may be behind
_SLOWEST: Final = 60  # seconds that a system may still work on a request that nobody waits for


def mark(now: float, limit: float) -> dict[str, Json]:
    """Of what is sent from `now` on, the wall clock, for `limit` seconds at the most."""
    since = (datetime.fromtimestamp(now, UTC) - _SKEW).isoformat(timespec="seconds")
    return {"since": since, "over": round(now + limit + _SLOWEST)}


def since_of(mark: Json) -> str | None:
    """What was made before that moment (ISO 8601) was made by something else."""
    since = mark.get("since") if isinstance(mark, dict) else None
    return since if isinstance(since, str) else None


def settled(found: Trace, mark: Json, now: float) -> Trace:
    """`found`, unless something sent may still be under way and change it."""
    over = mark.get("over") if isinstance(mark, dict) else None
    is_over = isinstance(over, int) and now > over
    return found if found is Trace.DONE or is_over else Trace.UNDER_WAY
