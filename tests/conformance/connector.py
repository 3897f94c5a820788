"""The fixtures as a system behind remit: one source of the configuration, with a session for each call."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import cast

from policies.call import Call, Grant, Plan, Raw, Tool, User
from policies.canonical import Json
from policies.change import Effect
from policies.document import Document
from policies.secret import Credential
from server.vault import Connected
from tests.conformance.answers import table
from tests.conformance.conversation import CURRENT
from tests.conformance.fixture import Fixture
from tests.conformance.toolbox import FIXTURES
from tools.authorization import Authorization
from tools.connector import Finding, Ledger, Session, Trace


def connect(document: Document) -> Mapping[str, Connected]:
    """The sources of the configuration, with the fixtures behind them."""
    return {
        name: Connected(source, FixtureConnector([f for f in FIXTURES if f.source == name]), credential=None)
        for name, source in document.sources.items()
    }


class FixtureConnector:
    authorization: Authorization | None = None

    def __init__(self, fixtures: Sequence[Fixture]) -> None:
        self._fixtures = {fixture.verb: fixture for fixture in fixtures}

    @property
    def tools(self) -> Sequence[Tool]:
        return [fixture.tool for fixture in self._fixtures.values()]

    @asynccontextmanager
    async def open(self, user: User | None, credential: Credential | None) -> AsyncGenerator[Session]:
        yield FixtureSession(self._fixtures)

    async def inspect(self, credential: Credential | None) -> Sequence[Finding]:
        return []

    async def close(self) -> None:
        """Nothing stays open between calls."""


class FixtureSession:
    def __init__(self, fixtures: Mapping[str, Fixture]) -> None:
        self._fixtures = fixtures

    async def plan(self, call: Call, values: Mapping[str, str]) -> Plan:
        del values
        arguments: dict[str, Json] = dict(call.arguments)
        return Plan(call, {"verb": call.tool.verb, "arguments": arguments}, connection="fixtures")

    async def carry_out(self, grant: Grant, ledger: Ledger) -> Raw:
        request = grant.plan.request
        arguments = cast("Mapping[str, Json]", request["arguments"])
        rows = await self._fixtures[str(request["verb"])].act(CURRENT.get(), arguments)
        return Raw(grant, table(rows))

    async def trace(self, effect: Effect, mark: Json) -> Trace:
        del effect, mark
        return Trace.UNKNOWN
