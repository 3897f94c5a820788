"""How a person connects a source with an account of their own: on our page alone, for themselves alone.

An offer is a ticket that says to whom it was made, and for which source. It is good for ten minutes, in the
hands of that person alone (threats T01, T02), and for one connection. What is typed is tried before it is
kept.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import anyio

from policies.call import Tier, User
from policies.errors import AuditUnavailable, Refusal
from policies.networks import Restrictions
from policies.secret import Credential, Secret
from policies.sources import Source
from server.audit import Audit
from server.connections import Connection, Connections
from server.digests import printable
from server.oauth.granting import Answer, Granted, Granting, GrantRefused, Setting, Why
from server.pages.tickets import Kind, Tickets
from server.vault import Connected

if TYPE_CHECKING:
    from policies.canonical import Json

OFFERED_FOR: Final = 600  # seconds
_LOOK: Final = 0.5  # seconds between two looks at what a person has done meanwhile


@dataclass(frozen=True, slots=True)
class Offer:
    """`id` is opaque. `client` is what the program that asked for it calls itself.

    `scopes` are what a system is asked for that authorizes remit itself; none where a secret is typed. `at`
    is where that is, and `gives_back` whether it takes an access back when it is told to.
    """

    id: str
    source: str
    settings: Source
    client: str
    tier: Tier
    scopes: tuple[str, ...]
    at: str
    gives_back: bool


class Connecting:
    def __init__(
        self,
        sources: Mapping[str, Connected],
        connections: Connections,
        tickets: Tickets,
        audit: Audit,
        granting: Granting,
        *,
        admitted: Callable[[str, str], Awaitable[None]],
    ) -> None:
        """`admitted` raises `Denied`, on record, for a source that nobody may reach, and who asked for it."""
        self._sources = sources
        self.connections = connections
        self._tickets = tickets
        self._audit = audit
        self._granting = granting
        self._admitted = admitted

    async def offer(self, user: User, source: str, client: str, tier: Tier = Tier.READ) -> str:
        """The id of a new one. Raises `StoreUnavailable`."""
        content: dict[str, Json] = {
            "tenant": user.tenant,
            "user": user.id,
            "source": source,
            "client": client,
            "tier": tier.value,
        }
        return await self._tickets.issue(Kind.CONNECT, content, OFFERED_FOR)

    async def find(self, id: str, user: User) -> Offer | None:  # noqa: A002
        """None where this person was made no such offer, whatever the reason. A mix-up is on record."""
        content: Any = await self._tickets.look(Kind.CONNECT, id)
        if content is None:
            return None
        if (content["tenant"], content["user"]) != (user.tenant, user.id):
            await self._mismatch(user.tenant, user.id, content["source"], content["user"])
            return None
        source = self._sources.get(content["source"])
        if source is None or not source.settings.takes_accounts:
            return None
        tier, server = Tier(content["tier"]), self._granting.server(content["source"])
        return Offer(
            id,
            content["source"],
            source.settings,
            content["client"],
            tier,
            server.scopes(tier) if server else (),
            server.place if server else "",
            gives_back=server is not None and server.takes_back,
        )

    async def accept(
        self, offer: Offer, user: User, login: str, secret: Secret, restrictions: Restrictions
    ) -> Connection | None:
        """Tries it, and keeps it. None where the offer is spent by now.

        Raises `Denied` for a source that is not enabled or an account that can do more than it should,
        `UpstreamFailed` for one that the system does not take, and keeps nothing then.
        """
        await self._admitted(offer.source, user.id)
        connector = self._sources[offer.source].connector
        async with connector.open(user, Credential(secret, login)):
            pass
        if await self._tickets.take(Kind.CONNECT, offer.id) is None:
            return None
        return await self.connections.make(
            user, offer.source, login, secret, days=offer.settings.renew_days, restrictions=restrictions
        )

    async def set_out(self, offer: Offer, setting: Setting, restrictions: Restrictions) -> str:
        """Where the person's browser goes to authorize remit.

        Raises `GrantRefused`, or `Denied` for a source that is not enabled.
        """
        await self._admitted(offer.source, setting.user.id)
        return await self._granting.begin(offer.id, offer.source, offer.tier, setting, restrictions)

    async def come_back(self, answer: Answer, setting: Setting) -> tuple[Offer, Connection]:
        """Tries what the person came back with, and keeps it.

        Raises `GrantRefused`, or what the connector's `open` raises, and that is on record; what the system
        gave is given back then.
        """
        try:
            return await self._kept(answer, setting)
        except GrantRefused as refused:
            await self._refused(refused, setting.user)
            raise
        except AuditUnavailable:
            raise
        except Refusal as refusal:
            await self._put("connection_refused", setting.user.tenant, setting.user.id, why=refusal.code)
            raise

    async def forget(self, answer: Answer) -> None:
        """The same for a browser in which nobody is signed in: what was under way ends, on record."""
        begun = await self._granting.forget(answer)
        if begun is not None:
            await self._mismatch(begun["tenant"], "", begun["source"], begun["user"])

    async def _kept(self, answer: Answer, setting: Setting) -> tuple[Offer, Connection]:
        user = setting.user
        granted = await self._granting.finish(answer, setting, await self.connections.now())
        try:
            offer = await self._tried(granted, user)
        except BaseException:
            with anyio.CancelScope(shield=True):
                await self.connections.give_back(user, granted.source, granted.tokens)
            raise
        return offer, await self.connections.make(
            user,
            offer.source,
            "",
            granted.tokens,
            days=offer.settings.renew_days,
            restrictions=granted.restrictions,
        )

    async def _tried(self, granted: Granted, user: User) -> Offer:
        """The offer, which is spent. Raises `GrantRefused`, or what the connector's `open` raises."""
        offer = await self.find(granted.offer, user)
        if offer is None:
            raise GrantRefused(Why.NOTHING, "the offer is spent or too old", source=granted.source)
        await self._admitted(offer.source, user.id)
        self._granting.hold_scopes(granted, offer.tier)
        async with self._sources[offer.source].connector.open(user, Credential(granted.tokens.access)):
            pass
        if await self._tickets.take(Kind.CONNECT, offer.id) is None:
            raise GrantRefused(Why.NOTHING, "the offer was spent meanwhile", source=granted.source)
        return offer

    async def mine(self, user: User) -> list[Connection]:
        return await self.connections.of(user)

    async def end(self, id: str, user: User) -> bool:  # noqa: A002
        """False where this person has no such connection."""
        for connection in await self.connections.of(user):
            if connection.id == id:
                return await self.connections.end(connection, by=user.id, why="the user ended it")
        return False

    async def renew(self, id: str, user: User, client: str) -> str | None:  # noqa: A002
        """The id of an offer to make this one anew, for what it was good for.

        None where this person has no such connection.
        """
        for connection in await self.connections.of(user):
            if connection.id == id:
                acts = bool(connection.scopes) and self._reaches(connection, Tier.ACT)
                return await self.offer(user, connection.source, client, Tier.ACT if acts else Tier.READ)
        return None

    async def wait(self, user: User, source: str, tier: Tier, since: int, seconds: float) -> None:
        """Until the user has connected the source for calls of this tier, or the time is over.

        `since`, in milliseconds by the store's clock: one that was made before is what did not suffice.
        """
        with anyio.move_on_after(seconds):
            while True:
                found = (await self.connections.standing(user)).get(source)
                if found is not None and found.made_at >= since and self._reaches(found, tier):
                    return
                await anyio.sleep(_LOOK)

    def _reaches(self, connection: Connection, tier: Tier) -> bool:
        server = self._granting.server(connection.source)
        return server is None or server.covers(frozenset(connection.scopes.split()), tier)

    async def _refused(self, refused: GrantRefused, user: User) -> None:
        if refused.why is Why.FOREIGN:
            await self._mismatch(user.tenant, user.id, refused.source, refused.begun_by)
        else:
            why = printable(refused.detail)
            await self._put("connection_refused", user.tenant, user.id, source=refused.source, why=why)

    async def _mismatch(self, tenant: str, user: str, source: str, asked_by: str) -> None:
        await self._put("connection_mismatch", tenant, user, source=source, asked_by=printable(asked_by))

    async def _put(self, event: str, tenant: str, user: str, **more: "Json") -> None:
        facts: dict[str, Json] = {
            "event": event,
            "tenant": printable(tenant),
            "user": printable(user),
            **more,
        }
        await self._audit.put(printable(tenant), lambda _: facts)
