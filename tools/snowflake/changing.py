"""One statement that changes something: carried out once, and known to have been, or known not to.

docs.snowflake.com/en/developer-guide/sql-api/submitting-requests: a request that is sent again under the same
number, and says so, is not carried out again.
"""

from collections.abc import Sequence
from typing import Final
from uuid import uuid4

import anyio
import httpx2

from policies.canonical import Json, canonical
from tools.rest.members import Record
from tools.rest.unheard import Unheard, heard
from tools.snowflake.api import CANCEL_SECONDS, FIRST_LOOK, LONGEST_LOOK, STATEMENTS, Api, handle_of

_FAILED: Final = frozenset({400, 408, 422})
"""Statuses of a statement that did not become one, took too long or failed: none changed anything."""


async def change(api: Api, sql: str, values: Sequence[Json], *, tag: str) -> int:
    """Makes a change, and says of how many rows. `sql` and `values` are as for `Api.run`.

    Raises `Refusal` where nothing was changed, and `Unheard` where that can't be told.
    """
    order, handle = api.order(sql, values, tag, 0), ""
    with anyio.move_on_after(api.seconds):
        handle = await _hand_in(api, order)
        return _changed(await _ended(api, handle))
    if handle:
        await api.cancel(handle)
        with anyio.move_on_after(CANCEL_SECONDS):
            return _changed(await _ended(api, handle))
    raise Unheard


async def _hand_in(api: Api, order: Json) -> str:
    """The statement's handle: it is handed in again, under the same number, until somebody hears of it."""
    asked, pause = {"requestId": str(uuid4()), "async": "true"}, FIRST_LOOK
    content, is_first = canonical(order).encode(), True
    while True:
        answer = await _answer(api, "POST", STATEMENTS, params=asked, content=content)
        if answer is not None:
            if answer.status_code in {200, 202}:
                with heard():
                    return handle_of(api.read(answer))
            if answer.status_code in _FAILED or (is_first and answer.status_code < 500):
                raise api.refusal(answer)
            if answer.status_code < 500 and answer.status_code != 429:
                raise Unheard
        await anyio.sleep(pause)
        pause, is_first, asked["retry"] = min(pause * 2, LONGEST_LOOK), False, "true"


async def _ended(api: Api, handle: str) -> Record:
    """The answer of the statement, once it has ended."""
    pause = FIRST_LOOK
    while True:
        answer = await _answer(api, "GET", f"{STATEMENTS}/{handle}")
        if answer is not None:
            if answer.status_code == 200:
                with heard():
                    return api.read(answer)
            if answer.status_code in _FAILED:
                raise api.refusal(answer)
            if answer.status_code != 202 and answer.status_code < 500 and answer.status_code != 429:
                raise Unheard
        await anyio.sleep(pause)
        pause = min(pause * 2, LONGEST_LOOK)


async def _answer(
    api: Api, method: str, path: str, *, params: dict[str, str] | None = None, content: bytes | None = None
) -> httpx2.Response | None:
    """None where there is none."""
    try:
        return await api.send(method, path, params=params, content=content)
    except httpx2.HTTPError:
        return None


def _changed(body: Record) -> int:
    """How many rows a change says it made: the first cell of its only row."""
    match body.get("data"):
        case [[str() as count, *_]] if count.isdecimal():
            return int(count)
        case _:
            raise Unheard
