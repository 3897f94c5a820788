"""A job's log: as text, without what was written for a terminal, and the end of it first.

What a program printed as one word has to be one here as well: a secret with colours in it, or with a time
before each of its lines, would be known by nobody (threat T27).
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from policies.call import Column, Kind, Table
from policies.canonical import Json
from tools.code import columns
from tools.rest.lists import Cells
from tools.sql import cursors
from tools.sql.pages import Limits, Page

_SHOWN: Final = frozenset({"job", "name", "status"})
COLUMNS: Final = (*(column for column in columns.JOBS if column.name in _SHOWN), Column("text", Kind.TEXT))
# ECMA-48: control sequences, strings of an operating system command, and the two-byte escapes.
_ESCAPES: Final = re.compile(r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[@-_]")
_ENDS: Final = re.compile(r"\r\n|\r|\n")


def lines_of(content: bytes) -> list[str]:
    """What is no UTF-8 is replaced, and each line that was written over the one before stands by itself."""
    return _ENDS.split(_ESCAPES.sub("", content.decode(errors="replace")))


def page_of(job: Cells, lines: list[str], request: Mapping[str, Json], most: int) -> Table:
    """As many lines as `most` bytes hold: the last ones, or those before the page that was asked for last.

    `job` is as it is listed. A log that grows keeps its pages: what leads on is the number of the first line.
    """
    end = int(str(request["offset"])) or len(lines)
    start = end - _fitting(reversed(lines[:end]), most)
    page = Page(Limits(rows=1, bytes=most, cell_bytes=most))
    shown = (cell for cell, column in zip(job, columns.JOBS, strict=True) if column.name in _SHOWN)
    page.add((*shown, "\n".join(lines[start:end])))
    page.full = start > 0
    return page.table(COLUMNS, lambda _: cursors.encode(str(request["query"]), start))


def _fitting(lines: Iterable[str], most: int) -> int:
    """How many of them `most` bytes hold: one at the least, which is cut then."""
    size = number = 0
    for line in lines:
        size += len(line.encode()) + 1
        if number and size > most:
            break
        number += 1
    return number
