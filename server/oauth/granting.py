"""A person sets out to a system's authorization server, and comes back (RFC 6749, RFC 7636, RFC 9700).

What comes back counts only (threat T01)
 1. once, within ten minutes: `state` is a ticket, made when the person agreed on our page; nothing is in the
    answer twice
 2. in the browser session that set out, of the same person, at the address that was named as the way back
 3. from the server that was asked: each source has a way back of its own, and a server may name itself
    besides (RFC 9700, section 4.4; RFC 9207)
 4. for no more scopes than were asked for, and for enough to read
"""

import hmac
import logging
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

from policies.call import Tier, User
from policies.networks import Restrictions
from server.oauth.answers import FarFailed, FarRefused, FarUnavailable
from server.oauth.far import AuthorizationServer
from server.oauth.tokens import Tokens
from server.pages.sessions import fingerprint
from server.pages.tickets import Kind, Tickets

if TYPE_CHECKING:
    from policies.canonical import Json

log = logging.getLogger("remit.oauth")

RETURN: Final = "/connect/return/{source}"
UNDER_WAY: Final = 600  # seconds that somebody may take there

Answer: TypeAlias = Sequence[tuple[str, str]]
"""What a browser brings back from an authorization server, as it stood in the address."""


class Why(StrEnum):
    """What there is to tell a person who came back without access."""

    NOTHING = "nothing"
    """No such thing is under way here and now."""
    FOREIGN = "foreign"
    """It is under way, for somebody else or in another browser."""
    DENIED = "denied"
    """The person said no, or the system said no to the person."""
    SCOPES = "scopes"
    """The system does not give these scopes to remit."""
    USELESS = "useless"
    TOO_MUCH = "too much"
    SETTINGS = "settings"
    """The system does not take remit as it is configured."""
    AWAY = "away"


_OF_CODES: Final[Mapping[str, Why]] = {
    "access_denied": Why.DENIED,
    "invalid_scope": Why.SCOPES,
    "server_error": Why.AWAY,
    "temporarily_unavailable": Why.AWAY,
    "invalid_grant": Why.NOTHING,
}


class GrantRefused(Exception):  # noqa: N818 - a refusal is an answer, not a fault
    """Nothing is connected. `detail` is for the log; at `offer` one can begin anew, where it is not ""."""

    def __init__(self, why: Why, detail: str, offer: str = "", source: str = "", begun_by: str = "") -> None:
        super().__init__("grant_refused")
        self.why = why
        self.detail = detail
        self.offer = offer
        self.source = source
        self.begun_by = begun_by


@dataclass(frozen=True, slots=True)
class Setting:
    """Who sets out or comes back: by which session, and to which address of ours."""

    user: User
    session: str
    callback: str


@dataclass(frozen=True, slots=True)
class Granted:
    """What the person came back with, to be tried before it is kept."""

    offer: str
    source: str
    tokens: Tokens
    restrictions: Restrictions


class Granting:
    def __init__(self, servers: Mapping[str, AuthorizationServer], tickets: Tickets) -> None:
        self._servers = servers
        self._tickets = tickets

    def server(self, source: str) -> AuthorizationServer | None:
        return self._servers.get(source)

    async def begin(
        self, offer: str, source: str, tier: Tier, setting: Setting, restrictions: Restrictions
    ) -> str:
        """Where the browser goes. Raises `GrantRefused` or `StoreUnavailable`."""
        server = self._servers[source]
        scopes = server.scopes(tier)
        verifier = secrets.token_urlsafe(48)
        content: dict[str, Json] = {
            "offer": offer,
            "source": source,
            "scopes": [*scopes],
            "networks": restrictions.networks,
            "per_minute": restrictions.per_minute,
            "tenant": setting.user.tenant,
            "user": setting.user.id,
            "session": fingerprint(setting.session),
            "callback": setting.callback,
            "verifier": verifier,
        }
        state = await self._tickets.issue(Kind.AUTHORIZE, content, UNDER_WAY)
        try:
            return await server.way(state, verifier, setting.callback, scopes)
        except FarUnavailable as failed:
            raise GrantRefused(Why.AWAY, failed.why, offer, source) from None

    async def finish(self, pairs: Answer, setting: Setting, now: int) -> Granted:
        """`now` in milliseconds by the store's clock. Raises `GrantRefused` or `StoreUnavailable`."""
        answer = dict(pairs)
        if len(answer) != len(pairs):
            raise GrantRefused(Why.NOTHING, "the answer says a thing twice")
        under_way: Any = await self._tickets.take(Kind.AUTHORIZE, answer.get("state", ""))
        if under_way is None:
            raise GrantRefused(Why.NOTHING, "no such state, or it was used before")
        _hold_setting(under_way, setting)
        offer, source = under_way["offer"], under_way["source"]
        server = self._servers.get(source)
        if server is None or await self._tickets.look(Kind.CONNECT, offer) is None:
            raise GrantRefused(Why.NOTHING, "the offer is spent or too old", source=source)
        asked = tuple(under_way["scopes"])
        try:
            tokens = await _redeemed(server, answer, under_way, asked, now)
        except FarRefused as refused:
            why = _OF_CODES.get(refused.code, Why.SETTINGS)
            raise GrantRefused(why, refused.why, offer, source) from None
        except FarFailed as failed:
            raise GrantRefused(Why.AWAY, failed.why, offer, source) from None
        restrictions = Restrictions(under_way["networks"], under_way["per_minute"])
        return Granted(offer, source, tokens, restrictions)

    async def forget(self, pairs: Answer) -> Mapping[str, str] | None:
        """What an answer ends that came by a browser in which nobody is signed in, if anything."""
        begun: Mapping[str, str] | None = cast(
            "Any", await self._tickets.take(Kind.AUTHORIZE, dict(pairs).get("state", ""))
        )
        return begun

    def hold_scopes(self, granted: Granted, tier: Tier) -> None:
        """Raises `GrantRefused` for more than was asked for, and for too little to be of use."""
        server = self._servers[granted.source]
        more = granted.tokens.scopes - {*server.scopes(tier)}
        if more:
            raise GrantRefused(Why.TOO_MUCH, f"{len(more)} scopes more", granted.offer, granted.source)
        if not server.covers(granted.tokens.scopes, Tier.READ):
            raise GrantRefused(Why.USELESS, "too few scopes to read", granted.offer, granted.source)


def _hold_setting(under_way: Mapping[str, str], setting: Setting) -> None:
    begun = (under_way["tenant"], under_way["user"], under_way["callback"])
    if begun != (setting.user.tenant, setting.user.id, setting.callback) or not hmac.compare_digest(
        under_way["session"], fingerprint(setting.session)
    ):
        raise GrantRefused(
            Why.FOREIGN,
            "another person, session or address set out",
            source=under_way["source"],
            begun_by=under_way["user"],
        )


async def _redeemed(
    server: AuthorizationServer,
    answer: Mapping[str, str],
    under_way: Mapping[str, str],
    asked: tuple[str, ...],
    now: int,
) -> Tokens:
    """Raises `FarFailed`."""
    if not await server.is_its_own(answer):
        raise FarRefused("invalid_grant")
    if "error" in answer or not answer.get("code"):
        raise FarRefused(answer.get("error"))
    verifier, callback = under_way["verifier"], under_way["callback"]
    return await server.redeem(answer["code"], verifier, callback, asked=asked, now=now)
