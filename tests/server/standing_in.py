"""What stands in for a connected system in tests, and is its own session: nothing is opened for it."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager

from policies.call import Call, Grant, Plan, Raw, User
from policies.canonical import Json
from policies.change import Effect
from policies.secret import Credential
from tools.authorization import Authorization
from tools.connector import Finding, Ledger, Session, Trace


class StandIn:
    """A connector that finds nothing wrong with itself, and can't say what became of an action."""

    authorization: Authorization | None = None

    @asynccontextmanager
    async def open(self, user: User | None, credential: Credential | None) -> AsyncGenerator[Session]:
        del user, credential
        yield self

    async def plan(self, call: Call, values: Mapping[str, str]) -> Plan:
        raise NotImplementedError

    async def carry_out(self, grant: Grant, ledger: Ledger) -> Raw:
        raise NotImplementedError

    async def trace(self, effect: Effect, mark: Json) -> Trace:
        del effect, mark
        return Trace.UNKNOWN

    async def inspect(self, credential: Credential | None) -> Sequence[Finding]:
        del credential
        return ()

    async def close(self) -> None:
        """Nothing is open."""
