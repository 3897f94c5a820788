"""What Graph's answers mean for a call: nothing of what it wrote is passed on.

learn.microsoft.com/graph/errors: the status says what it is. In the place of what a user may not see there is
a 403, a 404 or, for an id that there can't be, a 400.
"""

from dataclasses import dataclass
from typing import Final, NoReturn

import httpx2

from policies.errors import Denied, InvalidArgument, NeedsConnection, NotFound
from tools.rest.refusals import failed, too_many_calls
from tools.sql.cursors import not_its_own

SKIP: Final = "$skiptoken"


@dataclass(frozen=True, slots=True)
class Words:
    """What a source says of what it does not show, lets nobody do, and does not take."""

    not_found: NotFound
    denied: str
    unfit: str


def refuse(source: str, answer: httpx2.Response, now: float, words: Words) -> NoReturn:
    """Raises what an answer means that is not as it should be. `now` is the wall clock, in seconds."""
    reads = answer.request.method == "GET"
    match answer.status_code:
        case 401:
            raise NeedsConnection(source, refused=True)
        case 400 if SKIP in answer.request.url.params:
            raise not_its_own()
        case 400 | 403 | 404 if reads:
            raise words.not_found
        case 404:
            raise words.not_found
        case 403:
            raise Denied(words.denied, rule="upstream", detail="Graph answered 403")
        case 400 | 413:
            raise InvalidArgument(words.unfit, detail=f"Graph answered {answer.status_code}")
        case 429:
            raise too_many_calls(source, answer, now)
        case status:
            raise failed(source, answer, now, f"Graph answered {status}")
