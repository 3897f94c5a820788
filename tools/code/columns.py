"""Columns of answers that are the same for each forge."""

from typing import Final

from policies.call import Column, Kind

FILE: Final = (
    Column("path", Kind.TEXT),
    Column("commit", Kind.NAME),
    Column("size", Kind.NUMBER),
    Column("form", Kind.NAME),
    Column("content", Kind.TEXT),
)
FOLDER: Final = (Column("form", Kind.NAME), Column("path", Kind.TEXT))
PARTS: Final = (
    Column("part", Kind.NAME),
    Column("author_name", Kind.TEXT),
    Column("created_at", Kind.TIME),
    Column("text", Kind.TEXT),
)
"""Of one issue: what it says of itself, then what was said of it."""
