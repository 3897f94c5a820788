"""remit's own tools as one more source, which is reached in the store of record."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final

from policies.call import Call, Grant, Plan, Raw, Table, Tool, User
from policies.canonical import Json
from policies.change import Effect
from policies.errors import NeedsConnection, NotFound
from policies.secret import Credential
from policies.sources import OWN
from server.actions import Actions
from server.connections import Connections
from server.context.contexts import Contexts
from server.context.results import Results
from server.own import actions, context, result, sources
from server.rollback import UNDO
from server.sources import Sources
from server.store import Reader
from tools.authorization import Authorization
from tools.connector import Finding, Ledger, Session, Trace

TOOLS: Final[Sequence[Tool]] = (
    actions.ACTIONS,
    sources.SOURCES,
    sources.CONNECT,
    context.CONTEXT,
    result.RESULT,
    context.FORGET,
    UNDO,
)


class Own:
    """A `tools.connector.Connector`."""

    authorization: Authorization | None = None

    tools: Sequence[Tool] = TOOLS

    def __init__(self, session: "OwnSession") -> None:
        self._session = session

    @asynccontextmanager
    async def open(self, user: User | None, credential: Credential | None) -> AsyncGenerator[Session]:
        del user, credential  # the user comes with the call, and there is nothing to sign in to
        yield self._session

    async def inspect(self, credential: Credential | None) -> Sequence[Finding]:
        del credential
        return ()

    async def close(self) -> None:
        """The store is closed by whoever opened it."""


@dataclass(frozen=True, slots=True)
class OwnSession:
    store: Reader
    actions: Actions
    connections: Connections
    open_to: Sources
    contexts: Contexts
    results: Results

    async def plan(self, call: Call, values: Mapping[str, str]) -> Plan:
        """Raises `NeedsConnection` where the user asks for the way to a source of theirs, or `NotFound`."""
        del values  # no argument of these tools is anybody's data
        request: Mapping[str, Json] = {}
        match call.tool:
            case actions.ACTIONS:
                request = actions.request(call)
            case result.RESULT:
                request = result.request(call)
            case sources.CONNECT:
                request = {"source": await self._connected(call)}
            case _:
                pass
        return Plan(call, request, connection=OWN)

    async def carry_out(self, grant: Grant, ledger: Ledger) -> Raw:
        del ledger  # nothing becomes final
        plan = grant.plan
        match plan.call.tool:
            case actions.ACTIONS:
                reading = partial(actions.table, self.actions, plan.call.user, plan.request["limit"])
                return Raw(grant, await self.store.read(reading))
            case context.CONTEXT | context.FORGET:
                return Raw(grant, await self._context(grant))
            case result.RESULT:
                return Raw(grant, await self._result(grant))
            case _:
                return Raw(grant, await self._sources(plan))

    async def trace(self, effect: Effect, mark: Json) -> Trace:
        del effect, mark
        return Trace.UNKNOWN

    async def _connected(self, call: Call) -> str:
        """The source, which the user has connected."""
        name = str(call.arguments["source"])
        if name not in self.open_to.own(call.user, call.transport):
            raise NotFound("There is no such source for you to connect. remit_sources lists those there are.")
        made = (await self.connections.by_source(call.user)).get(name)
        if made is None or made.due_within == 0:
            raise NeedsConnection(name, was_due=made is not None)
        return name

    async def _context(self, grant: Grant) -> Table:
        call, current = grant.plan.call, grant.approval.admission.context
        counts = await self.contexts.counts(current, call)
        if call.tool == context.FORGET:
            await self.contexts.forget(current)
            return context.forgotten(counts)
        opened = self.open_to.all(call.user, call.transport)
        return context.table(current, self.contexts.window, opened, counts)

    async def _result(self, grant: Grant) -> Table:
        call = grant.plan.call
        is_open = partial(self.open_to.has_open, call.user, transport=call.transport)
        current, handle = grant.approval.admission.context, str(grant.plan.request["id"])
        return await self.results.read(current, call, handle, is_open)

    async def _sources(self, plan: Plan) -> Table:
        call = plan.call
        made = await self.connections.by_source(call.user)
        own = self.open_to.own(call.user, call.transport)
        return sources.table(
            [
                sources.row(name, settings, made.get(name), own=name in own)
                for name, settings in self.open_to.all(call.user, call.transport).items()
                if plan.request.get("source", name) == name
            ]
        )
