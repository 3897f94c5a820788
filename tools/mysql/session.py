"""One call over one connection: what would be sent, and sending it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import anyio

from policies.call import Call, Column, Grant, Kind, Plan, Raw, Table
from policies.canonical import Json
from policies.change import Effect
from policies.errors import UpstreamFailed
from policies.sources import MysqlSource
from tools.connector import Ledger, Trace
from tools.mysql.catalog import SCHEMA_COLUMNS, columns_told
from tools.mysql.failures import failures_of
from tools.mysql.link import READING, Link, transaction
from tools.mysql.message import Message
from tools.mysql.planning import Planner
from tools.mysql.values import Output, described, told
from tools.mysql.writing import Anew, Writing
from tools.sql import arguments, cursors, toolset
from tools.sql.lineage import matched, origin_of
from tools.sql.order import Order
from tools.sql.pages import Limits, Page
from tools.sql.rules import Checked, Rules
from tools.sql.statements import Statements
from tools.sql.unnumbered import bound
from tools.sql.writes import check_write

_GRACE_SECONDS: Final = 1.0  # for the server to say itself that time is up, before we hang up

STEPS: Final = (
    Column("step", Kind.NUMBER),
    Column("operation", Kind.NAME),
    Column("table", Kind.NAME),
    Column("access", Kind.NAME),
    Column("key", Kind.NAME),
    Column("estimated_rows", Kind.NUMBER),
)
# What EXPLAIN calls them, in MySQL and in MariaDB.
_STEP_NAMES: Final = ("id", "select_type", "table", "type", "key", "rows")


@dataclass(frozen=True, slots=True)
class Settings:
    """What all calls to the source `name` share. `version` names the configuration."""

    name: str
    source: MysqlSource
    rules: Rules
    version: str
    statements: Statements


class MysqlSession:
    """Holds one connection, for one call. `anew` gives another with the same credential, `own` is the user's
    own connection that it is of.
    """

    def __init__(self, link: Link, settings: Settings, anew: Anew, *, own: str) -> None:
        self._link = link
        self._settings = settings
        self._source = settings.source
        self._rules = settings.rules
        self._own = own
        self._limit = settings.source.timeout + _GRACE_SECONDS
        self._writing = Writing(settings.name, link, anew, self._rules, self._limit)

    async def plan(self, call: Call, values: Mapping[str, str]) -> Plan:
        with failures_of(self._settings.name), anyio.fail_after(self._limit):
            if call.tool.verb == toolset.WRITE:
                return await self._plan_write(call, values)
            message = await self._message(call, values)
        return Plan(call, message.to_json(), self._settings.version, own=self._own)

    async def carry_out(self, grant: Grant, ledger: Ledger) -> Raw:
        if grant.plan.effect is not None:
            return await self._write(grant, grant.plan.effect, ledger)
        message = Message.from_json(grant.plan.request)
        with failures_of(self._settings.name), anyio.fail_after(self._limit):
            async with transaction(self._link, READING):
                match message.verb:
                    case toolset.SCHEMA:
                        table = await self._schema(message)
                    case toolset.QUERY:
                        table = await self._read(message)
                    case _:
                        table = await self._steps(message)
        return Raw(grant, table)

    async def trace(self, effect: Effect, mark: Json) -> Trace:
        del mark
        return await self._writing.trace(effect)

    async def _plan_write(self, call: Call, values: Mapping[str, str]) -> Plan:
        planner = Planner(self._link, self._source, self._rules, call)
        async with transaction(self._link, READING):
            if call.inverse is not None:
                order, effect = await planner.undo(call.inverse)
            else:
                write = check_write(arguments.statement(call), self._rules, values)
                order, effect = await planner.propose(write)
        return Plan(call, order.to_json(), self._settings.version, effect, self._own)

    async def _write(self, grant: Grant, effect: Effect, ledger: Ledger) -> Raw:
        order = Order.from_json(grant.plan.request)
        rows = await self._writing.write(order, effect, ledger)
        names = self._rules.relations[order.relation].columns
        page = Page(Limits.of(self._source, len(names)))
        page.extend([row.get(name) for name in names] for row in rows)
        return Raw(
            grant,
            page.table(
                [Column(name, Kind.TEXT, (origin_of(order.relation, name, self._rules),)) for name in names]
            ),
        )

    async def _message(self, call: Call, values: Mapping[str, str]) -> Message:
        if call.tool.verb == toolset.SCHEMA:
            only = arguments.only_table(call, self._rules)
            return Message(toolset.SCHEMA, "", (list(only) if only else None,))
        asked, offset = arguments.statement(call), arguments.offset(call)
        is_query = call.tool.verb == toolset.QUERY
        checked = self._settings.statements.check(
            asked, offset=offset, cap=is_query, values=values if is_query else None
        )
        explained = arguments.without_explain(checked.sql)
        sql, parameters = bound(explained or checked.sql, arguments.claims(checked, call.user))
        if explained or not is_query:
            return Message(toolset.EXPLAIN, sql, parameters)
        plain = Message(toolset.QUERY, sql, parameters, (), cursors.digest(asked), offset)
        outputs = await self._outputs(plain, checked)
        return plain.rendered(outputs, Limits.of(self._source, len(outputs)).cell_bytes)

    async def _outputs(self, plain: Message, checked: Checked) -> tuple[Output, ...]:
        async with transaction(self._link, READING):
            fields = (await self._link.ask(described(plain.sql), plain.parameters)).fields
        made = matched(checked.origins, len(fields))
        return tuple(Output.of(field, each) for field, each in zip(fields, made, strict=True))

    async def _read(self, message: Message) -> Table:
        answer = await self._link.ask(message.sql, message.parameters)
        page = Page(Limits.of(self._source, len(message.outputs)))
        page.extend(
            [told(value, output.form) for value, output in zip(row, message.outputs, strict=True)]
            for row in answer.rows
        )
        return page.table(
            [output.column for output in message.outputs],
            lambda taken: cursors.encode(message.query, message.offset + taken),
        )

    async def _schema(self, message: Message) -> Table:
        (only,) = message.parameters
        relation = next((each for each in self._rules.relations if list(each) == only), None)
        page = Page(Limits.of(self._source, len(SCHEMA_COLUMNS)))
        page.extend(await columns_told(self._link, self._rules, relation))
        return page.table(SCHEMA_COLUMNS)

    async def _steps(self, message: Message) -> Table:
        answer = await self._link.ask(f"EXPLAIN {message.sql}", message.parameters)
        places = {field.name.lower(): at for at, field in enumerate(answer.fields)}
        if not places.keys() >= set(_STEP_NAMES):
            raise UpstreamFailed("The database sent a plan that can't be read. An administrator should look.")
        # Estimates rest on all rows: with a filter of rows they would tell of the others.
        filtered = any(readable.rows is not None for readable in self._rules.relations.values())
        page = Page(Limits.of(self._source, len(STEPS)))
        for row in answer.rows:
            step, *names, rows = (row[places[name]] for name in _STEP_NAMES)
            page.add((_number(step), *map(_text, names), None if filtered else _number(rows)))
        return page.table(STEPS)


def _number(value: object) -> int | None:
    """MariaDB writes the rows that it expects as text."""
    return int(str(value)) if str(value).isdecimal() else None


def _text(value: object) -> str | None:
    return None if value is None else str(value)
