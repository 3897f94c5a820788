"""What Snowflake's statuses and codes mean, in our words: its own text carries values (threat T35)."""

import re
from collections.abc import Mapping
from typing import Final

import httpx2

from policies.errors import Denied, NeedsConnection, Refusal, UpstreamFailed
from policies.frames import BadFrame, parse
from tools.rest.refusals import failed, late, too_many_calls

_MAX_ERROR: Final = 65_536  # bytes of an answer that says what went wrong
_CODE: Final = re.compile(r"[0-9]{3,6}")

_HINTS: Final = {
    "000904": "a name is unknown. See the schema tool",
    "000979": "a column is neither grouped nor aggregated. Add it to GROUP BY",
    "001003": "the statement's syntax is wrong. Mend it",
    "001044": "a function does not take values of these types. Cast them",
    "002003": "a name does not exist, or the role may not use it. See the schema tool",
    "002140": "there is no such function. Use another",
    "002028": "a column name is ambiguous. Write table.column",
    "090150": "a subquery used as a value gave more than one row. Aggregate it or add LIMIT 1",
    "090105": "the database or the schema can't be used. An administrator should run remit doctor",
    "003001": "the role may not do this. Use only what the schema tool lists",
    "100035": "a text is no valid time. Mend it, or use TRY_TO_TIMESTAMP",
    "100038": "a text is no valid number. Mend it, or use TRY_TO_NUMBER",
    "100040": "a text is no valid date. Mend it, or use TRY_TO_DATE",
    "100051": "division by zero. Wrap the divisor in NULLIF(x, 0), or use DIV0",
    "100069": "a text is no valid JSON. Mend it, or use TRY_PARSE_JSON",
    "100072": "a NULL stands where none may. Give it a value",
    "100078": "a text is too long for its column. Shorten it",
    "100132": "a number is out of its type's range. Cast to a wider type",
    "000604": "the statement was cancelled. Try again, or ask for less",
    "000606": "there is no warehouse that would run it. An administrator should run remit doctor",
}
TIMED_OUT: Final = frozenset({"000630"})
GONE: Final = frozenset({"391908"})
"""The result is larger than Snowflake hands out."""


def refusal(source: str, answer: httpx2.Response, body: bytes, seconds: float, now: float) -> Refusal:
    """What an answer with none of the statuses 200 and 202 means.

    `seconds` is what a statement may take, `now` the wall clock, in seconds since 1970.
    """
    status, code = answer.status_code, _code(body)
    detail = f"Snowflake answered {status} with code {code or 'none'}"
    if status == 401:
        return NeedsConnection(source, refused=True)
    if status == 403:
        return Denied(
            f"{source} does not let you in from here, or with this role. Ask an administrator.",
            rule="upstream",
            detail=detail,
        )
    if status == 429:
        return too_many_calls(source, answer, now)
    if status == 408 or code in TIMED_OUT:
        return late(source, seconds)
    if status in {400, 422} and code:
        hint = _HINTS.get(code, "it could not do this. Try another way")
        return UpstreamFailed(f"{source} answered with error {code}: {hint}.", detail=detail)
    return failed(source, answer, now, detail)


def _code(body: bytes) -> str:
    try:
        value = parse(body, _MAX_ERROR)
    except BadFrame:
        return ""
    code = value.get("code") if isinstance(value, Mapping) else None
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""
