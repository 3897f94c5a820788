"""What Graph's answers mean for a call to SharePoint."""

from typing import NoReturn

import httpx2

from policies.errors import Denied, UpstreamFailed
from tools.files.refusals import not_found, stale
from tools.graph import refusals
from tools.graph.refusals import Words


def refuse(source: str, answer: httpx2.Response, now: float) -> NoReturn:
    """Raises what an answer means that is none of what was asked for. `now` is the wall clock."""
    detail = f"Graph answered {answer.status_code}"
    match answer.status_code:
        case 409 | 412:
            raise stale()
        case 423:
            raise Denied(
                "Somebody has the file open or checked out, so nothing was changed. Ask them, or try later.",
                rule="upstream",
                detail=detail,
            )
        case 507:
            raise UpstreamFailed(
                f"{source} has no room left, so nothing was changed. Tell an administrator.", detail=detail
            )
        case _:
            pass
    words = Words(
        not_found(source),
        denied="SharePoint does not let you do this. Ask whoever owns the library for the right to.",
        unfit="SharePoint does not take these arguments. Look them up, and call again.",
    )
    refusals.refuse(source, answer, now, words)
