"""`remit_context` and `remit_forget`: what the conversation holds, without a value of it, and its end."""

from collections.abc import Mapping
from typing import Final

from policies.call import Column, Kind, Table
from policies.context import Context, until
from policies.document import Window
from policies.sources import OWN, Source
from server.moments import moment
from tools.tables import reading_tool

COLUMNS: Final = (
    Column("since", Kind.TIME),
    Column("until", Kind.TIME),
    Column("calls_left", Kind.NUMBER),
    Column("sources", Kind.NAME),
    Column("pseudonyms", Kind.NAME),
)
FORGOTTEN: Final = (Column("label", Kind.NAME), Column("forgotten", Kind.NUMBER))

CONTEXT: Final = reading_tool(
    OWN,
    "context",
    "What this conversation holds",
    (
        "Tells since when placeholders such as <PERSON_1_k7qm2a> stand for the same values, until when they "
        "do if nothing is called any more, how many calls are left, which sources were used with how their "
        "data is classified, and how many placeholders there are. It tells no value."
    ),
    {},
)
FORGET: Final = reading_tool(
    OWN,
    "forget",
    "Forget what this conversation holds",
    (
        "Forgets what every placeholder of this conversation stands for, and its large results, at once and "
        "for good. Nothing in any source changes. Placeholders of earlier answers are refused from then on."
    ),
    {},
)


def table(
    context: Context, window: Window, sources: Mapping[str, Source], counts: Mapping[str, int]
) -> Table:
    """`sources` are those that are open to the user."""
    used = [
        f"{name} ({sources[name].classification})" if name in sources else name
        for name in sorted(context.sources - {OWN})
    ]
    row = (
        moment(context.begun_at).isoformat(timespec="seconds"),
        moment(until(context, window)).isoformat(timespec="seconds"),
        window.turns - context.turns,
        ", ".join(used) or None,
        ", ".join(f"{label} {count}" for label, count in counts.items()) or None,
    )
    return Table(COLUMNS, (row,))


def forgotten(counts: Mapping[str, int]) -> Table:
    return Table(FORGOTTEN, tuple(counts.items()))
