"""When something was: in ISO 8601, as Graph tells it."""

from datetime import UTC, datetime

from tools.rest.refusals import odd


def micros(told: str) -> int:
    """Microseconds since 1970. Raises `UpstreamFailed`."""
    try:
        moment = datetime.fromisoformat(told)
    except ValueError:
        raise odd("a message has no time") from None
    if moment.tzinfo is None:
        raise odd("a message has no time zone")
    return round(moment.timestamp() * 1_000_000)


def moment(of: int) -> str:
    """Of microseconds since 1970."""
    return datetime.fromtimestamp(of / 1_000_000, UTC).isoformat(timespec="seconds")
