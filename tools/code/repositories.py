"""The places of an allow-list that the user may see: one by one, and those of a group page by page."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial

from policies.call import Column, Table
from policies.canonical import Json
from policies.sources import CodeSource
from tools.code.names import is_named
from tools.rest.joined import Part, joined
from tools.rest.lists import Cells
from tools.rest.members import Record, record

OfEntry = Callable[[str, int], Awaitable[tuple[Sequence[Json], bool]]]
"""What an entry of the allow-list leads to from an offset on, and whether there is more."""


async def walk(
    source: CodeSource,
    request: Mapping[str, Json],
    columns: Sequence[Column],
    of_entry: OfEntry,
    *,
    path: Callable[[Record], str],
    row: Callable[[Record], Cells],
) -> Table:
    """Each place once, though several entries lead to it."""

    def shown(before: Sequence[str], pattern: str, told: Json) -> Cells | None:
        where = path(record(told))
        is_here = is_named(where, (pattern,)) and not is_named(where, before)
        return row(record(told)) if is_here else None

    patterns = source.named
    parts = [
        Part(partial(of_entry, pattern), partial(shown, patterns[:number], pattern))
        for number, pattern in enumerate(patterns)
    ]
    return await joined(source, request, columns, parts)
