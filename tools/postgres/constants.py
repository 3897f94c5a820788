"""The constants that a statement compares with: what else it is, and the statement without them.

A constant has one of four types: text that is still of no type, int4, int8 and numeric, by its size
(PostgreSQL's manual, 4.1.2.6 and 10.5).
"""

import re
from typing import Final

_INT4: Final = 2**31
_INT8: Final = 2**63
_UNUSUAL: Final = r"\\ | -- | /\* | \$(?![0-9]) | [\w&]'"
"""Where a text could begin or end otherwise than by a plain quote: the guard writes none."""
_SEEMS_UNUSUAL: Final = re.compile(_UNUSUAL, re.VERBOSE)
_PARTS: Final = re.compile(
    rf"""
    "(?:[^"]|"")*" (?: [.,()\x20]+ "(?:[^"]|"")*" )*
    | (?P<unusual> {_UNUSUAL} )
    | (?P<compared> (?<=[=<>])\x20 )?
      (?: '(?:[^']|'')*' | (?<![\w$.]) (?P<number> [0-9]+(?:\.[0-9]+)? ) (?![\w.]) )
    """,
    re.VERBOSE,
)


def shape(sql: str) -> str:
    """What all statements of the guard's making have in common that ask for the same types.

    Only what stands right of a comparison is a constant here: elsewhere a number may be a part of a type.
    """
    # What seems so may stand in quotes, which takes longer to tell.
    if _SEEMS_UNUSUAL.search(sql) and any(part["unusual"] for part in _PARTS.finditer(sql)):
        return sql
    return _PARTS.sub(_typed, sql)


def parted(sql: str, taken: int) -> tuple[str, tuple[int, ...]]:
    """The statement with parameters of their very types for the integers that it compares with, and these.

    `taken` parameters are in it already. Where it compares with anything else it stays as it is, without any:
    then one that is like it would hardly be the same text. Equal integers share a parameter, as an expression
    in GROUP BY must be the one that is selected.
    """
    if _SEEMS_UNUSUAL.search(sql) and any(part["unusual"] for part in _PARTS.finditer(sql)):
        return sql, ()
    values: dict[int, int] = {}
    others = False

    def parameter(part: re.Match[str]) -> str:
        nonlocal others
        kind = _typed(part)
        if kind in {" ?int4", " ?int8"}:
            number = values.setdefault(int(part["number"]), taken + len(values) + 1)
            return f" CAST(${number} AS pg_catalog.{kind[2:]})"
        others = others or part["compared"] is not None
        return part[0]

    changed = _PARTS.sub(parameter, sql)
    return (sql, ()) if others else (changed, tuple(values))


def _typed(part: re.Match[str]) -> str:
    if part["compared"] is None:
        return part[0]
    number = part["number"]
    if number is None:
        return " ?text"
    if "." in number or int(number) >= _INT8:
        return " ?numeric"
    return " ?int4" if int(number) < _INT4 else " ?int8"
