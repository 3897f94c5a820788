"""How the values of a column are written and compared: each as text, exactly.

A value is read by what its type writes as text, or as hexadecimal digits for bytes, and goes back by a cast
to the very type. Texts are compared by their code points, whatever the collation of the column takes for
equal.
"""

import re
from dataclasses import dataclass
from typing import Final, Self

_INTEGERS: Final = frozenset({"tinyint", "smallint", "mediumint", "int", "bigint", "year"})
_TEXTS: Final = frozenset(
    {"char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set", "json"}
)
_BYTES: Final = frozenset({"binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"})
_PLAIN_NUMBER: Final = "^[+-]?[0-9]+([.][0-9]+)?$"


@dataclass(frozen=True, slots=True)
class Stored:
    """A column of a table, of a `kind` of types. `cast` is what CAST calls its type, "" for text and bytes,
    and None for a column that is not written here.

    `is_made` says that the server makes its values from others, `is_numbered` that it counts where none is
    given, `follows_updates` that each update sets it to the time.
    """

    name: str
    kind: str
    type: str
    cast: str | None
    nullable: bool
    is_made: bool
    is_numbered: bool
    follows_updates: bool

    @classmethod
    def of(cls, *row: object) -> Self:
        """Name, data_type, column_type, nullable, extra, and whether it is generated."""
        name, kind, whole, nullable, extra, generated = row
        kind, noted = str(kind).lower(), str(extra).lower()
        return cls(
            str(name),
            kind,
            str(whole),
            _cast(kind, str(whole).lower()),
            bool(nullable),
            is_made=bool(generated) or "generated" in noted.replace("default_generated", ""),
            is_numbered="auto_increment" in noted,
            follows_updates="on update" in noted,
        )

    @property
    def is_bytes(self) -> bool:
        return self.kind in _BYTES

    def text(self, cell: str) -> str:
        """The expression for a value of the column as text."""
        if self.is_bytes:
            return f"LOWER(HEX({cell}))"
        return f"CONVERT({cell} USING utf8mb4)" if self.kind in _TEXTS else f"CAST({cell} AS CHAR)"

    def is_text(self, cell: str) -> str:
        """The condition that a value's text is that of a parameter."""
        return f"{self.text(cell)} COLLATE utf8mb4_bin <=> CONVERT(? USING utf8mb4) COLLATE utf8mb4_bin"

    @property
    def value(self) -> str:
        """The expression for a value, of a parameter that holds its text."""
        if self.is_bytes:
            return "UNHEX(?)"
        return f"CAST(? AS {self.cast})" if self.cast else "?"

    def stored(self, cell: str) -> str:
        """The expression for what is stored of another value."""
        if self.is_bytes or not self.cast:
            return cell
        return f"CAST({cell} AS {self.cast})"

    def fits(self, cell: str) -> str:
        """The condition that another value is stored as it is: neither rounded, cut, nor taken for a zero."""
        if self.is_bytes or not self.cast:
            return "1"
        stored = self.stored(cell)
        if self.kind in _INTEGERS:
            same = f"CAST({stored} AS CHAR) = CAST({cell} AS CHAR)"
        elif self.cast.startswith(("DECIMAL", "DOUBLE")):
            same = f"CAST({cell} AS CHAR) REGEXP '{_PLAIN_NUMBER}' AND {stored} = {cell}"
        else:
            same = f"{stored} = {cell}"
        return f"COALESCE(({cell} IS NULL) OR ({stored} IS NOT NULL AND {same}), 0)"


def _cast(kind: str, whole: str) -> str | None:
    size = re.search(r"\(([0-9, ]+)\)", whole)
    digits = f"({size[1]})" if size else ""
    if kind in _TEXTS | _BYTES:
        return ""
    if kind in _INTEGERS:
        return "UNSIGNED" if "unsigned" in whole or kind == "year" else "SIGNED"
    return {
        "decimal": f"DECIMAL{digits}",
        "double": "DOUBLE",
        "date": "DATE",
        "datetime": f"DATETIME{digits}",
        "timestamp": f"DATETIME{digits}",
        "time": f"TIME{digits}",
    }.get(kind)
