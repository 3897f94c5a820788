"""From the texts of the SQL API to JSON's values, exactly.

docs.snowflake.com/en/developer-guide/sql-api/handling-responses: every value comes as text, and times as what
has passed since 1970.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from typing import Final

from policies.call import Kind
from policies.canonical import Json
from tools.rest.members import Record, number, record, text
from tools.rest.refusals import odd
from tools.snowflake.names import plain
from tools.sql.pages import integer

_KINDS: Final[Mapping[str, Kind]] = {
    **dict.fromkeys(("fixed", "real", "decfloat"), Kind.NUMBER),
    "boolean": Kind.BOOLEAN,
    **dict.fromkeys(("date", "time", "timestamp_ltz", "timestamp_ntz", "timestamp_tz"), Kind.TIME),
    **dict.fromkeys(("variant", "object", "array", "map", "vector", "geography", "geometry"), Kind.JSON),
    "binary": Kind.BINARY,
}
_INTEGER: Final = re.compile(r"-?[0-9]{1,38}")
_SECONDS: Final = re.compile(r"(-?[0-9]{1,12})(?:\.([0-9]{1,9}))?")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_OFFSET_OF_UTC: Final = 1440  # minutes: what a zone's offset is counted from


@dataclass(frozen=True, slots=True)
class Field:
    """A column of an answer. `name` is in lower case where Snowflake keeps it in upper case."""

    name: str
    type: str
    scale: int

    @classmethod
    def of(cls, told: Json) -> "Field":
        """Of one entry of `rowType`. Raises `UpstreamFailed`."""
        column: Record = record(told)
        scale = 0 if column.get("scale") is None else number(column, "scale")
        return cls(plain(text(column, "name")), text(column, "type").lower(), scale)

    @property
    def kind(self) -> Kind:
        return _KINDS.get(self.type, Kind.TEXT)

    def value(self, told: Json) -> Json:
        """Raises `UpstreamFailed` for a text that is none of its type."""
        if told is None:
            return None
        if not isinstance(told, str):
            raise odd("a value is no text")
        try:
            return self._value(told)
        except (ValueError, OverflowError, InvalidOperation) as error:
            raise odd(f"a value is none of its type {self.type[:20]}") from error

    def _value(self, told: str) -> Json:
        match self.type:
            case "fixed" if self.scale == 0 and _INTEGER.fullmatch(told):
                return integer(int(told))
            case "real":
                return _real(told)
            case "boolean":
                return {"true": True, "false": False, "1": True, "0": False}.get(told.lower(), told)
            case "date":
                return (_EPOCH + timedelta(days=int(told))).date().isoformat()
            case "time":
                return _moment(told).time().isoformat()
            case "timestamp_ntz":
                return _moment(told).replace(tzinfo=None).isoformat()
            case "timestamp_ltz":
                return _moment(told).isoformat()
            case "timestamp_tz":
                seconds, _, minutes = told.partition(" ")
                zone = timezone(timedelta(minutes=int(minutes or _OFFSET_OF_UTC) - _OFFSET_OF_UTC))
                return _moment(seconds).astimezone(zone).isoformat()
            case "binary":
                return told.lower()
            case _:
                return told


def _real(told: str) -> Json:
    """Of a double; what JSON has no number for stays text."""
    number_of = Decimal(told)
    return float(number_of) if number_of.is_finite() else told


def _moment(told: str) -> datetime:
    """Of seconds since 1970 with up to nine places; those beyond the sixth are cut."""
    found = _SECONDS.fullmatch(told)
    if found is None:
        raise ValueError("not seconds")
    micros = int((found[2] or "").ljust(9, "0")[:6])
    seconds = int(found[1])
    sign = -1 if found[1].startswith("-") else 1
    return _EPOCH + timedelta(seconds=seconds, microseconds=sign * micros)
