"""Each call's credential: opened once the call is admitted, for that call, and never shown."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from policies.call import Fresh
from policies.secret import Credential
from policies.sources import OWN, Source
from server.connections import Connections
from tools.connector import Connector, Session


@dataclass(frozen=True, slots=True)
class Connected:
    """One source of the configuration: its connector, and the shared credential where there is one."""

    settings: Source
    connector: Connector
    credential: Credential | None


class Vault:
    def __init__(self, sources: Mapping[str, Connected], own: Connector, connections: Connections) -> None:
        """`own` is remit's own source, which needs no credential."""
        self._sources = sources
        self._own = own
        self._connections = connections

    @asynccontextmanager
    async def reopen(self, source: str, tenant: str, user: str) -> AsyncGenerator[Session]:
        """For tracing what was done in a source, with the credential of whoever did it.

        Raises `NeedsConnection`, or what the connector's `open` raises.
        """
        credential = await self._credential(source, tenant, user)
        async with self._sources[source].connector.open(None, credential) as session:
            yield session

    @asynccontextmanager
    async def open(self, fresh: Fresh) -> AsyncGenerator[Session]:
        """Raises `NeedsConnection`, or what the connector's `open` raises."""
        call = fresh.admission.permit.call
        source = call.tool.source
        if source == OWN:
            async with self._own.open(call.user, None) as session:
                yield session
            return
        credential = await self._credential(source, call.user.tenant, call.user.id)
        async with self._sources[source].connector.open(call.user, credential) as session:
            yield session

    async def _credential(self, source: str, tenant: str, user: str) -> Credential | None:
        """The user's own, or the shared one: never the one in the place of the other (threat T09)."""
        connected = self._sources[source]
        if not connected.settings.takes_accounts:
            return connected.credential
        return await self._connections.credential(tenant, user, source)
