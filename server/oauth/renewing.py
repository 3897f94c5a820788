"""Renews tokens that are about to expire: one process does it, the others wait for what it got (threat T51).

Who renews has the connection's lease: a time in its row, taken by one conditional update. No transaction is
open while the system is asked. Whoever has the lease and dies loses it when that time is over.
"""

import logging
import secrets
from collections.abc import Mapping
from functools import partial
from typing import Any, Final, cast

import anyio

from policies.call import Tier
from policies.errors import NeedsConnection, UpstreamFailed
from policies.secret import Credential, Secret
from server.connections import Closed, Connection, Connections
from server.keys import Ring
from server.oauth import revocations
from server.oauth.answers import FarFailed, FarRefused
from server.oauth.far import AuthorizationServer
from server.oauth.tokens import Tokens
from server.store import Store
from server.transaction import Transaction, now_ms

log = logging.getLogger("remit.oauth")

LEASE: Final = 40_000
"""Milliseconds: longer than the system and the store may take together."""
PATIENCE: Final = 25.0  # seconds that one waits for another
LOOK: Final = 0.05  # seconds between two looks at what another got

_TAKE: Final = """
    UPDATE connections SET lease = $1, leased_until = $2
    WHERE id = $3 AND sealed = $4 AND leased_until <= $5 RETURNING id
"""
_KEEP: Final = """
    UPDATE connections SET sealed = $1, scopes = $2, lease = '', leased_until = 0
    WHERE id = $3 AND lease = $4 AND due_at > $5 RETURNING id
"""
_LEAVE: Final = "UPDATE connections SET lease = '', leased_until = 0 WHERE id = $1 AND lease = $2"


class Renewing:
    def __init__(
        self,
        store: Store,
        ring: Ring,
        connections: Connections,
        servers: Mapping[str, AuthorizationServer],
    ) -> None:
        self._store = store
        self._ring = ring
        self._connections = connections
        self._servers = servers

    async def credential(self, closed: Closed, tier: Tier) -> Credential:
        """What the source is reached with: what was typed, the token at hand, or one that takes its place.

        Raises `NeedsConnection` for what was not made as the source is configured now, and for what was
        granted for less than the call is: neither is opened. Raises what `Connections.open` raises.
        """
        connection = closed.connection
        server = self._servers.get(connection.source)
        if (server is None) != (not connection.scopes):
            raise NeedsConnection(connection.source, acting=tier is not Tier.READ)
        if server is None:
            typed = cast("str", await self._connections.open(closed))
            return Credential(Secret(typed), connection.login, connection.id)
        scopes = frozenset(connection.scopes.split())
        if not server.covers(scopes, tier):
            raise NeedsConnection(
                connection.source, acting=tier is not Tier.READ, connected=server.covers(scopes, Tier.READ)
            )
        return await self._token(closed, await self._tokens(closed), server)

    async def _tokens(self, closed: Closed) -> Tokens:
        return Tokens.from_json(cast("Mapping[str, Any]", await self._connections.open(closed)))

    async def _token(self, closed: Closed, tokens: Tokens, server: AuthorizationServer) -> Credential:
        """The token at hand, or one that takes its place.

        Raises `NeedsConnection` where the system knows the connection no more, and then it is ended here
        too, on record; `UpstreamFailed` where it can't be asked.
        """
        connection = closed.connection
        if not tokens.is_spent(connection.read_at):
            return _credential(connection, tokens)
        with anyio.move_on_after(PATIENCE):
            while True:
                lease = secrets.token_hex(16)
                if await self._store.run(partial(_take, closed, lease)):
                    # Whoever called may go away; what the system gives now is given once.
                    with anyio.CancelScope(shield=True):
                        return await self._renewed(connection, lease, tokens, server)
                await anyio.sleep(LOOK)
                found = await self._again(connection)
                if found.sealed != closed.sealed:
                    return _credential(found.connection, await self._tokens(found))
        raise UpstreamFailed(
            f"The access to {server.source} is being renewed, and that takes long. Try again in a moment.",
            detail="another process has the lease",
        )

    async def _again(self, connection: Connection) -> Closed:
        whose = (connection.tenant, connection.user, connection.source)
        found = await self._connections.find(*whose, acting=False)
        if found.connection.id != connection.id:
            raise NeedsConnection(connection.source)
        return found

    async def _renewed(
        self, connection: Connection, lease: str, tokens: Tokens, server: AuthorizationServer
    ) -> Credential:
        if tokens.refresh is None:
            raise await self._over(connection, "its access has expired, and nothing renews it")
        try:
            now = await self._store.read(now_ms)
            renewed = await server.renew(tokens, now)
        except FarRefused as refused:
            if refused.code == "invalid_grant":
                raise await self._over(connection, "the system has ended it") from None
            raise await self._failed(connection, lease, refused) from None
        except FarFailed as failed:
            raise await self._failed(connection, lease, failed) from None
        anew = connection.granted(renewed.scope)
        sealed = await self._ring.seal(connection.tenant, renewed.to_json(), *anew.bound)
        if not await self._store.run(partial(_keep, anew, sealed, lease)):
            # It was ended meanwhile: so must be what the system gave after that.
            self._connections.ended.set()
            raise NeedsConnection(connection.source)
        if not renewed.scopes <= tokens.scopes:
            raise await self._over(anew, "the system gave more than was asked for")
        return _credential(anew, renewed)

    async def _over(self, connection: Connection, why: str) -> NeedsConnection:
        await self._connections.end(connection, by="", why=why)
        return NeedsConnection(connection.source)

    async def _failed(self, connection: Connection, lease: str, failed: FarFailed) -> UpstreamFailed:
        log.warning("an access can't be renewed", extra={"source": connection.source, "why": failed.why})
        await self._store.run(partial(_leave, connection, lease))
        return UpstreamFailed(
            f"The access to {connection.source} has to be renewed, and the system does not do so now. "
            "Try again later; an operator finds the reason in the log.",
            detail=failed.why,
        )


def _credential(connection: Connection, tokens: Tokens) -> Credential:
    return Credential(tokens.access, connection.login, connection.id)


def _take(closed: Closed, lease: str) -> Transaction[bool]:
    now = yield from now_ms()
    return bool((yield _TAKE, (lease, now + LEASE, closed.connection.id, closed.sealed, now)))


def _keep(connection: Connection, sealed: str, lease: str) -> Transaction[bool]:
    """False where the connection has ended or is due, or the lease has run out and is another's."""
    now = yield from now_ms()
    if (yield _KEEP, (sealed, connection.scopes, connection.id, lease, now)):
        return True
    yield from revocations.queue(connection, sealed, now)
    return False


def _leave(connection: Connection, lease: str) -> Transaction[None]:
    yield _LEAVE, (connection.id, lease)
