"""How a person connects a source with an account of their own: on our page alone, for themselves alone.

An offer is a ticket that says to whom it was made, and for which source. It is good for ten minutes, in the
hands of that person alone (threats T01, T02), and for one connection. What is typed is tried before it is
kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import anyio

from policies.call import User
from policies.networks import UNRESTRICTED, Restrictions
from policies.secret import Credential, Secret
from policies.sources import Source
from server.audit import Audit
from server.connections import Connection, Connections
from server.digests import printable
from server.pages.tickets import Kind, Tickets
from server.vault import Connected

if TYPE_CHECKING:
    from policies.canonical import Json

OFFERED_FOR: Final = 600  # seconds
_LOOK: Final = 0.5  # seconds between two looks at what a person has done meanwhile


@dataclass(frozen=True, slots=True)
class Offer:
    """`id` is opaque. `client` is what the program that asked for it calls itself."""

    id: str
    source: str
    settings: Source
    client: str


class Connecting:
    def __init__(
        self,
        sources: Mapping[str, Connected],
        connections: Connections,
        tickets: Tickets,
        audit: Audit,
    ) -> None:
        self._sources = sources
        self.connections = connections
        self._tickets = tickets
        self._audit = audit

    async def offer(self, user: User, source: str, client: str) -> str:
        """The id of a new one. Raises `StoreUnavailable`."""
        content: dict[str, Json] = {
            "tenant": user.tenant,
            "user": user.id,
            "source": source,
            "client": client,
        }
        return await self._tickets.issue(Kind.CONNECT, content, OFFERED_FOR)

    async def find(self, id: str, user: User) -> Offer | None:  # noqa: A002
        """None where this person was made no such offer, whatever the reason. A mix-up is on record."""
        content: Any = await self._tickets.look(Kind.CONNECT, id)
        if content is None:
            return None
        if (content["tenant"], content["user"]) != (user.tenant, user.id):
            await self._mismatch(content, user)
            return None
        source = self._sources.get(content["source"])
        if source is None or not source.settings.takes_accounts:
            return None
        return Offer(id, content["source"], source.settings, content["client"])

    async def accept(
        self, offer: Offer, user: User, login: str, secret: Secret, restrictions: Restrictions = UNRESTRICTED
    ) -> Connection | None:
        """Tries it, and keeps it. None where the offer is spent by now.

        Raises `Denied` for an account that can do more than it should, `UpstreamFailed` for one that the
        system does not take, and keeps nothing then.
        """
        connector = self._sources[offer.source].connector
        async with connector.open(user, Credential(secret, login)):
            pass
        if await self._tickets.take(Kind.CONNECT, offer.id) is None:
            return None
        return await self.connections.make(
            user, offer.source, login, secret, days=offer.settings.renew_days, restrictions=restrictions
        )

    async def mine(self, user: User) -> list[Connection]:
        return await self.connections.of(user)

    async def end(self, id: str, user: User) -> bool:  # noqa: A002
        """False where this person has no such connection."""
        for connection in await self.connections.of(user):
            if connection.id == id:
                return await self.connections.end(connection, by=user.id, why="the user ended it")
        return False

    async def renew(self, id: str, user: User, client: str) -> str | None:  # noqa: A002
        """The id of an offer to make this one anew. None where this person has no such connection."""
        for connection in await self.connections.of(user):
            if connection.id == id:
                return await self.offer(user, connection.source, client)
        return None

    async def wait(self, user: User, source: str, seconds: float) -> None:
        """Until the user has connected the source, or the time is over."""
        with anyio.move_on_after(seconds):
            while True:
                if source in await self.connections.standing(user):
                    return
                await anyio.sleep(_LOOK)

    async def _mismatch(self, content: Mapping[str, str], user: User) -> None:
        await self._audit.put(
            printable(user.tenant),
            lambda _: {
                "event": "connection_mismatch",
                "tenant": printable(user.tenant),
                "user": printable(user.id),
                "source": content["source"],
                "asked_by": printable(content["user"]),
            },
        )
