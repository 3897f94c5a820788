"""What GitLab's statuses mean for a call: nothing of what it wrote is passed on."""

import math
from collections.abc import Mapping
from typing import Final, NoReturn

import httpx2

from policies.errors import Denied, InvalidArgument, LimitReached, NeedsConnection, NotFound, UpstreamFailed
from policies.frames import BadFrame, parse
from tools.outbound.errors import BadAnswer, OutboundError, TooSlow, Untrusted
from tools.outbound.retrying import pause

_MAX_ERROR: Final = 65_536  # bytes of an answer that says what went wrong
_SOME_SECONDS: Final = 60  # where it says to come back and not when


def not_found(source: str) -> NotFound:
    """The one answer for what does not exist, what is not the user's to see, and what is not configured."""
    return NotFound(
        f"There is no such project, ref, file or issue open to you. {source}_repositories lists the projects."
    )


def too_little(source: str) -> Denied:
    return Denied(
        f"Your connection to {source} was not given the right to read. End it, and connect anew.",
        rule="insufficient_scope",
    )


def odd(what: str) -> UpstreamFailed:
    """`what` is for the log."""
    return UpstreamFailed(
        "GitLab answered in a form that remit does not know. Try again, and tell an administrator if it "
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


def refuse(source: str, answer: httpx2.Response, body: bytes, now: float) -> NoReturn:
    """Raises what an answer other than 200 means. `now` is the wall clock, in seconds since 1970."""
    status = answer.status_code
    detail = f"GitLab answered {status}"
    if status == 401:
        raise NeedsConnection(source, refused=True)
    # A project that has moved answers with where to: by its new path, it may not be a configured one.
    if status == 404 or 300 <= status < 400:
        raise not_found(source)
    if status == 403 and _error(body) == "insufficient_scope":
        raise too_little(source)
    if status == 403:
        raise Denied(
            "GitLab does not let you read this. Ask whoever runs the project for the right to.",
            rule="upstream",
            detail=detail,
        )
    seconds = _seconds(answer, now)
    if status == 429:
        wait = seconds or _SOME_SECONDS
        raise LimitReached(f"{source} takes no more calls for now. Come back in {wait} s.", retry_after=wait)
    if status in {400, 422}:
        raise InvalidArgument(
            "GitLab does not take these arguments. Look them up, and call again.", detail=detail
        )
    when = f"in {seconds} s" if seconds else "later"
    raise UpstreamFailed(
        f"{source} failed. Try again {when}, and tell an administrator if it stays.", detail=detail
    )


def _error(body: bytes) -> object:
    try:
        value = parse(body, _MAX_ERROR)
    except BadFrame:
        return None
    return value.get("error") if isinstance(value, Mapping) else None


def _seconds(answer: httpx2.Response, now: float) -> int | None:
    """What the answer says of when to come back."""
    if not answer.headers.get("retry-after"):
        return None
    told = pause(answer, 0, now)
    return None if told is None else max(1, math.ceil(told))
