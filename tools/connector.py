"""What a connected system is to the rest of remit: two protocols."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from policies.call import Call, Grant, Plan, Raw, Tool, User
from policies.secret import Secret


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that an operator should mend. A `fatal` one stops the start."""

    source: str
    what: str
    remedy: str
    fatal: bool


class Session(Protocol):
    """A system, reached with one user's credential, for one call."""

    async def plan(self, call: Call) -> Plan:
        """Says exactly what would be sent, and changes nothing.

        Raises `Denied` (the guard), `InvalidArgument` or `UpstreamFailed`.
        """
        ...

    async def carry_out(self, grant: Grant) -> Raw:
        """Sends `grant.plan.request`, and nothing else. Raises `UpstreamFailed`."""
        ...


class Connector(Protocol):
    """One source of the configuration."""

    @property
    def tools(self) -> Sequence[Tool]: ...

    def open(self, user: User, credential: Secret | None) -> AbstractAsyncContextManager[Session]:
        """A session under this credential; refused if it can do more than its purpose needs (threat T09).

        Raises `Denied` or `UpstreamFailed`.
        """
        ...

    async def inspect(self, credential: Secret | None) -> Sequence[Finding]:
        """What is wrong with the source, its privileges and its transport; empty when all is well."""
        ...

    async def close(self) -> None: ...
