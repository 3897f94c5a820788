"""What a connected system is to the rest of remit: two protocols."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from policies.call import Call, Grant, Plan, Raw, Tool, User
from policies.canonical import Json
from policies.change import Effect
from policies.secret import Credential
from tools.authorization import Authorization


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that an operator should mend. A `fatal` one stops the start."""

    source: str
    what: str
    remedy: str
    fatal: bool


class Trace(StrEnum):
    """Whether an effect is found in a system, after nobody could say whether it was carried out."""

    DONE = "done"
    NOT_DONE = "not_done"
    UNKNOWN = "unknown"
    """It can't be told, now or ever."""
    UNDER_WAY = "under_way"
    """It may still come to be: ask again."""


class Ledger(Protocol):
    """Where a session writes down what it is about to make final."""

    async def note(self, effect: Effect, mark: Json) -> None:
        """Durable on return: `effect` is complete, with the keys that the system gave, and not yet final.

        `mark` is whatever helps the connector to tell later whether it became final. Raises a `Refusal` when
        it must not: then the session takes back what it has begun.
        """
        ...

    async def complete(self, effect: Effect) -> None:
        """After the note, and once it is done: `effect` with the keys that the system gave in its answer.

        For a system that says them no sooner. Where this is never reached, they are not on record: `trace`
        and undo find what was made by what it holds.
        """
        ...


class Session(Protocol):
    """A system, reached with one user's credential, for one call."""

    async def plan(self, call: Call, values: Mapping[str, str]) -> Plan:
        """Says exactly what would be sent, and changes nothing.

        `values` are what the pseudonyms in the call's arguments stand for. They are in the plan and in what
        is sent; nothing that outlives the call remembers them.

        Raises `Denied` (the guard), `InvalidArgument` or `UpstreamFailed`.
        """
        ...

    async def carry_out(self, grant: Grant, ledger: Ledger) -> Raw:
        """Sends `grant.plan.request`, and nothing else. Raises `UpstreamFailed`.

        For a plan with an effect: raises `StaleConfirmation` where what the plan saw no longer stands, and
        then nothing is changed. It notes in the ledger what it has done before that becomes final, once.
        """
        ...

    async def trace(self, effect: Effect, mark: Json) -> Trace:
        """What became of an effect that was noted, and changes nothing. Raises `UpstreamFailed`."""
        ...


class Connector(Protocol):
    """One source of the configuration."""

    @property
    def tools(self) -> Sequence[Tool]: ...

    @property
    def authorization(self) -> Authorization | None:
        """How its users authorize a client there, where they can."""
        ...

    def open(self, user: User | None, credential: Credential | None) -> AbstractAsyncContextManager[Session]:
        """A session under this credential; refused if it can do more than its purpose needs (threat T09).

        `user` is None where nobody asks, and remit itself has to find out what became of an action.

        Raises `Denied` or `UpstreamFailed`.
        """
        ...

    async def inspect(self, credential: Credential | None) -> Sequence[Finding]:
        """What is wrong with the source, its privileges and its transport; empty when all is well."""
        ...

    async def close(self) -> None: ...
