"""The places of an allow-list that the user may see: one by one, and those of a group page by page."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from policies.call import Column, Table
from policies.canonical import Json
from policies.sources import CodeSource
from tools.code.lists import Cells, Rows
from tools.code.names import is_named
from tools.rest.members import Record, record

_WIDE: Final = 1_000_000  # offsets within one entry of the allow-list
_ASKED_AT_ONCE: Final = 20  # requests for one page

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
    entry, inner = divmod(int(str(request["offset"])), _WIDE)
    rows, patterns = Rows(source, columns), source.named
    for _ in range(_ASKED_AT_ONCE):
        if entry >= len(patterns):
            break
        found, more = await of_entry(patterns[entry], inner)
        taken = 0
        for told in map(record, found):
            where = path(told)
            is_here = is_named(where, (patterns[entry],)) and not is_named(where, patterns[:entry])
            if is_here and not rows.add(row(told)):
                break
            taken += 1
        if taken < len(found):
            inner += taken
            break
        entry, inner = (entry, inner + taken) if more else (entry + 1, 0)
    return rows.table(str(request["query"]), entry * _WIDE + inner, more=entry < len(patterns))
