"""Columns of answers, the same for each platform."""

from typing import Final

from policies.call import Column, Kind

CHANNELS: Final = (
    Column("channel", Kind.NAME),
    Column("name", Kind.TEXT),
    Column("kind", Kind.NAME),
    Column("topic", Kind.TEXT),
    Column("purpose", Kind.TEXT),
    Column("members", Kind.NUMBER),
    Column("shared_outside", Kind.BOOLEAN),
)
MESSAGES: Final = (
    Column("message", Kind.NAME),
    Column("author_name", Kind.TEXT),
    Column("sent_at", Kind.TIME),
    Column("text", Kind.TEXT),
    Column("replies", Kind.NUMBER),
    Column("edited", Kind.BOOLEAN),
    Column("file_names", Kind.JSON),
)
HITS: Final = (
    Column("channel", Kind.NAME),
    Column("channel_name", Kind.TEXT),
    Column("message", Kind.NAME),
    Column("author_name", Kind.TEXT),
    Column("sent_at", Kind.TIME),
    Column("text", Kind.TEXT),
)
POSTED: Final = (Column("message", Kind.NAME), Column("text", Kind.TEXT))
ALL: Final = frozenset(column.name for answer in (CHANNELS, MESSAGES, HITS, POSTED) for column in answer)
"""Those of all answers, by name."""
