"""A redacted table as CSV (RFC 4180), of which a spreadsheet runs nothing (threat T33; OWASP)."""

import csv
import io
import json
import re
import unicodedata
from typing import Final

from policies.call import Table
from policies.canonical import Json

# Signs that begin a formula, in the widths and forms that spreadsheets take for the same.
_BEGINS: Final = frozenset("=+-@\t\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212")
_LINES: Final = re.compile(r"(\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])")
# Of a size that no file of numbers exceeds: nothing in it can be tried twice.
_NUMBER: Final = re.compile(
    r"[+-]?(?:[0-9]{1,3}(?:[,.' ][0-9]{3})+|[0-9]+)?(?:[.,][0-9]+)?(?:[eE][+-]?[0-9]{1,4})?%?"
)
_NOT_SHOWN: Final = frozenset({"Cc", "Cf", "Cs", "Cn", "Co", "Mn", "Zs", "Zl", "Zp"})
_QUOTES: Final = frozenset("\"'`\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb")


def to_csv(table: Table) -> str:
    """The names of the columns, then the rows, with CRLF; in UTF-8 it has no byte order mark.

    Nulls are empty. A text that would be a formula begins with an apostrophe, which a spreadsheet shows or
    hides and never runs. JSON stands in one cell.
    """
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow([inert(column.name) for column in table.columns])
    writer.writerows([_cell(value) for value in row] for row in table.rows)
    return written.getvalue()


def inert(text: str) -> str:
    """The text, with an apostrophe before each line of it that a spreadsheet could take for a formula.

    A number by itself is none, whatever its sign.
    """
    if is_number(text):
        return text
    pieces = _LINES.split(text)  # the lines, and what parts them, in turns
    pieces[::2] = [f"'{line}" if _is_formula(line) else line for line in pieces[::2]]
    return ("'" if text.startswith("\r") else "") + "".join(pieces)


def is_number(text: str) -> bool:
    """Whether it is no more than a number: then a sign before it is no formula."""
    return any(map(str.isdigit, text)) and text.isascii() and _NUMBER.fullmatch(text) is not None


def _is_formula(line: str) -> bool:
    """What begins one may stand behind blanks, quotes and what nobody sees."""
    for character in line:
        if character in _BEGINS:
            return True
        if character not in _QUOTES and unicodedata.category(character) not in _NOT_SHOWN:
            return False
    return False


def _cell(value: Json) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return inert(value)
        case int() | float():
            return inert(str(value))
        case _:
            return inert(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
