"""What a system behind HTTP means by failing: nothing of what it wrote is passed on (threats T35, T26)."""

import math
from typing import Final

import httpx2

from policies.errors import Denied, LimitReached, UpstreamFailed
from tools.outbound.errors import BadAnswer, OutboundError, TooSlow, Untrusted
from tools.outbound.retrying import pause

_SOME_SECONDS: Final = 60  # where it says to come back and not when


def odd(what: str) -> UpstreamFailed:
    """`what` is for the log."""
    return UpstreamFailed(
        "The system answered in a form that remit does not know. Try again, and tell an administrator if it "
        "stays.",
        detail=what,
    )


def late(source: str, seconds: float) -> UpstreamFailed:
    return UpstreamFailed(f"{source} did not answer within {seconds:g} s. Ask for less, or try later.")


def unreached(source: str, error: httpx2.HTTPError) -> UpstreamFailed:
    match error:
        case TooSlow():
            said = "did not answer in time. Ask for less, or try later."
        case Untrusted():
            said = "can't prove who it is, so nothing was asked. Tell an administrator."
        case BadAnswer():
            said = "broke off its answer, or answered more than is read. Ask for less, or try again."
        case _:
            said = "can't be reached. Try later, and tell an administrator if it stays."
    detail = str(error) if isinstance(error, OutboundError) else type(error).__name__
    return UpstreamFailed(f"{source} {said}", detail=detail)


def too_little(source: str) -> Denied:
    """Of a token that may do less than is asked of it."""
    return Denied(
        f"Your connection to {source} was not given the right to do this. End it, and connect anew.",
        rule="insufficient_scope",
    )


def too_many_calls(source: str, answer: httpx2.Response, now: float) -> LimitReached:
    """Of an answer with status 429. `now` is the wall clock, in seconds since 1970."""
    wait = _seconds(answer, now) or _SOME_SECONDS
    return LimitReached(f"{source} takes no more calls for now. Come back in {wait} s.", retry_after=wait)


def failed(source: str, answer: httpx2.Response, now: float, detail: str) -> UpstreamFailed:
    """Of any other answer that is none of what was asked for."""
    seconds = _seconds(answer, now)
    when = f"in {seconds} s" if seconds else "later"
    return UpstreamFailed(
        f"{source} failed. Try again {when}, and tell an administrator if it stays.", detail=detail
    )


def _seconds(answer: httpx2.Response, now: float) -> int | None:
    """What the answer says of when to come back."""
    if not answer.headers.get("retry-after"):
        return None
    told = pause(answer, 0, now)
    return None if told is None else max(1, math.ceil(told))
