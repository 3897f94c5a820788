"""One call over one connection: what would be sent, and sending it."""

from collections.abc import Mapping
from typing import Final

import anyio

from policies.call import Call, Grant, Json, Plan, Raw, Table
from policies.document import Source
from tools.postgres.catalog import SCHEMA_COLUMNS, SCHEMA_SQL, schema_parameters
from tools.postgres.failures import failures_of
from tools.postgres.message import Message
from tools.postgres.row_security import Signer
from tools.postgres.transactions import Link, hand_over, opening, read_only
from tools.postgres.values import Output, reader, row_bytes
from tools.postgres.witness import (
    CLOSURE,
    STEPS,
    Testimony,
    hold_cost,
    hold_relations,
    steps,
    testimony,
)
from tools.sql import arguments, cursors, toolset
from tools.sql.guard import check
from tools.sql.pages import Limits, Page
from tools.sql.rules import Relation, Rules

_GRACE_SECONDS: Final = 1.0  # for the server to say itself that time is up, before we hang up
_BATCH_BYTES: Final = 16_000_000
_BATCH_ROWS: Final = 256


class PostgresSession:
    """Holds one connection. `version` names the configuration that it was opened under."""

    def __init__(self, link: Link, source: Source, rules: Rules, version: str, signer: Signer | None) -> None:
        self._link = link
        self._source = source
        self._rules = rules
        self._version = version
        self._signer = signer
        self._opening = opening(source.timeout)

    async def plan(self, call: Call) -> Plan:
        with failures_of(call.tool.source), anyio.fail_after(self._source.timeout + _GRACE_SECONDS):
            match call.tool.verb:
                case toolset.SCHEMA:
                    message = self._plan_schema(call)
                case toolset.QUERY:
                    message = await self._plan_query(call)
                case _:
                    message = await self._plan_explain(call)
        return Plan(call, message.to_json(), self._version)

    async def carry_out(self, grant: Grant) -> Raw:
        message = Message.from_json(grant.plan.request)
        with (
            failures_of(grant.plan.call.tool.source),
            anyio.fail_after(self._source.timeout + _GRACE_SECONDS),
        ):
            async with read_only(self._link, self._opening):
                await self._hand_over(message)
                match message.verb:
                    case toolset.SCHEMA:
                        table = await self._read_schema(message)
                    case toolset.QUERY:
                        table = await self._read(message)
                    case _:
                        table = await self._read_steps(message)
        return Raw(grant, table)

    def _plan_schema(self, call: Call) -> Message:
        parameters = schema_parameters(self._rules, arguments.only_table(call, self._rules))
        return Message(toolset.SCHEMA, SCHEMA_SQL, parameters, claims={})

    async def _plan_explain(self, call: Call) -> Message:
        checked = check(arguments.statement(call), self._rules, cap=False)
        message = Message(
            verb=toolset.EXPLAIN,
            sql=arguments.without_explain(checked.sql) or checked.sql,
            parameters=arguments.claims(checked, call.user),
            claims=self._claims(call),
            relations=checked.relations,
        )
        async with read_only(self._link, self._opening):
            await self._hand_over(message)
            await self._testimony(message)
        return message

    async def _plan_query(self, call: Call) -> Message:
        offset = arguments.offset(call)
        statement = arguments.statement(call)
        checked = check(statement, self._rules, offset=offset)
        if arguments.without_explain(checked.sql):
            # The server's own words for a plan tell of views and policies.
            return await self._plan_explain(call)
        plain = Message(
            verb=toolset.QUERY,
            sql=checked.sql,
            parameters=arguments.claims(checked, call.user),
            claims=self._claims(call),
            relations=checked.relations,
            query=cursors.digest(statement),
            offset=offset,
        )
        async with read_only(self._link, self._opening):
            await self._hand_over(plain)
            prepared = await self._link.prepare(plain.sql)
            outputs = tuple(map(Output.of, prepared.get_attributes()))
            message = plain.rendered(outputs, Limits.of(self._source, len(outputs)).cell_bytes)
            seen = await self._testimony(message)
        hold_cost(seen.cost, self._source.max_cost)
        return message

    async def _testimony(self, message: Message) -> Testimony:
        """What the planner says of the message, held against what the guard saw."""
        explained = await self._link.prepare(message.explained)
        plan = await explained.fetchval(*message.parameters)
        seen = testimony(plan, self._rules)
        if not seen.relations <= message.relations:
            schemas, names = zip(*message.relations, strict=True) if message.relations else ((), ())
            reach = await self._link.fetch(CLOSURE, schemas, names)
            hold_relations(seen.relations, {Relation(row["schema"], row["name"]) for row in reach})
        return seen

    async def _read(self, message: Message) -> Table:
        prepared = await self._link.prepare(message.sql)
        limits = Limits.of(self._source, len(message.outputs))
        batch = max(1, min(_BATCH_ROWS, _BATCH_BYTES // row_bytes(message.outputs, limits.cell_bytes)))
        read = reader(message.outputs)
        page = Page(limits)
        cursor = await prepared.cursor(*message.parameters)
        while not page.full and (rows := await cursor.fetch(batch)):
            page.extend(read(tuple(row)) for row in rows)
        return page.table(
            [output.column for output in message.outputs],
            lambda taken: cursors.encode(message.query, message.offset + taken),
        )

    async def _read_schema(self, message: Message) -> Table:
        prepared = await self._link.prepare(message.sql)
        rows = await prepared.fetch(*message.parameters)
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

    async def _hand_over(self, message: Message) -> None:
        if self._signer:
            await hand_over(self._link, self._signer, message.claims, self._source.timeout + _GRACE_SECONDS)
