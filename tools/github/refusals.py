"""What GitHub's statuses mean for a call: nothing of what it wrote is passed on."""

import math
from typing import Final, NoReturn

import httpx2

from policies.errors import Denied, InvalidArgument, LimitReached, NeedsConnection, NotFound
from tools.rest.refusals import failed, too_many_calls

_MOST_SECONDS: Final = 3600.0


def not_found(source: str) -> NotFound:
    """The one answer for what does not exist, what is not the user's to see, and what is not configured."""
    return NotFound(
        "There is no such repository, or nothing of that name or number in it that is open to you. "
        f"{source}_repositories lists the repositories."
    )


def refuse(source: str, answer: httpx2.Response, now: float) -> NoReturn:
    """Raises what an answer other than 200 means. `now` is the wall clock, in seconds since 1970."""
    status = answer.status_code
    detail = f"GitHub answered {status}"
    if status == 401:
        raise NeedsConnection(source, refused=True)
    # A repository that was renamed answers with where to: by its new name, it may not be a configured one.
    if status in {404, 410, 451} or 300 <= status < 400:
        raise not_found(source)
    if status in {403, 429} and (wait := _limited(answer, now)):
        raise LimitReached(f"{source} takes no more calls for now. Come back in {wait} s.", retry_after=wait)
    if status == 429:
        raise too_many_calls(source, answer, now)
    if status == 403:
        raise Denied(
            "GitHub does not let you do this. Ask whoever runs the repository for the right to.",
            rule="upstream",
            detail=detail,
        )
    if status in {400, 409, 422}:
        raise InvalidArgument(
            "GitHub does not take these arguments. Look them up, and call again.", detail=detail
        )
    raise failed(source, answer, now, detail)


def _limited(answer: httpx2.Response, now: float) -> int | None:
    """Seconds until it takes calls again, where a limit is why it does not.

    docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api: with 403 as with 429.
    """
    if told := answer.headers.get("retry-after", ""):
        return int(told) if told.isdecimal() and int(told) <= _MOST_SECONDS else None
    if answer.headers.get("x-ratelimit-remaining") != "0":
        return None
    reset = answer.headers.get("x-ratelimit-reset", "")
    if not reset.isdecimal():
        return None
    return max(1, math.ceil(min(float(reset) - now, _MOST_SECONDS)))
