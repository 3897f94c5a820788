"""A page of ours from a page of a system's, and the bookmark between the two."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, Protocol

from policies.call import Column, Table
from policies.canonical import Json, canonical
from policies.sources import Source
from tools.rest.listed import Listed
from tools.sql import cursors
from tools.sql.pages import Limits, Page

_MOST: Final = 50  # items of one page: of issues, each comes with its description

Cells = Sequence[Json]


class Pages(Protocol):
    """Lists that are handed out in numbered pages."""

    async def page(self, *path: str, **query: str) -> Listed: ...


def page_size(source: Source) -> int:
    """Rows."""
    return min(source.max_rows, _MOST)


def bookmark(verb: str, arguments: Mapping[str, Json]) -> tuple[str, int]:
    """The digest of what is asked, and the offset to go on from. Raises `InvalidArgument`."""
    return marked(verb, arguments)[:2]


def marked(verb: str, arguments: Mapping[str, Json]) -> tuple[str, int, str]:
    """And the system's own mark that the offset counts from, "" where it has none."""
    asked = {name: value for name, value in arguments.items() if name != "cursor"}
    query, cursor = cursors.digest(canonical([verb, asked])), arguments.get("cursor")
    offset, mark = (0, "") if cursor is None else cursors.decode_marked(query, str(cursor))
    return query, offset, mark


class Rows:
    """A page of a table that grows until it is full. `taken` counts its rows."""

    def __init__(self, source: Source, columns: Sequence[Column]) -> None:
        limits = Limits.of(source, len(columns))
        self._page = Page(Limits(page_size(source), limits.bytes, limits.cell_bytes))
        self._columns = columns
        self.taken = 0

    @property
    def has_room(self) -> bool:
        """False once a row did not fit."""
        return not self._page.full

    def add(self, row: Cells) -> bool:
        """Whether it fits."""
        self._page.add(row)
        self.taken += self.has_room
        return self.has_room

    def take(self, shown: Iterable[Cells | None]) -> int:
        """How many of them fit; those that are None take no room."""
        taken = 0
        for row in shown:
            if row is not None and not self.add(row):
                break
            taken += 1
        return taken

    def extend(self, rows: Iterable[Cells]) -> bool:
        """Whether all of them fit."""
        return all(map(self.add, rows))

    def table(self, query: str, next_offset: int, *, more: bool, mark: str = "") -> Table:
        """`more` says that there is something behind what came, and so behind what was taken.

        `mark` is the system's own, that the offset counts from.
        """
        self._page.full |= more
        return self._page.table(self._columns, lambda _: cursors.encode(query, next_offset, mark))


async def follow(
    api: Pages, source: Source, offset: int, path: Sequence[str], query: Mapping[str, str]
) -> tuple[list[Json], bool]:
    """The items from `offset` on, as many as one of its pages has, and whether there are more."""
    size = page_size(source)
    page, skipped = divmod(offset, size)
    listed = await api.page(*path, **query, per_page=str(size), page=str(page + 1))
    return listed.items[skipped:], listed.more


async def table_of(
    api: Pages,
    source: Source,
    request: Mapping[str, Json],
    columns: Sequence[Column],
    *,
    path: Sequence[str],
    query: Mapping[str, str],
    row: Callable[[Json], Cells],
) -> Table:
    """A page of a list that has one address."""
    offset = int(str(request["offset"]))
    items, more = await follow(api, source, offset, path, query)
    rows = Rows(source, columns)
    rows.extend(map(row, items))
    return rows.table(str(request["query"]), offset + rows.taken, more=more)
