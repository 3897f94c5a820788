"""Whoever writes through a connector: plans, carries out and takes back, as if everybody had been asked."""

from collections.abc import Sequence

from policies.call import Call, Plan, Table, Transport, Undoing, User
from policies.change import Change
from policies.secret import Credential
from tests.proofs import ADA, Notes, grant_of, tool_of
from tools.connector import Connector


class Clerk:
    """`connector` is used wherever no other one is given."""

    def __init__(self, connector: Connector, credential: Credential) -> None:
        self.connector = connector
        self.credential = credential

    async def plan(
        self,
        sql: str,
        *,
        undo: Sequence[Change] | None = None,
        user: User = ADA,
        connector: Connector | None = None,
    ) -> Plan:
        connector = connector or self.connector
        undoing = None if undo is None else Undoing("a1", (0,), tuple(undo))
        call = Call("call-1", user, tool_of(connector, "write"), "d1", {"sql": sql}, Transport.STDIO, undoing)
        async with connector.open(user, self.credential) as session:
            return await session.plan(call, {})

    async def carry_out(
        self, planned: Plan, notes: Notes | None = None, connector: Connector | None = None
    ) -> tuple[Table, tuple[Change, ...]]:
        """What it answers, and what it noted."""
        notes = notes or Notes()
        async with (connector or self.connector).open(planned.call.user, self.credential) as session:
            table = (await session.carry_out(grant_of(planned), notes)).table
        return table, notes.taken[0][0].changes

    async def write(self, sql: str) -> tuple[Table, tuple[Change, ...]]:
        return await self.carry_out(await self.plan(sql))

    async def take_back(self, changes: Sequence[Change]) -> None:
        await self.carry_out(await self.plan("", undo=[each.inverse() for each in reversed(changes)]))
