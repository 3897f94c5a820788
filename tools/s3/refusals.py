"""What S3's answers mean for a call: nothing of what it wrote is passed on."""

from typing import Final, NoReturn

import httpx2

from policies.errors import Denied, InvalidArgument, NeedsConnection
from tools.files.refusals import not_found, stale
from tools.rest.refusals import failed, too_many_calls
from tools.s3.xml import root_of

# docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html: those that say that the key is not good.
_OF_THE_KEY: Final = frozenset(
    {
        "AccountProblem",
        "ExpiredToken",
        "InvalidAccessKeyId",
        "InvalidSecurity",
        "InvalidToken",
        "SignatureDoesNotMatch",
        "TokenRefreshRequired",
    }
)

_NOTHING: Final = frozenset({"AccessDenied", "MethodNotAllowed", "NoSuchKey", "NoSuchVersion"})
"""Those of what is not there, and of what is not the user's to see. Any other is somebody's fault."""


def code_of(answer: httpx2.Response) -> str:
    """Empty for an answer without one, as those to HEAD are."""
    root = root_of(answer.content)
    return "" if root is None or not root.tag.endswith("Error") else root.findtext("{*}Code") or ""


def refuse(source: str, answer: httpx2.Response, now: float) -> NoReturn:
    """Raises what an answer means that is none of what was asked for. `now` is the wall clock."""
    status, code = answer.status_code, code_of(answer)
    detail = f"S3 answered {status} {code if code.isalnum() else ''}".strip()
    if code in _OF_THE_KEY:
        raise NeedsConnection(source, refused=True)
    if code in _NOTHING:
        raise not_found(source)
    if status in {409, 412}:
        raise stale()
    if status == 429 or code == "SlowDown":
        raise too_many_calls(source, answer, now)
    if status in {400, 411, 413, 414, 416}:
        raise InvalidArgument(
            "S3 does not take these arguments. Look them up, and call again.", detail=detail
        )
    raise failed(source, answer, now, detail)


def may_not_act() -> Denied:
    return Denied(
        "S3 does not let your access key do this. Ask whoever runs the bucket for the right to.",
        rule="upstream",
    )
