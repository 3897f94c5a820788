"""What GitLab's statuses mean for a call: nothing of what it wrote is passed on."""

from collections.abc import Mapping
from typing import Final, NoReturn

import httpx2

from policies.errors import Denied, InvalidArgument, NeedsConnection, NotFound
from policies.frames import BadFrame, parse
from tools.rest.refusals import failed, too_little, too_many_calls

_MAX_ERROR: Final = 65_536  # bytes of an answer that says what went wrong


def not_found(source: str) -> NotFound:
    """The one answer for what does not exist, what is not the user's to see, and what is not configured."""
    return NotFound(
        "There is no such project, or nothing of that name or number in it that is open to you. "
        f"{source}_repositories lists the projects."
    )


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
            "GitLab does not let you do this. Ask whoever runs the project for the right to.",
            rule="upstream",
            detail=detail,
        )
    if status == 429:
        raise too_many_calls(source, answer, now)
    if status in {400, 409, 422}:
        raise InvalidArgument(
            "GitLab does not take these arguments. Look them up, and call again.", detail=detail
        )
    raise failed(source, answer, now, detail)


def _error(body: bytes) -> object:
    try:
        value = parse(body, _MAX_ERROR)
    except BadFrame:
        return None
    return value.get("error") if isinstance(value, Mapping) else None
