"""From a statement, or from what takes an action back, to the changes themselves; nothing is changed."""

from collections.abc import Mapping, Sequence

from policies.call import Call
from policies.canonical import Json
from policies.change import Change, Effect, Fields, Kind, stands
from policies.errors import Conflict, Denied
from policies.sources import PostgresSource
from tools.postgres import rows
from tools.postgres.carrying import key_of, look_up, standing
from tools.postgres.order import Order
from tools.postgres.rows import Filter
from tools.postgres.targets import Target, hold_cascades, hold_fit, hold_written
from tools.postgres.transactions import Link
from tools.sql import arguments, changes
from tools.sql.changes import KINDS
from tools.sql.filters import columns_asked
from tools.sql.refusals import denied, named
from tools.sql.rules import Dialect, Relation, Rules
from tools.sql.standing import row_condition
from tools.sql.writes import Write


class Planner:
    """Of one call. All but `proposal` asks the server, in a transaction that is open."""

    def __init__(
        self, link: Link, source: PostgresSource, rules: Rules, call: Call, claims: Mapping[str, Json]
    ) -> None:
        """`claims` are signed for row security."""
        self._link = link
        self._source = source
        self._rules = rules
        self._call = call
        self._claims = claims
        self._most = source.max_cell_bytes

    async def order(self, write: Write) -> Order:
        """Raises `Denied` for a table, or columns, that can't be written so."""
        order = await self._order(write.relation, KINDS[write.verb], write.written)
        hold_written(order.target, write.written)
        return order

    def proposal(self, order: Order, write: Write) -> str:
        """The statement that reads what `propose` takes."""
        return rows.proposing(
            order.target,
            write.rows.sql,
            () if order.kind is Kind.CREATE else order.columns,
            order.key,
            order.written,
            most=self._most,
            count=self._rules.max_changed_rows + 1,
        )

    async def propose(self, order: Order, proposed: Sequence[Sequence[object]]) -> Effect:
        """Raises `Denied` or `InvalidArgument` for what is no change, or none that can be carried out."""
        changes.hold_cells(proposed, self._most)
        changes.hold_many(len(proposed), self._rules)
        planned = [change for row in proposed if (change := self._change(order, row)) is not None]
        changes.hold_some(planned)
        if order.kind is Kind.CREATE:
            await self._hold_new(order, changes.hold_distinct(planned))
            await self._hold_within(order, [change.after or {} for change in planned])
        return self._effect(order, planned)

    async def undo(self, inverse: Sequence[Change]) -> tuple[Order, Effect]:
        """For the inverse of an action. Raises `Conflict` where what it left was changed since."""
        ((target, kind),) = {(change.target, change.kind) for change in inverse}
        relation = changes.still_open(target, self._rules)
        order = await self._order(relation, kind, tuple(inverse[0].after or ()))
        now = await standing(
            self._link, order, [change.key for change in inverse], self._most, within=order.rows
        )
        found = [(change, now.get(key_of(order, change.key))) for change in inverse]
        if differences := tuple((change, row) for change, row in found if not stands(change.before, row)):
            raise Conflict(differences)
        return order, self._effect(order, inverse)

    async def _order(self, relation: Relation, kind: Kind, written: Sequence[str]) -> Order:
        readable = self._rules.relations[relation]
        condition = row_condition(relation, self._rules)
        within = (
            Filter(condition.sql, arguments.claim_values(condition.claims, self._call.user))
            if condition
            else Filter()
        )
        facts = await look_up(self._link, relation)
        target = Target.of(relation, facts)
        hold_fit(target, readable)
        hold_cascades(target, kind, written)
        return Order(
            relation=relation,
            kind=kind,
            key=readable.key,
            columns=readable.columns,
            # A row that is put back has columns that the server makes from the others.
            written=tuple(name for name in written if not target.fields[name].is_made),
            facts=facts,
            rows=within,
            claims=self._claims,
        )

    def _change(self, order: Order, row: Sequence[object]) -> Change | None:
        """None where the row is as it shall be already."""
        values = row[: len(row) - len(order.written)]
        for name, fit in zip(order.written, row[len(values) :], strict=True):
            if not fit:
                raise denied(
                    "value",
                    f"A value for {named(name)} would be rounded or cut",
                    "Round it, or shorten it, in the statement.",
                )
        readable = self._rules.relations[order.relation]
        return changes.change_of(order.relation, readable, order.kind, order.written, rows.texts(values))

    async def _hold_new(self, order: Order, keys: Sequence[Fields]) -> None:
        if await standing(self._link, order, keys, self._most, within=order.rows):
            raise changes.taken()

    async def _hold_within(self, order: Order, added: Sequence[Fields]) -> None:
        """Raises `Denied` for rows that are outside of the filter, as far as that is known before."""
        target = order.target
        asked = columns_asked(self._rules.relations[order.relation], Dialect.POSTGRES)
        given = [name for name in order.written if name in asked]
        left = sorted(asked.difference(given))
        can_tell = all(name in target.fields and target.fields[name].default for name in left)
        if not asked or not can_tell or target.hidden(Kind.CREATE, order.written):
            return
        sql = rows.outside(target, order.rows, given, left)
        if await self._link.fetchval(sql, *order.rows.parameters, *rows.columns_of(added, given)):
            raise Denied(
                "A row would then be none of those that you may have. Add only rows that you could read.",
                rule="row_filter",
            )

    def _effect(self, order: Order, planned: Sequence[Change]) -> Effect:
        changes.hold_size(planned, self._source.max_bytes)
        return Effect(
            tuple(planned),
            final=order.target.final(order.kind, self._rules.relations[order.relation]),
            hidden=order.target.hidden(order.kind, order.written),
        )
