"""A table that is to be written, as INFORMATION_SCHEMA knows it: what would happen, and what can't be.

Snowflake has no triggers, and no foreign key that changes rows. What it keeps from a role are the policies of
the table: they show it other values than those that are stored, and hide rows.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from policies.change import Kind
from policies.errors import Denied
from tools.snowflake.api import Api
from tools.snowflake.catalog import described
from tools.snowflake.columns import Stored
from tools.sql.changes import final
from tools.sql.names import fold
from tools.sql.refusals import named
from tools.sql.rules import Readable, Relation

UNSEEN: Final = "a masking or row access policy of the table, if there is one: the role can't see it"
_BASE: Final = "BASE TABLE"


@dataclass(frozen=True, slots=True)
class Target:
    """`columns` are by their names as fold makes them. Equal only while nothing has changed."""

    relation: Relation
    kind: str
    columns: Mapping[str, Stored]

    def column(self, name: str) -> Stored:
        return self.columns[fold(name)]

    def final(self, kind: Kind, readable: Readable) -> str:
        """Why such a change can't be taken back; empty where it can."""
        known = {fold(name) for name in (*readable.columns, *readable.key)}
        return final(kind, readable, whole=self.columns.keys() <= known)


async def look_up(api: Api, relation: Relation) -> Target:
    """Raises `Denied` for a table that does not exist, or that the role does not see."""
    kind, columns = await described(api, relation)
    if not columns:
        raise Denied(
            "The table does not exist, or the role may not see it. An administrator should run remit doctor.",
            rule="relation",
        )
    return Target(relation, kind, {fold(column.name): column for column in columns})


def unfit(target: Target, readable: Readable) -> Iterator[str]:
    """Why the table can't be written, whatever is written: sentences for a caller and for an operator."""
    if target.kind != _BASE:
        yield "it is a view, or no table of Snowflake's own"
    missing = [name for name in (*readable.columns, *readable.key) if fold(name) not in target.columns]
    if missing:
        yield f"it has no column {named(missing[0])}"
        return
    for name in dict.fromkeys((*readable.columns, *readable.key)):
        column = target.column(name)
        if column.is_collated:
            yield f"{named(name)} is compared by a collation"
        elif not column.is_written:
            yield f"{named(name)} is of a type that is not written here"


def hold_fit(target: Target, readable: Readable) -> None:
    """Raises `Denied` for a table that can't be written."""
    for why in unfit(target, readable):
        raise Denied(
            f"The table can't be written: {why}. An administrator should run remit doctor.", rule="table"
        )
