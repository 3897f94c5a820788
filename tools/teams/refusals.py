"""What Graph's answers mean for a call: nothing of what it wrote is passed on.

learn.microsoft.com/graph/errors: the status says what it is. In the place of what a user may not see there is
a 403, a 404 or, for an id that there can't be, a 400.
"""

from typing import Final, NoReturn

import httpx2

from policies.errors import Denied, InvalidArgument, NeedsConnection, NotFound
from tools.rest.refusals import failed, too_many_calls
from tools.sql.cursors import not_its_own

SKIP: Final = "$skiptoken"


def not_found(source: str) -> NotFound:
    """The one answer for what does not exist, where the user is not, and what is not configured."""
    return NotFound(
        "There is no such channel or message open to you. "
        f"{source}_channels lists the channels that you are in."
    )


def refuse(source: str, answer: httpx2.Response, now: float) -> NoReturn:
    """Raises what an answer means that is not as it should be. `now` is the wall clock, in seconds."""
    reads = answer.request.method == "GET"
    match answer.status_code:
        case 401:
            raise NeedsConnection(source, refused=True)
        case 400 if SKIP in answer.request.url.params:
            raise not_its_own()
        case 400 | 403 | 404 if reads:
            raise not_found(source)
        case 404:
            raise not_found(source)
        case 403:
            raise Denied(
                "Teams does not let you do this. Ask whoever runs the team for the right to.",
                rule="upstream",
                detail="Graph answered 403",
            )
        case 400 | 413:
            raise InvalidArgument(
                "Teams does not take this text. Make it shorter, and call again.",
                detail=f"Graph answered {answer.status_code}",
            )
        case 429:
            raise too_many_calls(source, answer, now)
        case status:
            raise failed(source, answer, now, f"Graph answered {status}")
