"""Systems that a test holds in its hand: each tells the rows it was given, and keeps what it was sent."""

import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from policies.call import (
    Call,
    Caller,
    Channel,
    Column,
    Grant,
    Kind,
    Origin,
    Plan,
    Raw,
    Reply,
    Request,
    Table,
    Tier,
    Tool,
    Transport,
)
from policies.canonical import Json
from policies.change import Change, Effect, changes_from_json
from policies.document import LocalIdentity
from policies.milliseconds import DAY
from server.assembly import Service, assemble, connected
from server.autonomous.delegations import Delegations
from server.autonomous.switching import switch_on
from server.configuration import load
from server.identity import Identity
from server.transaction import now_ms
from server.vault import Connected
from tests.server.enabling import enable_all
from tests.server.standing_in import StandIn
from tools.connector import Ledger
from tools.tables import TABLE_OUTPUT, WRITE_OUTPUT

CALLER = Caller(Transport.STDIO, "an editor", channels=frozenset({Channel.FORM, Channel.PAGE}))
NOTHING: Table = Table((Column("text", Kind.TEXT),), ())
_TEXTS: dict[str, Json] = {"type": "array", "items": {"type": "string"}}
_SENDING: dict[str, Json] = {
    "type": "object",
    "properties": {"to": _TEXTS, "text": {"type": "string"}, "file": {"type": "string"}},
    "required": ["to", "text"],
    "additionalProperties": False,
}
_READING: dict[str, Json] = {"type": "object", "properties": {}, "additionalProperties": False}


class Desk(StandIn):
    """A connector, and its session: a chat, a mailbox, a tracker. `sent` are texts that became final."""

    def __init__(self, name: str) -> None:
        self.table = NOTHING
        self.sent: list[Change] = []
        self.before_answer: Callable[[], Awaitable[None]] = _at_once
        self.tools: Sequence[Tool] = (
            Tool(name, "read", Tier.READ, "Read", "Reads all.", _READING, TABLE_OUTPUT),
            Tool(name, "send", Tier.ACT, "Send", "Sends a text.", _SENDING, WRITE_OUTPUT),
        )

    def tells(self, *rows: tuple[Json, ...]) -> None:
        columns = tuple(Column(f"c{n}", Kind.TEXT, (Origin("main.t", f"c{n}"),)) for n in range(len(rows[0])))
        self.table = Table(columns, rows)

    async def plan(self, call: Call, values: Mapping[str, str]) -> Plan:
        del values
        if call.tool.tier is Tier.READ:
            return Plan(call, {}, "1")
        sent = {name: value for name, value in call.arguments.items() if name != "to"}
        to = call.arguments["to"]
        assert isinstance(to, list)
        effect = Effect((Change("messages", {}, None, sent),), tuple(map(str, to)), final="it is sent")
        return Plan(call, effect.to_json(), "1", effect)

    async def carry_out(self, grant: Grant, ledger: Ledger) -> Raw:
        effect = grant.plan.effect
        if effect is None:
            await self.before_answer()
            return Raw(grant, self.table)
        await ledger.note(effect, "the mark")
        self.sent += changes_from_json(grant.plan.request["changes"])
        return Raw(grant, Table((Column("sent", Kind.NAME),), (("yes",),)))


async def _at_once() -> None:
    pass


@dataclass
class Office:
    service: Service
    desks: Mapping[str, Desk]
    who: str = "ada"
    folder: Path = field(default=Path())

    async def call(self, tool: str, **arguments: Any) -> Reply:
        identity = Identity(LocalIdentity(user=self.who, tenant="acme", roles=("analyst",)))
        pipeline = replace(self.service.pipeline, identity=identity)
        return await pipeline.run(Request(secrets.token_hex(16), CALLER, tool, arguments))

    def somebody(self, who: str) -> "Office":
        return Office(self.service, self.desks, who, self.folder)


def settings(name: str, **more: str) -> str:
    """Of a source that a desk stands in for, and which may be acted on without a person."""
    lines = "".join(f'{key} = "{value}"\n' for key, value in more.items())
    return f"""
[sources.{name}]
kind = "sqlite"
dsn = "sqlite:{name}.db"
owner = "a team"
purpose = "tests"
tables.t.columns = ["c0", "c1", "c2"]
{lines}
[sources.{name}.roles]
read = ["analyst"]
act = ["analyst"]
act_unconfirmed = ["analyst"]

[scopes.{name}]
tool = "{name}_send"
roles = ["analyst"]
targets = ["messages"]
kinds = ["create"]
fields.text.any = true
fields.file.any = true
rows = 1
per_hour = {{ calls = 10000, rows = 10000 }}
per_day = {{ calls = 10000, rows = 10000 }}
destinations = ["*"]
irreversible = true
"""


START = """
[server]
store = "sqlite:remit.db"

[identity.local]
user = "ada"
tenant = "acme"
roles = ["analyst"]

[limits]
calls_per_minute = 100000
burst = 50000
questions_per_hour = 1000
source = { calls_per_minute = 100000, burst = 50000 }
tenant = { calls_per_minute = 100000, burst = 50000 }

[context]
turns = 100000

[injection]
detector = false
"""


@asynccontextmanager
async def open_office(folder: Path, text: str, *desks: str) -> AsyncGenerator[Office]:
    """`text` is the configuration, in which `desks` are sources that desks stand in for."""
    file = folder / "remit.toml"
    file.write_text(text)
    configuration = load(file)
    await enable_all(configuration.document)
    sources = dict(connected(configuration.document))
    held = {name: Desk(name) for name in desks}
    for name, desk in held.items():
        sources[name] = Connected(sources[name].settings, desk, None)
    async with assemble(configuration, sources) as service:
        its, audit = Delegations(configuration.document.scopes), service.pipeline.audit
        until = await service.store.read(now_ms) + DAY
        for scope in configuration.document.scopes:
            await switch_on(service.store, audit, its, scope, until, by="root", why="tests")
        await service.switches.look()
        yield Office(service, held, folder=folder)
