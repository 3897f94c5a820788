"""What Drive's answers mean for a call: nothing of what it wrote is passed on."""

from typing import Final, NoReturn

import httpx2

from policies.errors import Denied, InvalidArgument, NeedsConnection
from policies.frames import BadFrame, parse
from tools.files.refusals import not_found
from tools.rest.refusals import failed, too_little, too_many_calls

_MAX_ERROR: Final = 65_536  # bytes of an answer that says what went wrong
# developers.google.com/workspace/drive/api/guides/handle-errors
_LIMITS: Final = frozenset(
    {"dailyLimitExceeded", "rateLimitExceeded", "sharingRateLimitExceeded", "userRateLimitExceeded"}
)
_SCOPES: Final = frozenset({"insufficientPermissions", "appNotAuthorizedToFile"})


def refuse(source: str, answer: httpx2.Response, now: float) -> NoReturn:
    """Raises what an answer means that is none of what was asked for. `now` is the wall clock."""
    status, reason = answer.status_code, _reason(answer)
    detail = f"Drive answered {status} {reason if reason.isalnum() else ''}".strip()
    if status == 401:
        raise NeedsConnection(source, refused=True)
    if status == 404:
        raise not_found(source)
    if status == 429 or (status == 403 and reason in _LIMITS):
        raise too_many_calls(source, answer, now)
    if status == 403 and reason in _SCOPES:
        raise too_little(source)
    if status == 403:
        raise Denied(
            "Drive does not let you do this. Ask whoever owns the file for the right to.",
            rule="upstream",
            detail=detail,
        )
    if status in {400, 409, 412, 413, 416, 422}:
        raise InvalidArgument(
            "Drive does not take these arguments. Look them up, and call again.", detail=detail
        )
    raise failed(source, answer, now, detail)


def _reason(answer: httpx2.Response) -> str:
    """Empty where it says none."""
    try:
        told = parse(answer.content, _MAX_ERROR)
    except BadFrame:
        return ""
    match told:
        case {"error": {"errors": [{"reason": str() as reason}, *_]}}:
            return reason
        case _:
            return ""
