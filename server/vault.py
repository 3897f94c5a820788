"""Each call's credential: opened once the call is admitted, for that call, and never shown."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from policies.call import Admission
from policies.document import Source
from policies.errors import NeedsConnection
from policies.secret import Secret
from tools.connector import Connector, Session


@dataclass(frozen=True, slots=True)
class Connected:
    """One source of the configuration: its connector, and the shared credential where there is one."""

    settings: Source
    connector: Connector
    credential: Secret | None

    @property
    def needs_user(self) -> bool:
        """Whether it is reached with each user's own credential alone."""
        return self.settings.kind != "sqlite" and self.settings.credential == "user"


class Vault:
    def __init__(self, sources: Mapping[str, Connected]) -> None:
        self._sources = sources

    @asynccontextmanager
    async def open(self, admission: Admission) -> AsyncGenerator[Session]:
        """Raises `NeedsConnection`, or what the connector's `open` raises."""
        call = admission.permit.call
        source = self._sources[call.tool.source]
        if source.needs_user:
            raise NeedsConnection(
                f"You have not connected {call.tool.source} yet. Ask an administrator to give it a shared "
                "read-only credential."
            )
        async with source.connector.open(call.user, source.credential) as session:
            yield session
