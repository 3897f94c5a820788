"""Columns of answers, the same for each store of files."""

from typing import Final

from policies.call import Column, Kind

ENTRIES: Final = (
    Column("file", Kind.TEXT),
    Column("name", Kind.TEXT),
    Column("kind", Kind.NAME),
    Column("size", Kind.NUMBER),
    Column("modified_at", Kind.TIME),
)
INFO: Final = (*ENTRIES, Column("media_type", Kind.TEXT), Column("version", Kind.NAME))
PARTS: Final = (
    Column("file", Kind.TEXT),
    Column("version", Kind.NAME),
    Column("form", Kind.NAME),
    Column("part", Kind.TEXT),
    Column("text", Kind.TEXT),
    Column("left_out", Kind.TEXT),
)
DONE: Final = (Column("file", Kind.TEXT),)
ALL: Final = frozenset(column.name for answer in (ENTRIES, INFO, PARTS, DONE) for column in answer)
"""Those of all answers, by name."""
