"""Results that are too large for one answer: the addresses of what is kept, and how it is written."""

import re
from dataclasses import dataclass
from typing import Final, cast

from policies.call import Column, Kind, Table
from policies.canonical import Json

HANDLE: Final = "[0-9a-f]{32}"
CURSOR: Final = "[1-9][0-9]{0,8}"
_RESULTS: Final = "remit://results/"
PAGE: Final = f"{_RESULTS}{{id}}/{{cursor}}"
CSV: Final = f"{_RESULTS}{{id}}.csv"
_ADDRESS: Final = re.compile(rf"{_RESULTS}({HANDLE})(?:/({CURSOR})|(\.csv))?")


@dataclass(frozen=True, slots=True)
class Room:
    """`characters` of lines go into an answer. A larger result is kept whole, under `handle`."""

    characters: int
    handle: str


@dataclass(frozen=True, slots=True)
class Address:
    """Of a page, the first where `cursor` is None, or of the whole as CSV."""

    handle: str
    cursor: str | None = None
    as_csv: bool = False

    def __str__(self) -> str:
        return _RESULTS + self.handle + (f"/{self.cursor}" if self.cursor else "") + (".csv" * self.as_csv)


def address(uri: str) -> Address | None:
    """None for the URI of anything else."""
    found = _ADDRESS.fullmatch(uri)
    return Address(found[1], found[2], found[3] is not None) if found else None


def to_json(table: Table) -> Json:
    return {
        "columns": [[column.name, column.kind.value] for column in table.columns],
        "rows": [list(row) for row in table.rows],
        "truncated": table.truncated,
        "cut_cells": table.cut_cells,
        "next": table.next,
    }


def from_json(value: Json) -> Table:
    """Of `to_json`, and nothing else."""
    kept = cast("dict[str, Json]", value)
    return Table(
        tuple(Column(name, Kind(kind)) for name, kind in cast("list[tuple[str, str]]", kept["columns"])),
        tuple(tuple(row) for row in cast("list[list[Json]]", kept["rows"])),
        cast("bool", kept["truncated"]),
        cast("int", kept["cut_cells"]),
        cast("str | None", kept["next"]),
    )
