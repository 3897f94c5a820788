"""Which requests are sent again, and when."""

from email.utils import parsedate_to_datetime
from typing import Final

import httpx2

_IDEMPOTENT: Final = frozenset(
    {"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"}
)  # RFC 9110, section 9.2.2
_PASSING: Final = frozenset({429, 503})
_FIRST: Final = 0.5  # seconds


def may_be_repeated(request: httpx2.Request) -> bool:
    """A body that is streamed can be read once."""
    return request.method in _IDEMPOTENT and isinstance(request.stream, httpx2.ByteStream)


def pause(answer: httpx2.Response, tries: int, now: float) -> float | None:
    """Seconds until the request is sent again, or None where the answer stands. `now` is the wall clock."""
    if answer.status_code not in _PASSING:
        return None
    told = answer.headers.get("retry-after", "").strip()
    if told.isascii() and told.isdecimal():
        return float(told)
    try:
        return max(0.0, parsedate_to_datetime(told).timestamp() - now)
    except (ValueError, OverflowError):
        return backoff(tries)


def backoff(tries: int) -> float:
    return _FIRST * float(2**tries)
