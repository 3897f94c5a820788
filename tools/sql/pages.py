"""One page of rows, within its limits."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from policies.call import Column, Table
from policies.canonical import Json
from policies.sources import Source

CUT = "…[cut]"
_CUT_BYTES = len(CUT.encode())
_PER_CELL = 4  # quotes, comma and colon, about
_SMALLEST_CELL = 16

MAX_SAFE_INTEGER = 2**53 - 1
"""The largest integer that every reader of JSON keeps exactly (RFC 8259, section 6)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one page: rows, bytes of all cells, and bytes of one cell, all in UTF-8."""

    rows: int
    bytes: int
    cell_bytes: int

    @classmethod
    def of(cls, source: Source, columns: int) -> Self:
        """A cell's share shrinks with the number of columns, so that any one row fits into a page."""
        share = max(_SMALLEST_CELL, source.max_bytes // max(1, columns) - _PER_CELL)
        return cls(source.max_rows, source.max_bytes, min(source.max_cell_bytes, share))


class Page:
    """Takes rows until a limit is met; then it is `full`, and the row that did not fit begins the next."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._rows: list[tuple[Json, ...]] = []
        self._bytes = 0
        self._cut = 0
        self.full = False

    def add(self, row: Sequence[Json]) -> None:
        if self.full:
            return
        if len(self._rows) == self._limits.rows:
            self.full = True
            return
        cells: list[Json] = []
        size = cut = 0
        for value in row:
            cell = value
            if isinstance(cell, str):
                cell = shorten(cell, self._limits.cell_bytes)
                cut += cell is not value
                size += _PER_CELL + (len(cell) if cell.isascii() else len(cell.encode()))
            else:
                size += _PER_CELL + len(repr(cell))
            cells.append(cell)
        # One row is always taken: an empty page with a cursor to itself would never end.
        if self._rows and self._bytes + size > self._limits.bytes:
            self.full = True
            return
        self._rows.append(tuple(cells))
        self._bytes += size
        self._cut += cut

    def extend(self, rows: Iterable[Sequence[Json]]) -> None:
        for row in rows:
            self.add(row)
            if self.full:
                return

    def table(self, columns: Sequence[Column], next_page: Callable[[int], str] | None = None) -> Table:
        """`next_page` makes the cursor from the number of rows on this page."""
        cursor = next_page(len(self._rows)) if self.full and next_page else None
        return Table(tuple(columns), tuple(self._rows), self.full, self._cut, cursor)


def shorten(text: str, limit: int) -> str:
    """The text itself when it has at most `limit` bytes of UTF-8, else its beginning with a mark."""
    if len(text) <= limit // 4 or (len(text) <= limit and text.isascii()):
        return text
    encoded = text.encode()
    if len(encoded) <= limit:
        return text
    return encoded[: max(0, limit - _CUT_BYTES)].decode(errors="ignore") + CUT


def integer(value: int) -> Json:
    """As a number where every reader of JSON keeps it exactly, else as text."""
    return value if -MAX_SAFE_INTEGER <= value <= MAX_SAFE_INTEGER else str(value)
