"""How the values of a column are written and compared: each as text, exactly.

The formats of times are set with each statement (api.py), so that a value's text is the same every time, and
goes back by a cast to the very type.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final, Self

from policies.canonical import Json
from tools.snowflake.names import plain

_TIMES: Final = frozenset({"date", "time", "timestamp_ntz", "timestamp_ltz", "timestamp_tz"})
_WRITTEN: Final = _TIMES | {"text", "number", "boolean"}
_MOMENT: Final = re.compile(
    r"(?:([0-9]{4,5}-[0-9]{2}-[0-9]{2})[ T]?)?"
    r"(?:([0-9]{2}:[0-9]{2})(:[0-9]{2})?(?:\.([0-9]+))?)?"
    r" ?(Z|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)


@dataclass(frozen=True, slots=True)
class Stored:
    """A column of a table. `kind` is its type without what stands in brackets after it, `size` how many
    characters a text may have.
    """

    name: str
    kind: str
    type: str
    size: int
    nullable: bool
    is_collated: bool

    @classmethod
    def of(cls, told: Mapping[str, Json]) -> Self:
        """Of a row of INFORMATION_SCHEMA.COLUMNS, under its own names."""
        kind = str(told["data_type"]).lower()
        return cls(
            name=plain(str(told["column_name"])),
            kind=kind,
            type=_whole(kind, told),
            size=int(str(told["character_maximum_length"] or 0)),
            nullable=told["is_nullable"] == "YES",
            is_collated=bool(told["collation_name"]),
        )

    @property
    def is_written(self) -> bool:
        """Whether its values go both ways as text, and are the same where their texts are."""
        return self.kind in _WRITTEN and not self.is_collated

    def value(self, cell: str) -> str:
        """The expression for a value, of another one that is its text."""
        return text(cell) if self.kind == "text" else f"CAST({cell} AS {self.type})"

    def tried(self, cell: str) -> str:
        """The expression for the text of what is stored of another value; NULL where it can't be."""
        return text(cell) if self.kind == "text" else text(f"TRY_CAST({text(cell)} AS {self.type})")

    def fits(self, given: str | None, stored: str | None) -> bool:
        """Whether a value is stored as it is: neither rounded, cut, nor taken for another. Both are texts."""
        if given is None or stored is None:
            return given is stored
        if self.kind == "text":
            return given == stored and len(given) <= self.size
        if self.kind == "number":
            return _is_same_number(given, stored)
        if self.kind in _TIMES:
            return _moment(given) == _moment(stored) is not None
        return given.lower() == stored.lower()


def text(cell: str) -> str:
    """The expression for a value as text."""
    return f"CAST({cell} AS VARCHAR)"


def _whole(kind: str, told: Mapping[str, Json]) -> str:
    match kind:
        case "text":
            return f"VARCHAR({told['character_maximum_length']})"
        case "number":
            return f"NUMBER({told['numeric_precision']}, {told['numeric_scale']})"
        case "time" | "timestamp_ntz" | "timestamp_ltz" | "timestamp_tz":
            return f"{kind.upper()}({told['datetime_precision']})"
        case _:
            return kind.upper()


def _is_same_number(given: str, stored: str) -> bool:
    try:
        return Decimal(given) == Decimal(stored)
    except InvalidOperation:
        return False


def _moment(told: str) -> tuple[str, ...] | None:
    """What two texts of one point in time have in common, or None for what is none."""
    found = _MOMENT.fullmatch(told.strip())
    if found is None or not (found[1] or found[2]):
        return None
    day, minute, second, places, zone = (found[n] or "" for n in range(1, 6))
    zone = "+0000" if zone == "Z" else zone.replace(":", "").ljust(5, "0") if zone else ""
    return day, minute or "00:00", second or ":00", places.rstrip("0"), zone
