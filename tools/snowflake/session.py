"""One call under one token: what would be sent, and sending it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from policies.call import Call, Column, Grant, Kind, Plan, Raw, Table
from policies.canonical import Json, canonical
from policies.change import Effect
from policies.errors import UpstreamFailed
from policies.sources import SnowflakeSource
from tools.connector import Ledger, Trace
from tools.snowflake.api import GRACE_SECONDS, Api
from tools.snowflake.catalog import SCHEMA_COLUMNS, columns_told
from tools.snowflake.message import Message
from tools.snowflake.planning import Planner
from tools.snowflake.writing import Writing
from tools.sql import arguments, cursors, toolset
from tools.sql.lineage import matched, origin_of
from tools.sql.order import Order
from tools.sql.pages import Limits, Page
from tools.sql.rules import Rules
from tools.sql.statements import Statements
from tools.sql.unnumbered import bound
from tools.sql.writes import check_write

STEPS: Final = (
    Column("step", Kind.NUMBER),
    Column("operation", Kind.NAME),
    Column("objects", Kind.NAME),
)
# What EXPLAIN calls them.
_STEP_NAMES: Final = ("id", "operation", "objects")


@dataclass(frozen=True, slots=True)
class Settings:
    """What all calls to the source `name` share. `version` names the configuration."""

    name: str
    source: SnowflakeSource
    rules: Rules
    version: str
    statements: Statements


@dataclass(frozen=True, slots=True)
class SnowflakeSession:
    """`own` is the user's own connection."""

    api: Api
    settings: Settings
    own: str

    async def plan(self, call: Call, values: Mapping[str, str]) -> Plan:
        version = self.settings.version
        if call.tool.verb != toolset.WRITE:
            return Plan(call, self._message(call, values).to_json(), version, own=self.own)
        planner = Planner(self.api, self.settings.source, self.settings.rules, call)
        if call.inverse is not None:
            order, effect = await planner.undo(call.inverse)
        else:
            write = check_write(arguments.statement(call), self.settings.rules, values)
            order, effect = await planner.propose(write)
        return Plan(call, order.to_json(), version, effect, self.own)

    async def carry_out(self, grant: Grant, ledger: Ledger) -> Raw:
        tag = _tag(grant.plan.call)
        if grant.plan.effect is not None:
            return Raw(grant, await self._write(grant, grant.plan.effect, ledger, tag))
        message = Message.from_json(grant.plan.request)
        match message.verb:
            case toolset.SCHEMA:
                table = await self._schema(message)
            case toolset.QUERY:
                table = await self._read(message, tag)
            case _:
                table = await self._steps(message, tag)
        return Raw(grant, table)

    async def trace(self, effect: Effect, mark: Json) -> Trace:
        return await self._writing.trace(effect, mark)

    @property
    def _writing(self) -> Writing:
        settings = self.settings
        return Writing(settings.name, self.api, settings.rules, settings.source.timeout + GRACE_SECONDS)

    async def _write(self, grant: Grant, effect: Effect, ledger: Ledger, tag: str) -> Table:
        order, rules = Order.from_json(grant.plan.request), self.settings.rules
        rows = await self._writing.write(order, effect, ledger, tag)
        names = rules.relations[order.relation].columns
        page = Page(Limits.of(self.settings.source, len(names)))
        page.extend([row.get(name) for name in names] for row in rows)
        return page.table(
            [Column(name, Kind.TEXT, (origin_of(order.relation, name, rules),)) for name in names]
        )

    def _message(self, call: Call, values: Mapping[str, str]) -> Message:
        rules = self.settings.rules
        if call.tool.verb == toolset.SCHEMA:
            only = arguments.only_table(call, rules)
            return Message(toolset.SCHEMA, "", (list(only) if only else None,))
        asked, offset = arguments.statement(call), arguments.offset(call)
        is_query = call.tool.verb == toolset.QUERY
        checked = self.settings.statements.check(
            asked, offset=offset, cap=is_query, values=values if is_query else None
        )
        explained = arguments.without_explain(checked.sql)
        sql, parameters = bound(explained or checked.sql, arguments.claims(checked, call.user))
        if explained or not is_query:
            return Message(toolset.EXPLAIN, sql, parameters)
        return Message(toolset.QUERY, sql, parameters, checked.origins, cursors.digest(asked), offset)

    async def _read(self, message: Message, tag: str) -> Table:
        source = self.settings.source
        result = await self.api.run(message.sql, message.parameters, tag=tag, most=source.max_rows + 1)
        made = matched(message.made, len(result.fields))
        page = Page(Limits.of(source, len(result.fields)))
        async for row in self.api.rows(result):
            page.add(row)
            if page.full:
                break
        return page.table(
            [Column(each.name, each.kind, of) for each, of in zip(result.fields, made, strict=True)],
            lambda taken: cursors.encode(message.query, message.offset + taken),
        )

    async def _schema(self, message: Message) -> Table:
        (only,) = message.parameters
        relation = next((each for each in self.settings.rules.relations if list(each) == only), None)
        page = Page(Limits.of(self.settings.source, len(SCHEMA_COLUMNS)))
        page.extend(await columns_told(self.api, self.settings.rules, relation))
        return page.table(SCHEMA_COLUMNS)

    async def _steps(self, message: Message, tag: str) -> Table:
        """What is run, over what; the sizes that it tells are those of all rows, and stay there."""
        result = await self.api.run(f"EXPLAIN USING TABULAR {message.sql}", message.parameters, tag=tag)
        places = {each.name.lower(): at for at, each in enumerate(result.fields)}
        if not places.keys() >= set(_STEP_NAMES):
            raise UpstreamFailed("Snowflake sent a plan that can't be read. An administrator should look.")
        page = Page(Limits.of(self.settings.source, len(STEPS)))
        async for row in self.api.rows(result):
            page.add([row[places[name]] for name in _STEP_NAMES])
        return page.table(STEPS)


def _tag(call: Call) -> str:
    """For whoever reads Snowflake's history of queries: on whose behalf, and which call of remit's."""
    return canonical({"remit": {"user": call.user.id, "tenant": call.user.tenant, "call": call.id}})
