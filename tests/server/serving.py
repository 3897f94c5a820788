"""A server over HTTP in this process, and a source that a test holds in its hand."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import anyio

from policies.call import Call, Column, Grant, Kind, Plan, Raw, Table, Tier, Tool
from policies.canonical import Json
from policies.document import Document
from server.assembly import Service, assemble
from server.configuration import load
from server.demo.organisation import found
from server.listening import HttpServer
from server.vault import Connected
from tests.server.standing_in import StandIn
from tools.connector import Ledger
from tools.tables import TABLE_OUTPUT

NOTHING: Mapping[str, Json] = {"type": "object", "properties": {}, "additionalProperties": False}
ALONE = (
    'permit (principal, action in [Action::"act", Action::"act_unconfirmed", Action::"act_unapproved"], '
    "resource);"
)


class Slow(StandIn):
    """A connector, and its session: each call waits until it is `let_go`."""

    def __init__(self, tier: Tier = Tier.READ) -> None:
        self.tools = (Tool("slow", "wait", tier, "Wait", "Waits.", NOTHING, TABLE_OUTPUT),)
        self.begun = anyio.Event()
        self.let_go = anyio.Event()
        self.over = anyio.Event()
        self.ended = ""

    async def plan(self, call: Call, values: Mapping[str, str]) -> Plan:
        del values
        return Plan(call, {}, "1")

    async def carry_out(self, grant: Grant, ledger: Ledger) -> Raw:
        del ledger
        self.begun.set()
        self.ended = "cancelled"
        try:
            await self.let_go.wait()
            self.ended = "done"
        finally:
            self.over.set()
        return Raw(grant, Table((Column("waited", Kind.BOOLEAN),), ((True,),)))


@asynccontextmanager
async def slow_service(
    folder: Path, tier: Tier = Tier.READ
) -> AsyncGenerator[tuple[Service, Document, Slow]]:
    """The demo's organisation with the source `slow` in place of its own."""
    file = found(folder)
    text = file.read_text()
    (folder / "policy").mkdir()
    (folder / "policy/alone.cedar").write_text(ALONE)
    head = text[: text.index("[sources.shop]")]
    file.write_text(
        f'{head}[policy]\npath = "policy"\n\n'
        '[sources.slow]\nkind = "sqlite"\ndsn = "sqlite:shop.db"\ntimeout = 60\nroles.read = ["analyst"]\n'
        'owner = "a team"\npurpose = "tests"\nclassification = "internal"\ntables.t.columns = ["id"]\n'
    )
    configuration = load(file)
    slow = Slow(tier)
    source = configuration.document.sources["slow"]
    async with assemble(configuration, {"slow": Connected(source, slow, None)}) as service:
        yield service, configuration.document, slow


@asynccontextmanager
async def serving(service: Service, document: Document, port: int) -> AsyncGenerator[HttpServer]:
    """Listens while inside."""
    server = HttpServer(service, document, ("127.0.0.1", port))
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(server.serve)
        with anyio.fail_after(60):
            await server.ready.wait()
        try:
            yield server
        finally:
            server.stop()
