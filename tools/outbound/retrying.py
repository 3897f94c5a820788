"""Which requests are sent again, and when."""

from email.utils import parsedate_to_datetime
from typing import Final

import httpx2

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})  # RFC 9110, section 9.2.1
_PASSING: Final = frozenset({429, 503})
_FIRST: Final = 0.5  # seconds
_LONGEST: Final = 86_400.0  # seconds: of what says more, nothing is known


def may_be_repeated(request: httpx2.Request) -> bool:
    """What changes something is sent once, also where its method is idempotent: sent again on a condition, it
    would meet what it did itself, and hear that nothing was done (threat T47). A streamed body is read once.
    """
    return request.method in _SAFE and isinstance(request.stream, httpx2.ByteStream)


def pause(answer: httpx2.Response, tries: int, now: float) -> float | None:
    """Seconds until the request is sent again, or None where the answer stands. `now` is the wall clock."""
    if answer.status_code not in _PASSING:
        return None
    told = answer.headers.get("retry-after", "").strip()
    if told.isascii() and told.isdecimal():
        return min(float(told), _LONGEST)
    try:
        return min(max(0.0, parsedate_to_datetime(told).timestamp() - now), _LONGEST)
    except (ValueError, OverflowError):
        return backoff(tries)


def backoff(tries: int) -> float:
    return _FIRST * float(2**tries)
