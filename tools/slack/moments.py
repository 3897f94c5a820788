"""When a message was sent, which is also what it is called: seconds since 1970, with six decimals."""

import re
from datetime import UTC, datetime
from typing import Final

from tools.rest.refusals import odd

_TS: Final = re.compile(r"([0-9]{1,10})\.([0-9]{6})")


def micros(ts: str) -> int:
    """Microseconds since 1970, which is how cursors count. Raises `UpstreamFailed`."""
    found = _TS.fullmatch(ts)
    if found is None:
        raise odd("a message has no time")
    return int(found[1]) * 1_000_000 + int(found[2])


def ts(of: int) -> str:
    seconds, rest = divmod(of, 1_000_000)
    return f"{seconds}.{rest:06}"


def moment(of: str) -> str:
    """As ISO 8601 has it."""
    return datetime.fromtimestamp(micros(of) / 1_000_000, UTC).isoformat(timespec="seconds")
