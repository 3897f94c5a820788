"""From a statement, or from what takes an action back, to the changes themselves; nothing is changed."""

import hashlib
from collections.abc import Sequence

from policies.call import Call
from policies.change import Change, Effect, Fields, Kind, stands
from policies.errors import Conflict
from policies.sources import MysqlSource
from tools.mysql import rows
from tools.mysql.link import Link
from tools.mysql.rows import Rows
from tools.mysql.targets import Target, hold_cascades, hold_fit, hold_written, look_up
from tools.sql import arguments, changes
from tools.sql.changes import KINDS
from tools.sql.order import Order
from tools.sql.refusals import denied, named
from tools.sql.rules import Relation, Rules
from tools.sql.standing import row_condition
from tools.sql.unnumbered import bound
from tools.sql.writes import Write


class Planner:
    """Of one call, in a transaction that is open."""

    def __init__(self, link: Link, source: MysqlSource, rules: Rules, call: Call) -> None:
        self._link = link
        self._source = source
        self._rules = rules
        self._call = call

    async def propose(self, write: Write) -> tuple[Order, Effect]:
        """Raises `Denied` or `InvalidArgument` for what is no change, or none that can be carried out."""
        kind = KINDS[write.verb]
        target, order = await self._order(write.relation, kind, write.written)
        hold_written(target, write.written)
        own = self._rows(target, order)
        sql, parameters = bound(write.rows.sql, arguments.claims(write.rows, self._call.user))
        proposal = own.proposing(sql, write.written, with_old=kind is not Kind.CREATE)
        found = (await self._link.ask(proposal, parameters)).rows
        changes.hold_many(len(found), self._rules)
        proposed = [change for row in found if (change := self._change(order, row)) is not None]
        changes.hold_some(proposed)
        if kind is Kind.CREATE:
            await self._hold_new(own, proposed)
        return order, self._effect(target, order, proposed)

    async def undo(self, inverse: Sequence[Change]) -> tuple[Order, Effect]:
        """For the inverse of an action. Raises `Conflict` where what it left was changed since."""
        ((target_name, kind),) = {(change.target, change.kind) for change in inverse}
        relation = changes.still_open(target_name, self._rules)
        target, order = await self._order(relation, kind, tuple(inverse[0].after or ()))
        own = self._rows(target, order)
        found = [(change, await find(self._link, own, change.key)) for change in inverse]
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
        values = rows.texts(row[: len(row) - len(order.written)])
        for name, fits in zip(order.written, row[len(values) :], strict=True):
            if not fits:
                raise denied(
                    "value",
                    f"A value for {named(name)} would be rounded, cut or taken for another",
                    "Write it as the column has it.",
                )
        changes.hold_cells([values], self._source.max_cell_bytes)
        readable = self._rules.relations[order.relation]
        return changes.change_of(order.relation, readable, order.kind, order.written, values)

    async def _hold_new(self, own: Rows, proposed: Sequence[Change]) -> None:
        for key in changes.hold_distinct(proposed):
            if await find(self._link, own, key):
                raise changes.taken()

    def _effect(self, target: Target, order: Order, planned: Sequence[Change]) -> Effect:
        changes.hold_size(planned, self._source.max_bytes)
        return Effect(
            tuple(planned),
            final=target.final(order.kind, self._rules.relations[order.relation]),
            hidden=target.hidden(order.kind, order.written, unseen=not self._source.bare_tables),
        )


async def find(link: Link, own: Rows, key: Fields, *, lock: bool = False) -> Fields | None:
    """All readable columns of the row of this key, as texts; None where there is not exactly one."""
    sql, values = own.finding(key, lock=lock)
    found = (await link.ask(sql, values)).rows
    return dict(zip(own.readable.columns, rows.texts(found[0]), strict=True)) if len(found) == 1 else None


def stamp_of(target: Target) -> str:
    """SHA-256 in hex of all that the catalogue says of a table."""
    return hashlib.sha256(repr(target).encode()).hexdigest()
