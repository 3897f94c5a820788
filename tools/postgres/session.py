"""One call over one connection: what would be sent, and sending it."""

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final

import anyio
import asyncpg

from policies.call import Call, Grant, Plan, Raw, Table
from policies.canonical import Json
from policies.change import Effect
from policies.sources import PostgresSource
from tools.connector import Ledger, Trace
from tools.postgres.catalog import SCHEMA_COLUMNS, SCHEMA_SQL, schema_parameters
from tools.postgres.connection import Statement, forget_statements, statement
from tools.postgres.evidence import Evidences
from tools.postgres.failures import failures_of
from tools.postgres.message import Message
from tools.postgres.order import Order
from tools.postgres.planning import Planner
from tools.postgres.row_security import Signer
from tools.postgres.rows import columns_of
from tools.postgres.shapes import Shapes
from tools.postgres.transactions import Link, hand_over, transaction
from tools.postgres.values import Output, fits, reader, row_bytes, told
from tools.postgres.witness import (
    CLOSURE,
    STEPS,
    Testimony,
    hold_cost,
    hold_relations,
    steps,
    testimony,
)
from tools.postgres.writing import Anew, Writing
from tools.sql import arguments, cursors, toolset
from tools.sql.lineage import matched, origin_of
from tools.sql.pages import Limits, Page
from tools.sql.rules import Checked, Relation, Rules
from tools.sql.statements import Statements
from tools.sql.writes import check_write

_GRACE_SECONDS: Final = 1.0  # for the server to say itself that time is up, before we hang up
_BATCH_BYTES: Final = 16_000_000
_BATCH_ROWS: Final = 256
_ONCE: Final = ""  # the unnamed statement: the next one takes its place, and nobody has to close it


@dataclass(frozen=True, slots=True)
class Settings:
    """What all calls to the source `name` share.

    `version` names the configuration, `opening` is what begins a transaction.
    """

    name: str
    source: PostgresSource
    rules: Rules
    version: str
    signer: Signer | None
    opening: str
    statements: Statements


class PostgresSession:
    """Holds one connection, for one call. `evidences`, `shapes` and `anew` are those of its credential,
    `own` the user's own connection that it is of.

    The first of its statements begins a transaction, `close` ends it: what is planned is carried out in the
    same one, under the locks that the planner has taken. A write is carried out in one of its own.
    """

    def __init__(
        self,
        link: Link,
        settings: Settings,
        evidences: Evidences,
        shapes: Shapes,
        anew: Anew,
        *,
        own: str,
    ) -> None:
        self._link = link
        self._source = settings.source
        self._rules = settings.rules
        self._version = settings.version
        self._own = own
        self._signer = settings.signer
        self._opening = settings.opening
        self._statements = settings.statements
        self._evidences = evidences
        self._shapes = shapes
        self._repeated: Message | None = None
        self._like: Message | None = None
        self._kept = False
        self._transaction = AsyncExitStack()
        self._begun = False
        self._limit = settings.source.timeout + _GRACE_SECONDS
        self._writing = Writing(
            settings.name, link, anew, settings.signer, source=settings.source, limit=self._limit
        )

    async def close(self) -> None:
        self._begun = False
        await self._transaction.aclose()

    async def plan(self, call: Call, values: Mapping[str, str]) -> Plan:
        with failures_of(call.tool.source):
            match call.tool.verb:
                case toolset.WRITE:
                    return await self._plan_write(call, values)
                case toolset.SCHEMA:
                    message = self._plan_schema(call)
                case toolset.QUERY:
                    message = await self._plan_query(call, values)
                case _:
                    message = await self._plan_explain(call)
        return Plan(call, message.to_json(), self._version, own=self._own)

    async def carry_out(self, grant: Grant, ledger: Ledger) -> Raw:
        if grant.plan.effect is not None:
            return await self._write(grant, grant.plan.effect, ledger)
        message = Message.from_json(grant.plan.request)
        with (
            failures_of(grant.plan.call.tool.source),
            anyio.fail_after(self._limit),
        ):
            try:
                table = await self._carry_out(message)
            except asyncpg.InvalidSQLStatementNameError:
                if not self._kept:
                    raise
                await self._let_go()
                table = await self._carry_out(message)
            except Exception:
                # What is remembered of the tables may be what is wrong.
                if self._kept:
                    forget_statements(self._link)
                if self._repeated:
                    self._evidences.forget(self._repeated)
                    self._shapes.forget(self._repeated.sql)
                if self._like:
                    self._evidences.forget(self._like)
                    self._shapes.forget(self._like.sql)
                raise
        return Raw(grant, table)

    async def trace(self, effect: Effect, mark: Json) -> Trace:
        return await self._writing.trace(effect, mark)

    async def _carry_out(self, message: Message) -> Table:
        await self._begin(message.claims)
        match message.verb:
            case toolset.SCHEMA:
                return await self._read_schema(message)
            case toolset.QUERY:
                return await self._read(message)
            case _:
                return await self._read_steps(message)

    async def _plan_write(self, call: Call, values: Mapping[str, str]) -> Plan:
        claims = self._claims(call)
        write = (
            None if call.inverse is not None else check_write(arguments.statement(call), self._rules, values)
        )
        planner = Planner(self._link, self._source, self._rules, call, claims)
        with anyio.fail_after(self._limit):
            await self._begin(claims)
            if write is None:
                order, effect = await planner.undo(call.inverse or ())
            else:
                order = await planner.order(write)
                message = Message(
                    verb=toolset.WRITE,
                    sql=planner.proposal(order, write),
                    parameters=arguments.claims(write.rows, call.user),
                    claims=claims,
                    relations=write.rows.relations,
                )
                hold_cost((await self._testimony(message)).cost, self._source.max_cost)
                proposed = await self._link.fetch(message.sql, *message.parameters)
                effect = await planner.propose(order, [tuple(row) for row in proposed])
        return Plan(call, order.to_json(), self._version, effect, self._own)

    async def _write(self, grant: Grant, effect: Effect, ledger: Ledger) -> Raw:
        """In a transaction of its own: what was planned in the first is looked at again."""
        await self.close()
        order = Order.from_json(grant.plan.request)
        done = await self._writing.write(order, effect, ledger)
        fields = order.target.fields
        outputs = [
            Output.named(name, fields[name].oid).made_of(
                (origin_of(order.target.relation, name, self._rules),)
            )
            for name in order.columns
        ]
        page = Page(Limits.of(self._source, len(outputs)))
        page.extend(
            [told(text, output.form) for text, output in zip(row, outputs, strict=True)]
            for row in zip(*columns_of(done.rows, order.columns), strict=True)
        )
        return Raw(grant, page.table([output.column for output in outputs]))

    def _plan_schema(self, call: Call) -> Message:
        parameters = schema_parameters(self._rules, arguments.only_table(call, self._rules))
        return Message(toolset.SCHEMA, SCHEMA_SQL, parameters, claims={})

    async def _plan_explain(self, call: Call) -> Message:
        checked = self._statements.check(arguments.statement(call), cap=False)
        message = Message(
            verb=toolset.EXPLAIN,
            sql=arguments.without_explain(checked.sql) or checked.sql,
            parameters=arguments.claims(checked, call.user),
            claims=self._claims(call),
            relations=checked.relations,
        )
        with anyio.fail_after(self._limit):
            await self._begin(message.claims)
            await self._testimony(message)
        return message

    async def _plan_query(self, call: Call, values: Mapping[str, str]) -> Message:
        offset = arguments.offset(call)
        asked = arguments.statement(call)
        checked = self._statements.check(asked, offset=offset, values=values)
        if arguments.without_explain(checked.sql):
            # The server's own words for a plan tell of views and policies.
            return await self._plan_explain(call)
        plain = Message(
            verb=toolset.QUERY,
            sql=checked.sql,
            parameters=arguments.claims(checked, call.user),
            claims=self._claims(call),
            relations=checked.relations,
            query=cursors.digest(asked),
            offset=offset,
        )
        if values:
            return await self._plan_once(plain)
        if evidence := self._evidences.of(plain):
            self._repeated = plain
            self._kept = True
            hold_cost(evidence.cost, self._source.max_cost)
            return plain.sent_as(evidence.rendered, evidence.outputs)
        with anyio.fail_after(self._limit):
            await self._begin(plain.claims)
            outputs = _traced(await self._outputs(plain), checked)
            cell_bytes = Limits.of(self._source, len(outputs)).cell_bytes
            sent = plain.parted() if self._like else plain
            self._kept = sent is not plain
            message = sent.rendered(outputs, cell_bytes)
            seen = await self._heard(message)
        hold_cost(seen.cost, self._source.max_cost)
        self._evidences.keep(plain, plain.rendered(outputs, cell_bytes), seen.cost)
        return message

    async def _plan_once(self, plain: Message) -> Message:
        """For a statement of which nothing is to be remembered."""
        with anyio.fail_after(self._limit):
            await self._begin(plain.claims)
            outputs = await self._described(plain)
            message = plain.rendered(outputs, Limits.of(self._source, len(outputs)).cell_bytes)
            hold_cost((await self._testimony(message)).cost, self._source.max_cost)
        return message

    async def _outputs(self, plain: Message) -> tuple[Output, ...]:
        if outputs := self._shapes.of(plain.sql):
            self._like = plain
            return outputs
        outputs = await self._described(plain)
        self._shapes.keep(plain.sql, outputs)
        return outputs

    async def _described(self, plain: Message) -> tuple[Output, ...]:
        prepared = await self._link.prepare(plain.sql, name=_ONCE)
        return tuple(map(Output.of, prepared.get_attributes()))

    async def _heard(self, message: Message) -> Testimony:
        try:
            return await self._testimony(message)
        except asyncpg.InvalidSQLStatementNameError:
            if not self._kept:
                raise
            await self._let_go()
            await self._begin(message.claims)
            return await self._testimony(message)

    async def _let_go(self) -> None:
        """A pooler has given us another server, which has not prepared what the connection keeps."""
        self._kept = False
        await self.close()

    async def _testimony(self, message: Message) -> Testimony:
        """What the planner says of the message, held against what the guard saw."""
        if self._kept:
            plan = await self._link.fetchval(message.explained, *message.parameters)
        else:
            explained = await self._link.prepare(message.explained, name=_ONCE)
            plan = await explained.fetchval(*message.parameters)
        seen = testimony(plan, self._rules)
        if not seen.relations <= message.relations:
            schemas, names = zip(*message.relations, strict=True) if message.relations else ((), ())
            reach = await self._link.fetch(CLOSURE, schemas, names)
            hold_relations(seen.relations, {Relation(row["schema"], row["name"]) for row in reach})
        return seen

    async def _read(self, message: Message) -> Table:
        limits = Limits.of(self._source, len(message.outputs))
        batch = max(1, min(_BATCH_ROWS, _BATCH_BYTES // row_bytes(message.outputs, limits.cell_bytes)))
        read = reader(message.outputs)
        page = Page(limits)
        prepared = await self._statement(message)
        while not page.full and (rows := await prepared.fetch(batch)):
            page.extend(map(read, rows))
        return page.table(
            [output.column for output in message.outputs],
            lambda taken: cursors.encode(message.query, message.offset + taken),
        )

    async def _statement(self, message: Message) -> Statement:
        """The connection keeps what it has prepared for a statement that comes again."""
        prepared = await statement(self._link, message.sql, message.parameters, kept=self._kept)
        if self._like and not fits(prepared.attributes(), message.outputs):
            raise asyncpg.InterfaceError("a column's type has changed since its shape was seen")
        return prepared

    async def _read_schema(self, message: Message) -> Table:
        rows = await self._link.fetch(message.sql, *message.parameters)
        page = Page(Limits.of(self._source, len(SCHEMA_COLUMNS)))
        page.extend(tuple(row) for row in rows)
        return page.table(SCHEMA_COLUMNS)

    async def _read_steps(self, message: Message) -> Table:
        seen = await self._testimony(message)
        page = Page(Limits.of(self._source, len(STEPS)))
        page.extend(steps(seen, self._rules, estimates=self._may_see_estimates(seen)))
        return page.table(STEPS)

    def _may_see_estimates(self, seen: Testimony) -> bool:
        """Estimates rest on statistics over all rows: with a filter of rows they would tell of the others."""
        relations = self._rules.relations
        return self._signer is None and all(
            relation in relations and relations[relation].rows is None for relation in seen.relations
        )

    def _claims(self, call: Call) -> Mapping[str, Json]:
        return dict(call.user.claims) if self._signer else {}

    async def _begin(self, claims: Mapping[str, Json]) -> None:
        if self._begun:
            return
        await self._transaction.enter_async_context(transaction(self._link, self._opening))
        self._begun = True
        if self._signer:
            # Good for planning and for carrying out, each within its limit.
            await hand_over(self._link, self._signer, claims, 2 * self._limit)


def _traced(outputs: Sequence[Output], checked: Checked) -> tuple[Output, ...]:
    """The columns of an answer, with what the guard saw that they are made of."""
    made = matched(checked.origins, len(outputs))
    return tuple(output.made_of(each) for output, each in zip(outputs, made, strict=True))
