"""Statements that differ in the integers they compare with alone.

What the guard says rests on names, on structure and on how much may be made, and an integer right of `=` or
`<` is none of these: it decides which rows, and not what of them. So one verdict is good for all statements
of a shape. It is the guard's verdict on the statement with a stand-in for each such integer, of the same type
and larger than any that it stands for, because what the guard bounds it bounds from above.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

from tools.sql.rules import Checked

_FIRST: Final = 2_147_480_000  # the largest are int4 still (PostgreSQL's manual, 4.1.2.6)
_MOST: Final = 1_000
_STAND_IN: Final = re.compile(r"21474[0-9]{5}")
_OPERATOR: Final = r"-+*/<>=~!@\#%^&|?:"
_PARTS: Final = re.compile(
    rf"""
    (?P<unusual> [\\$`\[\#] | -- | // | /\* | \w' | &' )  # where a text could begin, or end, by another mark
    | '(?:[^']|'')*'
    | "(?:[^"]|"")*"
    | (?P<comparison> (?<![{_OPERATOR}]) (?: [<>]=? | <> | != | = ) (?![{_OPERATOR}]) [ \t\r\n]* )
      (?P<number> 0 | [1-9][0-9]{{0,8}} ) (?![\w.])
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Shape:
    """`text` is the statement with stand-ins, `numbers` what they stand for, in their order."""

    text: str
    numbers: tuple[str, ...]


def shape(sql: str) -> Shape | None:
    """None for a statement that has none: it compares with no integer, or has marks that are not looked into.

    Equal integers have one stand-in, as an expression in GROUP BY must be the one that is selected.
    """
    numbers: dict[str, int] = {}

    def stand_in(part: re.Match[str]) -> str:
        if part["number"] is None:
            return part[0]
        return part["comparison"] + str(_FIRST + numbers.setdefault(part["number"], len(numbers)))

    if _STAND_IN.search(sql) or any(part["unusual"] for part in _PARTS.finditer(sql)):
        return None
    text = _PARTS.sub(stand_in, sql)
    return Shape(text, tuple(numbers)) if 0 < len(numbers) <= _MOST else None


@dataclass(frozen=True, slots=True)
class Likeness:
    """A verdict on a statement with stand-ins: `parts` of its text, and the number of the one behind each."""

    checked: Checked
    parts: Sequence[str]
    places: Sequence[int]

    @classmethod
    def of(cls, asked: Shape, checked: Checked, *, named_by_text: bool) -> Self | None:
        """None where a stand-in is anywhere else than where it was put, or as often.

        `named_by_text`: a column is called what was written, unless that is too long, as it may be with a
        stand-in alone.
        """
        found = _STAND_IN.findall(checked.sql)
        beside = repr((checked.claims, checked.columns, checked.origins))
        if sorted(found) != sorted(_STAND_IN.findall(asked.text)) or _STAND_IN.search(beside):
            return None
        if named_by_text and "" in checked.columns:
            return None
        places = [int(each) - _FIRST for each in found]
        return cls(checked, _STAND_IN.split(checked.sql), places)

    def with_numbers(self, numbers: Sequence[str]) -> Checked:
        """The verdict on the statement that has these."""
        first, *rest = self.parts
        sql = first + "".join(numbers[at] + part for at, part in zip(self.places, rest, strict=True))
        its = self.checked
        return Checked(sql, its.claims, its.relations, its.columns, its.origins)
