"""From a statement, or from what takes an action back, to the changes themselves; nothing is changed."""

from collections.abc import Mapping, Sequence
from typing import Final

from policies.call import Call
from policies.canonical import Json
from policies.change import Change, Effect, Fields, Kind
from policies.errors import Conflict, Denied, InvalidArgument
from policies.sources import PostgresSource
from tools.postgres import rows
from tools.postgres.carrying import hold_size, key_of, look_up, standing, stands
from tools.postgres.order import Order
from tools.postgres.rows import Filter
from tools.postgres.targets import Target, hold_cascades, hold_fit, hold_written
from tools.postgres.transactions import Link
from tools.sql import arguments
from tools.sql.filters import columns_asked
from tools.sql.refusals import denied, named
from tools.sql.rules import Dialect, Relation, Rules
from tools.sql.standing import row_condition
from tools.sql.writes import Verb, Write, too_many

_KINDS: Final = {Verb.INSERT: Kind.CREATE, Verb.UPDATE: Kind.UPDATE, Verb.DELETE: Kind.DELETE}


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
        order = await self._order(write.relation, _KINDS[write.verb], write.written)
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
        hold_size(proposed, self._most)
        if len(proposed) > self._rules.max_changed_rows:
            raise too_many(self._rules)
        changes = [change for row in proposed if (change := self._change(order, row)) is not None]
        if not changes:
            raise InvalidArgument("This would change no row. Look with the query tool which rows there are.")
        if order.kind is Kind.CREATE:
            await self._hold_new(order, [change.key for change in changes if change.key])
            await self._hold_within(order, [change.after or {} for change in changes])
        return self._effect(order, changes)

    async def undo(self, changes: Sequence[Change]) -> tuple[Order, Effect]:
        """For the inverse of an action. Raises `Conflict` where what it left was changed since."""
        ((target, kind),) = {(change.target, change.kind) for change in changes}
        relation = self._relation(target)
        order = await self._order(relation, kind, tuple(changes[0].after or ()))
        now = await standing(
            self._link, order, [change.key for change in changes], self._most, within=order.rows
        )
        found = [(change, now.get(key_of(order, change.key))) for change in changes]
        if differences := tuple((change, row) for change, row in found if not stands(change.before, row)):
            raise Conflict(differences)
        return order, self._effect(order, changes)

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

    def _relation(self, target: str) -> Relation:
        """Where an action was, if that may still be written."""
        relation = Relation(*target.split(".", 1))
        if relation not in self._rules.relations or not self._rules.relations[relation].write:
            raise Denied("The table is not open for writing any more. Ask an administrator.", rule="relation")
        return relation

    def _change(self, order: Order, row: Sequence[object]) -> Change | None:
        """None where the row is as it shall be already."""
        target, fits = f"{order.relation.schema}.{order.relation.name}", len(order.written)
        values = row[: len(row) - fits]
        for name, fit in zip(order.written, row[len(values) :], strict=True):
            if not fit:
                raise denied(
                    "value",
                    f"A value for {named(name)} would be rounded or cut",
                    "Round it, or shorten it, in the statement.",
                )
        texts = rows.texts(values)
        before = dict(zip(order.columns, texts, strict=False)) if order.kind is not Kind.CREATE else None
        after = dict(zip(order.written, texts[len(before or ()) :], strict=True))
        if before is None:
            whole = all(name in after for name in order.key)
            return Change(target, {name: after[name] for name in order.key} if whole else {}, None, after)
        key = {name: before[name] for name in order.key}
        if order.kind is Kind.DELETE:
            return Change(target, key, before, None)
        return None if stands(after, before) else Change(target, key, before, after)

    async def _hold_new(self, order: Order, keys: Sequence[Fields]) -> None:
        if len({key_of(order, key) for key in keys}) < len(keys):
            raise denied("key", "Two of the rows have the same key", "Give each its own.")
        if await standing(self._link, order, keys, self._most, within=order.rows):
            raise denied("key", "A row with this key exists already", "Update it, or give another key.")

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

    def _effect(self, order: Order, changes: Sequence[Change]) -> Effect:
        size = sum(
            len(text.encode())
            for change in changes
            for fields in (change.before, change.after)
            for text in rows.texts(list((fields or {}).values()))
            if text is not None
        )
        if size > self._source.max_bytes:
            raise denied(
                "max_bytes",
                f"What would change is more than {self._source.max_bytes} bytes",
                "Narrow it, or do it in several calls.",
            )
        return Effect(
            tuple(changes),
            final=order.target.final(order.kind, self._rules.relations[order.relation]),
            hidden=order.target.hidden(order.kind, order.written),
        )
