"""Each call's credential: opened once the call is admitted, for that call, and never shown."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from policies.call import Call, Restored, Tier
from policies.errors import Denied
from policies.networks import Network, is_within
from policies.secret import Credential
from policies.sources import OWN, Source
from server.connections import Connection, Connections
from server.oauth.renewing import Renewing
from tools.connector import Connector, Session


@dataclass(frozen=True, slots=True)
class Connected:
    """One source of the configuration: its connector, and the shared credential where there is one."""

    settings: Source
    connector: Connector
    credential: Credential | None


class Vault:
    def __init__(
        self,
        sources: Mapping[str, Connected],
        own: Connector,
        connections: Connections,
        renewing: Renewing,
        *,
        enabled: Callable[[str], Awaitable[None]],
    ) -> None:
        """`own` is remit's own source, which needs no credential.

        `enabled` raises `Denied` for a source that may not be reached now.
        """
        self._sources = sources
        self._own = own
        self._connections = connections
        self._enabled = enabled
        self._renewing = renewing

    @asynccontextmanager
    async def reopen(self, source: str, tenant: str, user: str) -> AsyncGenerator[Session]:
        """For tracing what was done in a source, with the credential of whoever did it.

        It is the server that looks, from wherever it runs: no network of a user's is asked for.

        Raises `Denied` for a source that is not enabled, or not configured any more; `NeedsConnection`; or
        what the connector's `open` raises.
        """
        await self._enabled(source)
        credential = await self._credential(source, tenant, user, Tier.READ, lambda _: None)
        async with self._sources[source].connector.open(None, credential) as session:
            yield session

    @asynccontextmanager
    async def open(self, restored: Restored) -> AsyncGenerator[Session]:
        """Raises `NeedsConnection`, `Denied` for a network, or what the connector's `open` raises."""
        call = restored.fresh.admission.permit.call
        source = call.tool.source
        if source == OWN:
            async with self._own.open(call.user, None) as session:
                yield session
            return
        _hold_network(call, self._sources[source].settings.networks)
        credential = await self._credential(
            source, call.user.tenant, call.user.id, call.tool.tier, partial(_hold_restrictions, call)
        )
        async with self._sources[source].connector.open(call.user, credential) as session:
            yield session

    async def _credential(
        self, source: str, tenant: str, user: str, tier: Tier, hold: Callable[[Connection], None]
    ) -> Credential | None:
        """The user's own, or the shared one: never the one in the place of the other (threat T09).

        `hold` raises for a connection that is not to be used; it is not opened then. One that a system gave
        for reading alone is none for a call that acts (threat T10).
        """
        connected = self._sources[source]
        if not connected.settings.takes_accounts:
            return connected.credential
        found = await self._connections.find(tenant, user, source, acting=tier is not Tier.READ)
        hold(found.connection)
        return await self._renewing.credential(found, tier)


def _hold_network(call: Call, networks: Sequence[Network]) -> None:
    if networks and not is_within(call.address, networks):
        raise _elsewhere(
            call,
            f"{call.tool.source} is not open to the network that you call from. Call from another one; an "
            "administrator says which.",
        )


def _hold_restrictions(call: Call, connection: Connection) -> None:
    if not connection.restrictions.allow(call.address):
        raise _elsewhere(
            call,
            f"You hold your connection to {call.tool.source} to certain networks, and this call comes from "
            "another. Call from one of them, or make the connection anew on the page of your connections.",
        )


def _elsewhere(call: Call, message: str) -> Denied:
    return Denied(message, rule="network", detail=f"called from {call.address or 'an unknown address'}")
