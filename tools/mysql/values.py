"""From the server's values to JSON's, exactly.

The server renders all but plain numbers as text, and only as much of it as a cell may hold: so one huge value
never crosses the wire (threat T40), and a date that no calendar has reads like any other.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self, cast

from policies.call import Column, Kind, Origin
from policies.canonical import Json
from policies.errors import UpstreamFailed
from tools.mysql.link import Field
from tools.sql import origins
from tools.sql.pages import integer


class Form(StrEnum):
    """How a column comes from the server."""

    INTEGER = "integer"
    BITS = "bits"
    FLOAT = "float"
    STRING = "string"
    BYTES = "bytes"
    SHORT = "short"
    """As text that is never long."""


_BINARY: Final = 63  # the character set of what has none
# dev.mysql.com/doc/dev/mysql-server/latest/field__types_8h.html
_FORMS: Final[Mapping[int, tuple[Kind, Form]]] = {
    **dict.fromkeys((1, 2, 3, 8, 9, 13), (Kind.NUMBER, Form.INTEGER)),
    **dict.fromkeys((4, 5), (Kind.NUMBER, Form.FLOAT)),
    **dict.fromkeys((0, 246), (Kind.NUMBER, Form.SHORT)),  # decimals: text, for their digits
    **dict.fromkeys((7, 10, 11, 12, 14), (Kind.TIME, Form.SHORT)),
    16: (Kind.NUMBER, Form.BITS),
    245: (Kind.JSON, Form.STRING),
    255: (Kind.BINARY, Form.BYTES),
}
_KINDS: Final = {kind.value: kind for kind in Kind}
_RENDERED: Final = "`what was asked`"
_CAP: Final = re.compile(r" LIMIT [0-9]+ OFFSET [0-9]+\Z")


@dataclass(frozen=True, slots=True)
class Output:
    """One column of an answer: what it holds, and how it comes."""

    column: Column
    form: Form

    @classmethod
    def of(cls, field: Field, made: tuple[Origin, ...]) -> Self:
        """`made` says what it is made of."""
        text = (Kind.BINARY, Form.BYTES) if field.charset == _BINARY else (Kind.TEXT, Form.STRING)
        kind, form = _FORMS.get(field.code, text)
        return cls(Column(field.name, kind, made), form)

    @classmethod
    def from_json(cls, value: Json) -> Self:
        parts = cast("Mapping[str, str]", value)
        column = Column(parts["name"], _KINDS[parts["kind"]], origins.from_json(parts["origins"]))
        return cls(column, Form(parts["form"]))

    def to_json(self) -> Json:
        return {
            "name": self.column.name,
            "kind": self.column.kind.value,
            "form": self.form.value,
            "origins": origins.to_json(self.column.origins),
        }


def described(sql: str) -> str:
    """The same without a row: its answer tells how the columns are called, and of what type they are.

    The guard ends each statement with a cap of its own.
    """
    without, found = _CAP.subn(" LIMIT 0", sql)
    assert found == 1
    return without


def rendered(sql: str, outputs: Sequence[Output], cell_bytes: int) -> str:
    """The statement with each column in its form; one character over the limit shows a cut."""
    cells = ", ".join(_rendering(f"c{at}", output.form, cell_bytes) for at, output in enumerate(outputs, 1))
    return f"{_named(sql, len(outputs))} SELECT {cells} FROM {_RENDERED}"  # noqa: S608 - the guard's own text


def _named(sql: str, columns: int) -> str:
    """With names of ours: two columns of a sub-select can't have one. MariaDB takes these in WITH alone."""
    names = ", ".join(f"c{number}" for number in range(1, columns + 1))
    return f"WITH {_RENDERED} ({names}) AS (\n{sql}\n)"


def _rendering(cell: str, form: Form, cell_bytes: int) -> str:
    match form:
        case Form.INTEGER | Form.FLOAT:
            return cell
        case Form.BITS:
            return f"{cell} + 0"
        case Form.STRING:
            return f"LEFT({cell}, {cell_bytes + 1})"
        case Form.BYTES:
            return f"LOWER(HEX(LEFT({cell}, {cell_bytes // 2 + 1})))"
        case Form.SHORT:
            return f"CAST({cell} AS CHAR)"


def told(value: object, form: Form) -> Json:
    """As it goes into an answer. Raises `UpstreamFailed` for what did not come in its form."""
    match value:
        case None:
            return None
        case int() if form in {Form.INTEGER, Form.BITS}:
            return integer(value)
        case int() | float() if form is Form.FLOAT and math.isfinite(value):
            return float(value)
        case str() if form not in {Form.INTEGER, Form.BITS, Form.FLOAT}:
            return value
        case _:
            raise UpstreamFailed(
                "The database sent a value of another type than it said. Ask again; if it stays so, an "
                "administrator should look."
            )
