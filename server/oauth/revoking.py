"""Takes tokens back at the systems that gave them (RFC 7009), after their connections have ended here.

That a connection ends here waits for nobody. What the system answers is on record; where it does not answer,
it is asked again, `TRIES` times in all, and after that the tokens are gone from the store.
"""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any, Final, cast

import anyio

from policies.errors import AuditUnavailable
from server.connections import Connection, Connections
from server.digests import printable
from server.keys import Ring
from server.oauth import revocations
from server.oauth.answers import FarFailed
from server.oauth.far import AuthorizationServer
from server.oauth.revocations import Revocation
from server.oauth.tokens import Tokens
from server.seal import DoesNotOpen
from server.store import Store
from server.transaction import Transaction, now_ms

if TYPE_CHECKING:
    from policies.canonical import Json
    from server.audit import Audit

log = logging.getLogger("remit.oauth")

LOOK: Final = 30.0  # seconds between two looks at what is due, where nothing hurries


class Back(StrEnum):
    """Whether a system has taken back what it gave."""

    DONE = "done"
    LATER = "later"
    """Not yet; it is asked again."""
    NEVER = "never"
    """Not, and nobody asks again."""


class Revoking:
    def __init__(
        self,
        store: Store,
        audit: "Audit",
        ring: Ring,
        connections: Connections,
        servers: Mapping[str, AuthorizationServer],
    ) -> None:
        self._store = store
        self._audit = audit
        self._ring = ring
        self._connections = connections
        self._servers = servers

    async def watch(self) -> None:
        """Until it is cancelled."""
        while True:
            self._connections.ended.clear()
            try:
                await self.look()
            except AuditUnavailable as error:
                log.warning("tokens can't be taken back now", extra={"why": error.detail})
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK):
                    await self._connections.ended.wait()

    async def look(self) -> None:
        """Tries all that is due. Raises `AuditUnavailable`."""
        now = await self._store.read(now_ms)
        found = await self._store.read(partial(revocations.due, now))
        async with anyio.create_task_group() as tasks:
            for one in found:
                tasks.start_soon(self._try, one, now)

    async def take_back(self, connection: str) -> Back:
        """Tries what is waiting of one connection that has ended, due or not. Raises `AuditUnavailable`."""
        now = await self._store.read(now_ms)
        found = await self._store.read(partial(revocations.of, connection))
        told = {await self._try(one, now) for one in found}
        return next((worse for worse in (Back.NEVER, Back.LATER) if worse in told), Back.DONE)

    async def _try(self, one: Revocation, now: int) -> Back:
        if not await self._store.run(partial(revocations.claim, one, now)):
            return Back.LATER
        server = self._servers.get(one.source)
        whose = (one.connection, one.tenant, one.user, one.source)
        bound = Connection(*whose, "", 0, 0, 0, one.restrictions, one.scopes, 0).bound
        try:
            value = await self._ring.open(one.tenant, one.sealed, *bound)
            if server is None or not server.takes_back:
                return await self._failed(one, "nobody knows where", last=True)
            await server.revoke(Tokens.from_json(cast("dict[str, Any]", value)))
        except DoesNotOpen:
            return await self._failed(one, "they do not open", last=True)
        except FarFailed as failed:
            return await self._failed(one, failed.why, last=one.is_last)
        await self._end(one, "revoked", last=True)
        return Back.DONE

    async def _failed(self, one: Revocation, why: str, *, last: bool) -> Back:
        await self._end(one, "revocation_failed", last=last, why=why)
        return Back.NEVER if last else Back.LATER

    async def _end(self, one: Revocation, event: str, *, last: bool, **more: "Json") -> None:
        facts: dict[str, Json] = {
            "event": event,
            "connection": one.connection,
            "tenant": printable(one.tenant),
            "user": printable(one.user),
            "source": one.source,
            "tries": one.tries + 1,
            "again": not last,
            **more,
        }

        def dropping() -> Transaction[None]:
            if last:
                yield from revocations.drop(one)

        await self._audit.put(printable(one.tenant), lambda _: facts, dropping)
