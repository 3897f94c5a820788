"""Lists that are handed out one after the other, as one."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from policies.call import Column, Table
from policies.canonical import Json
from policies.sources import Source
from tools.rest.lists import Cells, Rows
from tools.rest.refusals import odd

_WIDE: Final = 1_000_000  # offsets within one list
_ASKED_AT_ONCE: Final = 20  # requests for one page


@dataclass(frozen=True, slots=True)
class Part:
    """`items` from an offset on, as many as come at once, and whether there are more. `row` is what is shown
    of an item, None where it is passed over.
    """

    items: Callable[[int], Awaitable[tuple[Sequence[Json], bool]]]
    row: Callable[[Json], Cells | None]


def fixed(rows: Sequence[Cells]) -> Part:
    """What is known already."""

    async def items(offset: int) -> tuple[Sequence[Json], bool]:
        return [[*row] for row in rows[offset:]], False

    return Part(items, lambda row: cast("Cells", row))


async def joined(
    source: Source, request: Mapping[str, Json], columns: Sequence[Column], parts: Sequence[Part]
) -> Table:
    """One page. It may have fewer rows than there is room for, or none, and lead on all the same.

    Raises `Refusal`.
    """
    number, offset = divmod(int(str(request["offset"])), _WIDE)
    rows = Rows(source, columns)
    for _ in range(_ASKED_AT_ONCE):
        if number >= len(parts):
            break
        part = parts[number]
        items, more = await part.items(offset)
        if more and not items:
            raise odd("a page is empty, and leads on")
        taken = rows.take(map(part.row, items))
        if taken < len(items):
            offset += taken
            break
        number, offset = (number, offset + taken) if more else (number + 1, 0)
    return rows.table(str(request["query"]), number * _WIDE + offset, more=number < len(parts))
