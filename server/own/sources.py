"""`remit_sources` and `remit_connect`: which sources there are for the caller, and the way to one's own."""

from typing import Final

from policies.call import Column, Kind, Table, Tier, Tool
from policies.canonical import Json
from policies.renewal import said
from policies.sources import OWN, Source
from server.connections import Connection
from server.moments import day
from tools.tables import TABLE_OUTPUT

COLUMNS: Final = (
    Column("source", Kind.NAME),
    Column("kind", Kind.NAME),
    Column("classification", Kind.NAME),
    Column("connected", Kind.NAME),
    Column("since", Kind.TIME),
    Column("renew_by", Kind.TIME),
    Column("notice", Kind.NAME),
)

_RENEW: Final = "the user renews it on the page of their connections"
_ANEW: Final = "the user connects it anew with remit_connect"

SOURCES: Final = Tool(
    OWN,
    "sources",
    Tier.READ,
    "Sources open to you",
    (
        "Lists the sources that are open to the same user: what kind each is, how its data is classified, "
        "whether the user has connected it, and whether that has to be renewed soon."
    ),
    {"type": "object", "properties": {}, "additionalProperties": False},
    TABLE_OUTPUT,
)
CONNECT: Final = Tool(
    OWN,
    "connect",
    Tier.READ,
    "Connect a source",
    (
        "Gives the user the way to a page on which they connect a source with their own account. What they "
        "type there, no program and no model sees. Once it is connected, the same call says so."
    ),
    {
        "type": "object",
        "properties": {
            "source": {
                "type": "string",
                "minLength": 1,
                "maxLength": 64,
                "description": "As remit_sources names it.",
            }
        },
        "required": ["source"],
        "additionalProperties": False,
    },
    TABLE_OUTPUT,
)


def row(name: str, source: Source, connection: Connection | None, *, own: bool) -> tuple[Json, ...]:
    """In the order of COLUMNS. `own`: it takes each user's own connection."""
    kind, classification = source.kind, source.classification
    if not own:
        return (name, kind, classification, "for everybody", None, None, None)
    if connection is None:
        return (name, kind, classification, "no", None, None, None)
    since, until = map(day, (connection.made_at, connection.due_at))
    days = connection.due_within
    if days == 0:
        return (name, kind, classification, "no", None, None, f"ended on {until}, when it was due: {_ANEW}")
    notice = f"due {said(days)}: {_RENEW}" if days else None
    return (name, kind, classification, "yes", since, until, notice)


def table(rows: list[tuple[Json, ...]]) -> Table:
    return Table(COLUMNS, tuple(rows))
