"""From the server's values to JSON's, exactly.

The server renders all but plain numbers and booleans as text, and only as much of it as a cell may hold: so
one huge value never crosses the wire (threat T40), and a type that the driver does not know, a date before
Christ or an infinite timestamp reads like any other.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self, cast

from asyncpg import Attribute

from policies.call import Column, Kind, Origin
from policies.canonical import Json
from tools.sql import origins
from tools.sql.pages import integer


class Form(StrEnum):
    """How a column comes from the server."""

    INTEGER = "integer"
    FLOAT = "float"
    BOOLEAN = "boolean"
    STRING = "string"
    BYTES = "bytes"
    TIMESTAMP = "timestamp"
    OTHER = "other"


# By the type's OID, which no one but PostgreSQL gives out below 10000: a name can be anybody's.
_FORMS: Final[Mapping[int, tuple[Kind, Form]]] = {
    16: (Kind.BOOLEAN, Form.BOOLEAN),
    17: (Kind.BINARY, Form.BYTES),
    19: (Kind.TEXT, Form.STRING),  # name
    20: (Kind.NUMBER, Form.INTEGER),
    21: (Kind.NUMBER, Form.INTEGER),
    23: (Kind.NUMBER, Form.INTEGER),
    25: (Kind.TEXT, Form.STRING),
    26: (Kind.NUMBER, Form.INTEGER),  # oid
    114: (Kind.JSON, Form.OTHER),
    700: (Kind.NUMBER, Form.FLOAT),
    701: (Kind.NUMBER, Form.FLOAT),
    1043: (Kind.TEXT, Form.STRING),  # varchar
    1082: (Kind.TIME, Form.OTHER),  # date
    1083: (Kind.TIME, Form.OTHER),
    1114: (Kind.TIME, Form.TIMESTAMP),
    1184: (Kind.TIME, Form.TIMESTAMP),
    1186: (Kind.TIME, Form.OTHER),  # interval
    1266: (Kind.TIME, Form.OTHER),
    1700: (Kind.NUMBER, Form.OTHER),  # numeric: text, for its digits and its scale
    2950: (Kind.UUID, Form.OTHER),
    3802: (Kind.JSON, Form.OTHER),
}
_KINDS: Final = {kind.value: kind for kind in Kind}
_FORMS_BY_NAME: Final = {form.value: form for form in Form}
_AS_THEY_ARE = frozenset({Form.INTEGER, Form.BOOLEAN})
_SMALL = frozenset({Form.INTEGER, Form.FLOAT, Form.BOOLEAN, Form.TIMESTAMP})
_SMALL_BYTES = 32
_HEX: Final = "\\x"


@dataclass(frozen=True, slots=True)
class Output:
    """One column of an answer: what it holds, and how it comes."""

    column: Column
    form: Form

    @classmethod
    def of(cls, attribute: Attribute) -> Self:
        return cls.named(attribute.name, attribute.type.oid)

    @classmethod
    def named(cls, name: str, oid: int) -> Self:
        """`oid` is of its type, which is no domain."""
        kind, form = _FORMS.get(oid, (Kind.TEXT, Form.OTHER))
        return cls(Column(name, kind), form)

    @classmethod
    def from_json(cls, value: Json) -> Self:
        parts = cast("Mapping[str, str]", value)
        column = Column(parts["name"], _KINDS[parts["kind"]], origins.from_json(parts["origins"]))
        return cls(column, _FORMS_BY_NAME[parts["form"]])

    def to_json(self) -> Json:
        return {
            "name": self.column.name,
            "kind": self.column.kind.value,
            "form": self.form.value,
            "origins": origins.to_json(self.column.origins),
        }

    def made_of(self, made: tuple[Origin, ...]) -> Self:
        """The same, with what the column is made of."""
        return type(self)(Column(self.column.name, self.column.kind, made), self.form)


def rendered(sql: str, outputs: Sequence[Output], cell_bytes: int) -> str:
    """The statement, with each column rendered in its form; one character over the limit shows a cut."""
    if not outputs:
        return sql
    names = [f"c{number}" for number in range(1, len(outputs) + 1)]
    cells = ", ".join(
        f"{_rendering(f'q.{name}', output.form, cell_bytes)} AS {name}"
        for name, output in zip(names, outputs, strict=True)
    )
    # The statement is the guard's own text, and the rest is ours.
    return f"SELECT {cells} FROM (\n{sql}\n) AS q({', '.join(names)})"  # noqa: S608 - see above


def _rendering(cell: str, form: Form, cell_bytes: int) -> str:
    match form:
        case Form.INTEGER | Form.BOOLEAN:
            return cell
        case Form.STRING:
            return f'pg_catalog."left"({cell}::pg_catalog.text, {cell_bytes + 1})'
        case Form.BYTES:
            return f"pg_catalog.encode(pg_catalog.substring({cell}, 1, {cell_bytes // 2 + 1}), 'hex')"
        case Form.FLOAT | Form.TIMESTAMP | Form.OTHER:
            # concat() writes a value by its type's own output function. A cast to text could be anybody's
            # function, and IS NULL is true for a row of NULLs.
            return (
                f"CASE pg_catalog.num_nulls({cell}) WHEN 0 THEN "
                f'pg_catalog."left"(pg_catalog.concat({cell}), {cell_bytes + 1}) END'
            )


def fits(attributes: Sequence[Attribute], outputs: Sequence[Output]) -> bool:
    """Whether the columns of `rendered` come as these outputs say."""
    return [_FORMS.get(attribute.type.oid, (Kind.TEXT, Form.OTHER))[1] for attribute in attributes] == [
        output.form if output.form in _AS_THEY_ARE else Form.STRING for output in outputs
    ]


def row_bytes(outputs: Sequence[Output], cell_bytes: int) -> int:
    """What one row of ASCII can weigh on its way."""
    return sum(_SMALL_BYTES if output.form in _SMALL else cell_bytes + 1 for output in outputs) or 1


def reader(outputs: Sequence[Output]) -> Callable[[Iterable[object]], tuple[Json, ...]]:
    """Reads rows of `rendered`."""
    reads = tuple(_READS[output.form] for output in outputs)
    return lambda row: tuple(
        None if value is None else read(value) for read, value in zip(reads, row, strict=True)
    )


def told(text: str | None, form: Form) -> Json:
    """A value that came whole, as text by its type's own output function, as a query would answer with it."""
    match text, form:
        case None, _:
            return None
        case _, Form.BOOLEAN:
            return text == "t"
        case str(), Form.BYTES:
            return text.removeprefix(_HEX)
        case _:
            return _READS[form](text)


def _float(value: object) -> Json:
    text = cast("str", value)
    number = float(text)
    return number if math.isfinite(number) else text


def _timestamp(value: object) -> Json:
    text = cast("str", value)
    date, space, time = text.partition(" ")
    if not space or text.endswith("BC"):
        return text  # infinity, and years that ISO 8601 has no form for without agreement
    return f"{date}T{time}:00" if time[-3:-2] in {"+", "-"} else f"{date}T{time}"


def _as_it_is(value: object) -> Json:
    return cast("Json", value)


def _integer(value: object) -> Json:
    return integer(int(cast("int", value)))


_READS: Final[Mapping[Form, Callable[[object], Json]]] = {
    Form.INTEGER: _integer,
    Form.FLOAT: _float,
    Form.BOOLEAN: _as_it_is,
    Form.STRING: _as_it_is,
    Form.BYTES: _as_it_is,
    Form.TIMESTAMP: _timestamp,
    Form.OTHER: _as_it_is,
}
