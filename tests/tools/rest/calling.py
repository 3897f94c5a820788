"""Whoever asks and acts in a pretend system behind a REST API, as if everybody had been asked."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from policies.call import Call, Plan, Raw, Table, Transport, Undoing, User
from policies.canonical import Json
from policies.change import Change, Effect
from policies.secret import Credential, Secret
from tests.proofs import ADA, Notes, call_of, grant_of, tool_of
from tests.tools.rest.faults import Fault
from tools.connector import Connector, Trace


class Failing(Protocol):
    """A pretend system: see `Fault`."""

    faults: list[Fault]
    losses: list[Fault]


class Reader:
    """With a token."""

    connector: Connector
    token: str

    @property
    def credential(self) -> Credential:
        return Credential(Secret(self.token), connection="connection-1")

    async def raw(self, verb: str, user: User = ADA, /, **arguments: Json) -> Raw:
        call = call_of(tool_of(self.connector, verb), arguments, user)
        async with self.connector.open(user, self.credential) as session:
            return await session.carry_out(grant_of(await session.plan(call, {})), Notes())

    async def table(self, verb: str, /, **arguments: Json) -> Table:
        return (await self.raw(verb, **arguments)).table

    async def records(self, verb: str, /, **arguments: Json) -> list[Mapping[str, Json]]:
        table = await self.table(verb, **arguments)
        names = [column.name for column in table.columns]
        return [dict(zip(names, row, strict=True)) for row in table.rows]

    async def all_rows(self, verb: str, /, **arguments: Json) -> list[tuple[Json, ...]]:
        """Page after page."""
        rows: list[tuple[Json, ...]] = []
        while True:
            table = await self.table(verb, **arguments)
            rows += table.rows
            assert table.truncated == (table.next is not None)
            if table.next is None:
                return rows
            arguments["cursor"] = table.next


async def inspected(connector: Connector, token: str | None) -> list[str]:
    """What an operator is told, with the remedies."""
    credential = None if token is None else Credential(Secret(token), connection="connection-1")
    return [f"{found.what} {found.remedy}" for found in await connector.inspect(credential)]


class Actor(Reader):
    """In the place that `place` names where a call names none."""

    place: Mapping[str, Json]

    async def plan(self, verb: str, /, *, undo: Sequence[Change] | None = None, **arguments: Any) -> Plan:
        undoing = None if undo is None else Undoing("a1", (0,), tuple(undo))
        given = {} if undo is not None else {**self.place, **arguments}
        tool = tool_of(self.connector, verb)
        call = Call("call-1", ADA, tool, "d1", given, Transport.STDIO, undoing)
        async with self.connector.open(ADA, self.credential) as session:
            return await session.plan(call, {})

    async def carry_out(self, planned: Plan, notes: Notes | None = None) -> tuple[Table, Effect]:
        """What it answers, and what it noted in the end."""
        notes = notes or Notes()
        async with self.connector.open(ADA, self.credential) as session:
            table = (await session.carry_out(grant_of(planned), notes)).table
        return table, notes.taken[-1][0]

    async def act(self, verb: str, /, **arguments: Any) -> tuple[Table, Effect]:
        return await self.carry_out(await self.plan(verb, **arguments))

    async def take_back(self, verb: str, effect: Effect) -> tuple[Table, Effect]:
        inverse = [change.inverse() for change in reversed(effect.changes)]
        return await self.carry_out(await self.plan(verb, undo=inverse))

    async def trace(self, effect: Effect, mark: Json = None) -> Trace:
        """What is found once nothing that was sent can be under way any more."""
        noted = mark if isinstance(mark, dict) else {}
        return await self.trace_now(effect, {**noted, "over": 0})

    async def trace_now(self, effect: Effect, mark: Json) -> Trace:
        async with self.connector.open(None, self.credential) as session:
            return await session.trace(effect, mark)


class Losing(Notes):
    """From when an action is noted, what it sends gets these answers: after it was done, or instead."""

    def __init__(self, at: Failing, *, losses: Sequence[Fault] = (), faults: Sequence[Fault] = ()) -> None:
        super().__init__()
        self._at = at
        self._losses = losses
        self._faults = faults

    async def note(self, effect: Effect, mark: Json) -> None:
        await super().note(effect, mark)
        self._at.losses += self._losses
        self._at.faults += self._faults
