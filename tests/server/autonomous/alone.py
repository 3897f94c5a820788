"""A shelf that may be filled without a person, within a scope."""

import json
import secrets
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from policies.call import Answer, Caller, Channel, Reply, Request, Transport
from policies.milliseconds import DAY
from policies.question import AnswerNeeded
from server.assembly import Service
from server.autonomous.delegations import Delegations
from server.autonomous.switching import switch_off, switch_on
from server.configuration import Configuration
from server.history import search
from server.transaction import now_ms
from tests.server.shelf import Shelf, shelf_service, shelved

ROLES = 'act = ["analyst"]\nact_unconfirmed = ["analyst"]'
FILL = """
[scopes.fill]
tool = "shelf_put"
users = ["ada"]
targets = ["shelf"]
kinds = ["create", "update"]
fields.value.max_length = 5
rows = 2
per_hour = { calls = 3, rows = 5 }
per_day = { calls = 100, rows = 100 }
"""
REFUSE = 'outside = "refuse"\n'
TERMINAL = Caller(Transport.STDIO, "a client", channels=frozenset({Channel.TERMINAL}))
TWIN = "shelf_put_auto"


@dataclass
class Alone:
    """Ada's model, at a remit over a shelf."""

    service: Service
    shelf: Shelf
    configuration: Configuration
    caller: Caller = field(default=TERMINAL)

    async def put(self, tool: str = TWIN, /, **values: str | None) -> Reply:
        return await self.call(tool, {"values": values})

    async def answer(self, answer: Answer, tool: str = TWIN, /, **values: str | None) -> Reply:
        return await self.call(tool, {"values": values}, answer)

    async def call(self, tool: str, arguments: Mapping[str, object], answer: Answer | None = None) -> Reply:
        return await self.service.pipeline.run(
            Request(secrets.token_hex(16), self.caller, tool, arguments, answer=answer)
        )

    async def asked(self, tool: str = TWIN, /, **values: str | None) -> AnswerNeeded:
        """What is asked about it."""
        try:
            await self.put(tool, **values)
        except AnswerNeeded as needed:
            return needed
        raise AssertionError("nobody was asked")

    async def on(self, scope: str = "fill", days: int = 1) -> None:
        its, now = Delegations(self.configuration.document.scopes), await self.service.store.read(now_ms)
        audit = self.service.pipeline.audit
        await switch_on(self.service.store, audit, its, scope, now + days * DAY, by="root", why="tests")
        await self.service.switches.look()

    async def off(self, scope: str = "") -> None:
        """The process hears of it later."""
        audit = self.service.pipeline.audit
        await switch_off(self.service.store, audit, "shelf_put", scope, by="root", why="tests")

    async def events(self) -> list[str]:
        return [str(entry.columns[1]) for entry in reversed(await search(self.service.store))]

    async def last(self, event: str) -> dict[str, Any]:
        bodies = [json.loads(entry.body) for entry in await search(self.service.store)]
        return next(body for body in bodies if body["event"] == event)


def yes(needed: AnswerNeeded) -> Answer:
    return Answer(needed.question.action, Channel.TERMINAL, yes=True)


def no(needed: AnswerNeeded) -> Answer:
    return Answer(needed.question.action, Channel.TERMINAL, yes=False)


@asynccontextmanager
async def open_alone(
    folder: Path, scopes: str = FILL, *, roles: str = ROLES, on: bool = True, **records: str
) -> AsyncGenerator[Alone]:
    configuration, shelf = shelved(folder, roles, scopes), Shelf(**records)
    async with shelf_service(configuration, shelf) as service:
        alone = Alone(service, shelf, configuration)
        if on:
            await alone.on()
        yield alone
