"""Carrying out a planned write in a transaction that is open: all of it as planned, or a refusal.

What was seen must still stand: the table as the catalogue knows it, and every row in the whole (threat T18).
What is stored must be what was confirmed, and within the user's row filter. Whoever called rolls back on a
refusal, and commits otherwise.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from policies.change import Change, Effect, Fields, Kind, stands
from policies.errors import Denied, StaleConfirmation
from tools.postgres import rows
from tools.postgres.order import Order
from tools.postgres.rows import Filter
from tools.postgres.targets import TARGET, Target
from tools.postgres.transactions import Link
from tools.sql.changes import hold_cells
from tools.sql.rules import Relation

Key: TypeAlias = tuple[object, ...]
_ONCE: Final = ""  # the unnamed statement, which nothing else here takes


@dataclass(frozen=True, slots=True)
class Done:
    """`effect` is what was really stored. `rows` are those of its changes, as they stand now; before, where
    they were deleted.
    """

    effect: Effect
    rows: tuple[Fields, ...]


async def look_up(link: Link, relation: Relation) -> str:
    """The catalogue's facts of a table. Raises `Denied` where it does not exist."""
    facts: str | None = await link.fetchval(TARGET, *relation)
    if facts is None:
        raise Denied(
            "The table does not exist in the database. An administrator should run remit doctor.",
            rule="relation",
        )
    return facts


async def standing(
    link: Link, order: Order, keys: Sequence[Fields], most: int, *, within: Filter, lock: bool = False
) -> dict[Key, Fields]:
    """The rows with these keys that are `within` a filter, by key.

    `most` is what one value may have, in characters. Raises `Denied` for more.
    """
    if not keys:
        return {}
    sql = rows.reading(order.target, order.key, order.columns, within, most=most, lock=lock)
    arrays = rows.columns_of(keys, order.key)
    found = [rows.texts(tuple(row)) for row in await link.fetch(sql, *within.parameters, *arrays)]
    hold_cells(found, most)
    records: list[Fields] = [dict(zip(order.columns, row, strict=True)) for row in found]
    return {key_of(order, record): record for record in records}


def key_of(order: Order, fields: Fields) -> Key:
    return tuple(fields[name] for name in order.key)


async def change_rows(link: Link, order: Order, effect: Effect, most: int) -> Done:
    """Raises `StaleConfirmation`, `Denied` or what the driver does."""
    changes = effect.changes
    # To prepare it takes the table's lock: from here on nobody changes what the catalogue says.
    prepared = await link.prepare(_statement(order, order.target, most), name=_ONCE)
    if await look_up(link, order.relation) != order.facts:
        raise _stale("The table")
    known = [change for change in changes if change.key]
    before = await standing(link, order, [change.key for change in known], most, within=order.rows, lock=True)
    if not all(stands(change.before, before.get(key_of(order, change.key))) for change in known):
        raise _stale("A row")

    given = await prepared.fetch(*_arrays(order, changes))
    if str(prepared.get_statusmsg()).rpartition(" ")[2] != str(len(changes)):
        raise _altered("did not take every row")
    await link.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what was put off happens while it can be seen
    keys = [change.key for change in changes]
    if order.kind is Kind.CREATE:
        keys = [dict(zip(order.key, row, strict=True)) for row in given]

    after = await standing(link, order, keys, most, within=order.rows)
    if order.kind is Kind.DELETE:
        if after:
            raise _altered("kept a row")
        return Done(effect, tuple(change.before or {} for change in changes))
    stored = [after.get(key_of(order, key)) for key in keys]
    if None in stored:
        raise Denied(
            "A row would not be among those that are open to you. Nothing was changed. Write rows that your "
            "own queries show.",
            rule="row_filter",
        )
    found = tuple(fields for fields in stored if fields is not None)
    for change, fields in zip(changes, found, strict=True):
        if not stands(change.after, fields):
            raise _altered("stored other values")
    if order.kind is Kind.CREATE:
        created = zip(changes, keys, found, strict=True)
        changes = tuple(Change(change.target, key, None, fields) for change, key, fields in created)
    return Done(effect.holding(changes), found)


def _statement(order: Order, target: Target, most: int) -> str:
    match order.kind:
        case Kind.CREATE:
            return rows.inserting(target, order.key, order.written, most=most)
        case Kind.UPDATE:
            return rows.updating(target, order.key, order.written)
        case Kind.DELETE:
            return rows.deleting(target, order.key)


def _arrays(order: Order, changes: Sequence[Change]) -> rows.Arrays:
    written = rows.columns_of([change.after or {} for change in changes], order.written)
    if order.kind is Kind.CREATE:
        return written
    return (*rows.columns_of([change.key for change in changes], order.key), *written)


def _stale(what: str) -> StaleConfirmation:
    return StaleConfirmation(
        f"{what} was changed after this was planned, so nothing was done. Ask again to see what would "
        "happen now."
    )


def _altered(how: str) -> Denied:
    return Denied(
        f"The database {how}, by a trigger or a policy of the table, so nothing was changed. Ask an "
        "administrator to look at the table.",
        rule="stored",
    )
