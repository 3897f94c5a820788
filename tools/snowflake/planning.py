"""From a statement, or from what takes an action back, to the changes themselves; nothing is changed."""

import hashlib
from collections.abc import Sequence

from policies.call import Call
from policies.canonical import Json, canonical
from policies.change import Change, Effect, Fields, Kind, stands
from policies.errors import Conflict, Denied
from policies.sources import SnowflakeSource
from tools.snowflake.api import Api
from tools.snowflake.rows import Rows
from tools.snowflake.targets import UNSEEN, Target, hold_fit, look_up
from tools.sql import arguments, changes
from tools.sql.changes import KINDS
from tools.sql.order import Order
from tools.sql.refusals import denied, named
from tools.sql.rules import Relation, Rules
from tools.sql.standing import row_condition
from tools.sql.unnumbered import bound
from tools.sql.writes import Write


class Planner:
    """Of one call."""

    def __init__(self, api: Api, source: SnowflakeSource, rules: Rules, call: Call) -> None:
        self._api = api
        self._source = source
        self._rules = rules
        self._call = call

    async def propose(self, write: Write) -> tuple[Order, Effect]:
        """Raises `Denied` or `InvalidArgument` for what is no change, or none that can be carried out."""
        kind = KINDS[write.verb]
        target, order = await self._order(write.relation, kind, write.written)
        own = rows_of(target, order, self._rules)
        sql, parameters = bound(write.rows.sql, arguments.claims(write.rows, self._call.user))
        proposal = own.proposing(sql, write.written, with_old=kind is not Kind.CREATE)
        found = [row async for row in self._api.rows(await self._api.run(proposal, parameters))]
        changes.hold_many(len(found), self._rules)
        proposed = [change for row in found if (change := self._change(target, order, row)) is not None]
        changes.hold_some(proposed)
        if kind is Kind.CREATE and len(changes.hold_distinct(proposed)) < len(proposed):
            raise denied("key", "Snowflake tells nobody which key it gives", "Give each row its own.")
        await self._hold_good(own, proposed)
        return order, self._effect(target, order, proposed)

    async def undo(self, inverse: Sequence[Change]) -> tuple[Order, Effect]:
        """For the inverse of an action. Raises `Conflict` where what it left was changed since."""
        ((name, kind),) = {(change.target, change.kind) for change in inverse}
        relation = changes.still_open(name, self._rules)
        target, order = await self._order(relation, kind, tuple(inverse[0].after or ()))
        found = await find(self._api, rows_of(target, order, self._rules), inverse)
        if differences := tuple((change, row) for change, row in found if not stands(change.before, row)):
            raise Conflict(differences)
        planned = [Change(change.target, change.key, row, change.after) for change, row in found]
        return order, self._effect(target, order, planned)

    async def _order(self, relation: Relation, kind: Kind, written: Sequence[str]) -> tuple[Target, Order]:
        target = await look_up(self._api, relation)
        hold_fit(target, self._rules.relations[relation])
        condition = row_condition(relation, self._rules)
        within, claims = (
            bound(condition.sql, arguments.claim_values(condition.claims, self._call.user))
            if condition
            else ("", ())
        )
        return target, Order(relation, kind, tuple(written), within, claims, stamp_of(target))

    def _change(self, target: Target, order: Order, row: Sequence[Json]) -> Change | None:
        """None where the row is as it shall be already."""
        cells = [None if cell is None else str(cell) for cell in row]
        at = len(cells) - 2 * len(order.written)
        given, stored = cells[at : at + len(order.written)], cells[at + len(order.written) :]
        for name, asked, kept in zip(order.written, given, stored, strict=True):
            if not target.column(name).fits(asked, kept):
                raise denied(
                    "value",
                    f"A value for {named(name)} would be rounded, cut or taken for another",
                    "Write it as the column has it.",
                )
        values = [*cells[:at], *stored]
        changes.hold_cells([values], self._source.max_cell_bytes)
        readable = self._rules.relations[order.relation]
        return changes.change_of(order.relation, readable, order.kind, order.written, values)

    async def _hold_good(self, own: Rows, proposed: Sequence[Change]) -> None:
        """Raises `Denied` where the statement that makes the changes would make none."""
        judged = (await self._api.run(*own.judging(proposed))).rows
        found, good = (int(str(cell)) for cell in judged[0]) if judged else (0, 0)
        if proposed[0].kind is Kind.CREATE and found:
            raise changes.taken()
        if proposed[0].kind is not Kind.CREATE and found != len(proposed):
            raise denied(
                "key",
                "Several rows have the key of one of these",
                "Snowflake keeps no key unique: an administrator should look at the table.",
            )
        if good != len(proposed):
            raise Denied(
                "A row would then be none of those that you may have. Write rows that you could read, with a "
                "value for each column that decides about it.",
                rule="row_filter",
            )

    def _effect(self, target: Target, order: Order, planned: Sequence[Change]) -> Effect:
        changes.hold_size(planned, self._source.max_bytes)
        return Effect(
            tuple(planned),
            final=target.final(order.kind, self._rules.relations[order.relation]),
            hidden=() if self._source.bare_tables else (UNSEEN,),
        )


def rows_of(target: Target, order: Order, rules: Rules) -> Rows:
    """As the user of the order may have them."""
    return Rows(target, rules.relations[order.relation], order.rows, order.parameters)


async def find(api: Api, own: Rows, asked: Sequence[Change]) -> list[tuple[Change, Fields | None]]:
    """Each change with all readable columns of the row of its key; None where there is not exactly one."""
    result = await api.run(*own.finding([change.key for change in asked]))
    found: dict[str, Fields | None] = {}
    async for row in api.rows(result):
        fields = dict(zip(own.readable.columns, row, strict=True))
        key = canonical(dict(changes.key_of(own.readable, fields)))
        found[key] = None if key in found else fields
    return [(change, found.get(canonical(dict(change.key)))) for change in asked]


def stamp_of(target: Target) -> str:
    """SHA-256 in hex of all that Snowflake says of a table."""
    return hashlib.sha256(repr(target).encode()).hexdigest()
