"""From a statement, or from what takes an action back, to the changes themselves; nothing is changed."""

import hashlib
from collections.abc import Sequence
from typing import Final

from policies.call import Call
from policies.canonical import canonical
from policies.change import Change, Effect, Fields, Kind
from policies.errors import Conflict, Denied, InvalidArgument
from policies.sources import MysqlSource
from tools.mysql import rows
from tools.mysql.link import Link
from tools.mysql.message import bound
from tools.mysql.order import Order
from tools.mysql.rows import Rows
from tools.mysql.targets import Target, hold_cascades, hold_fit, hold_written, look_up
from tools.sql import arguments
from tools.sql.names import fold
from tools.sql.refusals import denied, named
from tools.sql.rules import Relation, Rules
from tools.sql.standing import row_condition
from tools.sql.writes import Verb, Write, too_many

_KINDS: Final = {Verb.INSERT: Kind.CREATE, Verb.UPDATE: Kind.UPDATE, Verb.DELETE: Kind.DELETE}


class Planner:
    """Of one call, in a transaction that is open."""

    def __init__(self, link: Link, source: MysqlSource, rules: Rules, call: Call) -> None:
        self._link = link
        self._source = source
        self._rules = rules
        self._call = call

    async def propose(self, write: Write) -> tuple[Order, Effect]:
        """Raises `Denied` or `InvalidArgument` for what is no change, or none that can be carried out."""
        kind = _KINDS[write.verb]
        target, order = await self._order(write.relation, kind, write.written)
        hold_written(target, write.written)
        own = self._rows(target, order)
        sql, parameters = bound(write.rows.sql, arguments.claims(write.rows, self._call.user))
        proposal = own.proposing(sql, write.written, with_old=kind is not Kind.CREATE)
        found = (await self._link.ask(proposal, parameters)).rows
        if len(found) > self._rules.max_changed_rows:
            raise too_many(self._rules)
        changes = [change for row in found if (change := self._change(order, row)) is not None]
        if not changes:
            raise InvalidArgument("This would change no row. Look with the query tool which rows there are.")
        if kind is Kind.CREATE:
            await self._hold_new(own, changes)
        return order, self._effect(target, order, changes)

    async def undo(self, changes: Sequence[Change]) -> tuple[Order, Effect]:
        """For the inverse of an action. Raises `Conflict` where what it left was changed since."""
        ((target_name, kind),) = {(change.target, change.kind) for change in changes}
        relation = Relation(*target_name.split(".", 1))
        readable = self._rules.relations.get(relation)
        if readable is None or not readable.write:
            raise Denied("The table is not open for writing any more. Ask an administrator.", rule="relation")
        target, order = await self._order(relation, kind, tuple(changes[0].after or ()))
        own = self._rows(target, order)
        found = [(change, await find(self._link, own, change.key)) for change in changes]
        if differences := tuple((change, row) for change, row in found if not stands(change.before, row)):
            raise Conflict(differences)
        planned = [Change(change.target, change.key, row, change.after) for change, row in found]
        return order, self._effect(target, order, planned)

    async def _order(self, relation: Relation, kind: Kind, written: Sequence[str]) -> tuple[Target, Order]:
        target = await look_up(self._link, relation)
        hold_fit(target, self._rules.relations[relation])
        hold_cascades(target, kind, written)
        condition = row_condition(relation, self._rules)
        within, claims = (
            bound(condition.sql, arguments.claim_values(condition.claims, self._call.user))
            if condition
            else ("", ())
        )
        return target, Order(relation, kind, tuple(written), within, claims, stamp_of(target))

    def _rows(self, target: Target, order: Order) -> Rows:
        return Rows(target, self._rules.relations[order.relation], order.rows, order.parameters)

    def _change(self, order: Order, row: Sequence[object]) -> Change | None:
        """None where the row is as it shall be already."""
        readable = self._rules.relations[order.relation]
        values = rows.texts(row[: len(row) - len(order.written)])
        for name, fits in zip(order.written, row[len(values) :], strict=True):
            if not fits:
                raise denied(
                    "value",
                    f"A value for {named(name)} would be rounded, cut or taken for another",
                    "Write it as the column has it.",
                )
        if any(text is not None and len(text) > self._source.max_cell_bytes for text in values):
            raise Denied(
                f"A row holds a value of more than {self._source.max_cell_bytes} characters, which can't be "
                "shown in the whole. Change it another way.",
                rule="cell_size",
            )
        target = ".".join(order.relation)
        if order.kind is Kind.CREATE:
            after: Fields = dict(zip(order.written, values, strict=True))
            whole = all(after.get(name) is not None for name in readable.key)
            return Change(target, {name: after[name] for name in readable.key} if whole else {}, None, after)
        before = dict(zip(readable.columns, values, strict=False))
        shown = {fold(name): value for name, value in before.items()}
        key = {name: shown[fold(name)] for name in readable.key}
        if order.kind is Kind.DELETE:
            return Change(target, key, before, None)
        after = dict(zip(order.written, values[len(before) :], strict=True))
        return None if stands(after, before) else Change(target, key, before, after)

    async def _hold_new(self, own: Rows, changes: Sequence[Change]) -> None:
        keys = [change.key for change in changes if change.key]
        if len({canonical(dict(key)) for key in keys}) < len(keys):
            raise denied("key", "Two of the rows have the same key", "Give each its own.")
        for key in keys:
            if await find(self._link, own, key):
                raise denied("key", "A row with this key exists already", "Update it, or give another key.")

    def _effect(self, target: Target, order: Order, changes: Sequence[Change]) -> Effect:
        size = sum(len(canonical(change.to_json()).encode()) for change in changes)
        if size > self._source.max_bytes:
            raise denied(
                "max_bytes",
                f"What would change is more than {self._source.max_bytes} bytes",
                "Narrow it, or do it in several calls.",
            )
        return Effect(
            tuple(changes),
            final=target.final(order.kind, self._rules.relations[order.relation]),
            hidden=target.hidden(order.kind, order.written, unseen=not self._source.bare_tables),
        )


async def find(link: Link, own: Rows, key: Fields, *, lock: bool = False) -> Fields | None:
    """All readable columns of the row of this key, as texts; None where there is not exactly one."""
    sql, values = own.finding(key, lock=lock)
    found = (await link.ask(sql, values)).rows
    return dict(zip(own.readable.columns, rows.texts(found[0]), strict=True)) if len(found) == 1 else None


def stands(expected: Fields | None, row: Fields | None) -> bool:
    """Whether all of `expected` is in the row; where it is None, whether there is none."""
    if expected is None or row is None:
        return expected is row
    return all(name in row and row[name] == value for name, value in expected.items())


def stamp_of(target: Target) -> str:
    """SHA-256 in hex of all that the catalogue says of a table."""
    return hashlib.sha256(repr(target).encode()).hexdigest()
