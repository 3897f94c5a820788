"""Columns of answers that are the same for each forge."""

from collections.abc import Sequence
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
"""Of one issue or proposal: what it says of itself, then what was said of it."""
JOBS: Final = (
    Column("job", Kind.NUMBER),
    Column("run", Kind.NUMBER),
    Column("name", Kind.TEXT),
    Column("stage", Kind.TEXT),
    Column("status", Kind.TEXT),
    Column("started_at", Kind.TIME),
    Column("finished_at", Kind.TIME),
)


def proposals(number: str) -> Sequence[Column]:
    """Of a list; `number` is what the forge calls a proposal's."""
    return (
        Column(number, Kind.NUMBER),
        Column("title", Kind.TEXT),
        Column("state", Kind.NAME),
        Column("draft", Kind.BOOLEAN),
        Column("source_branch", Kind.TEXT),
        Column("target_branch", Kind.TEXT),
        Column("fork", Kind.BOOLEAN),
        Column("author_name", Kind.TEXT),
        Column("created_at", Kind.TIME),
        Column("updated_at", Kind.TIME),
    )
