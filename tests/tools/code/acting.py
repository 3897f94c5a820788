"""Whoever acts in a pretend forge, as if everybody had been asked."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from policies.call import Call, Plan, Table, Transport, Undoing
from policies.canonical import Json
from policies.change import Change, Effect
from policies.secret import Credential, Secret
from tests.proofs import ADA, Notes, grant_of, tool_of
from tests.tools.code.faults import Fault
from tools.connector import Connector, Trace


class Failing(Protocol):
    """A pretend forge: see `Fault`."""

    faults: list[Fault]
    losses: list[Fault]


class Actor:
    """With a token, in the place that `place` names where a call names none."""

    connector: Connector
    token: str
    place: Mapping[str, Json]

    @property
    def credential(self) -> Credential:
        return Credential(Secret(self.token), connection="connection-1")

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
