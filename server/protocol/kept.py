"""Results that were too large for one answer, as resources: pages of text, and the whole as CSV for a person.

Reading one is a call of `remit_result` like any other: the same identity, policy, limits and record.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Final, cast

import mcp_types as types
from mcp.shared.exceptions import MCPError

from policies.call import Column, Kind, Reply, Table
from policies.errors import Refusal
from policies.results import CSV, PAGE, Address
from policies.spreadsheet import to_csv

if TYPE_CHECKING:
    from policies.canonical import Json

_TEXT: Final = "text/plain"
_CSV: Final = "text/csv"
TEMPLATES: Final = (
    types.ResourceTemplate(
        uri_template=PAGE,
        name="result",
        title="A page of a large result",
        description="Of one that an answer says is kept. Its last line has the cursor of the next page.",
        mime_type=_TEXT,
    ),
    types.ResourceTemplate(
        uri_template=CSV,
        name="result.csv",
        title="A large result as a table",
        description="The whole of it, for a spreadsheet. In no cell of it is a formula.",
        mime_type=_CSV,
        annotations=types.Annotations(audience=["user"]),
    ),
)

Ask = Callable[[Mapping[str, str]], Awaitable[Reply]]
"""Calls `remit_result` with these arguments."""


def links(reply: Reply) -> list[types.ContentBlock]:
    """Where an answer's whole result is kept, for clients that read resources."""
    whole = reply.structured.get("whole")
    if not isinstance(whole, str):
        return []
    return [types.ResourceLink(type="resource_link", uri=whole, name="result", mime_type=_TEXT)]


async def read(ask: Ask, address: Address) -> types.ReadResourceResult:
    """Raises `MCPError` for what can't be read, with the code and the words of the refusal."""
    try:
        if address.as_csv:
            text = to_csv(await _whole(ask, address))
        else:
            text = (await _page(ask, address.handle, address.cursor)).text
    except Refusal as refusal:
        raise MCPError(code=types.INVALID_PARAMS, message=f"{refusal.code}: {refusal.message}") from refusal
    contents = types.TextResourceContents(
        uri=str(address), mime_type=_CSV if address.as_csv else _TEXT, text=text
    )
    return types.ReadResourceResult(contents=[contents], ttl_ms=0, cache_scope="private")


async def _page(ask: Ask, handle: str, cursor: str | None) -> Reply:
    return await ask({"id": handle} | ({"cursor": cursor} if cursor else {}))


async def _whole(ask: Ask, address: Address) -> Table:
    columns: tuple[Column, ...] = ()
    rows: list[tuple[Json, ...]] = []
    cursor: str | None = None
    while True:
        page = (await _page(ask, address.handle, cursor)).structured
        named = cast("list[dict[str, str]]", page["columns"])
        columns = tuple(Column(one["name"], Kind(one["kind"])) for one in named)
        rows += [tuple(row) for row in cast("list[list[Json]]", page["rows"])]
        cursor = cast("str | None", page["next"])
        if cursor is None:
            return Table(columns, tuple(rows))
