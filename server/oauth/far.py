"""The authorization server of one source, and what remit asks it."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx2

from policies.call import Tier
from policies.oauth import OAuth
from policies.secret import Secret
from server.issuer import FRESH, IssuerUnreachable, authentication, metadata, names_itself
from server.oauth.answers import (
    PATIENCE,
    FarRefused,
    FarUnavailable,
    code_of,
    failures,
    hold_status,
    tokens_of,
)
from server.oauth.client import oauth_client
from server.oauth.tokens import Tokens
from tools.authorization import PERMITTED, Authentication, Authorization
from tools.outbound.addresses import origin, origins
from tools.outbound.client import Bounds, Transport
from tools.outbound.tls import ClientContext

MAX_BYTES: Final = 65_536  # of one answer


@dataclass(frozen=True, slots=True)
class Nature:
    """How it behaves, by its metadata where it has any."""

    authentication: Authentication
    names_itself: bool = False


class AuthorizationServer:
    """The settings come before what the connector knows; no address is the metadata's (threat T15)."""

    def __init__(
        self,
        source: str,
        settings: OAuth,
        known: Authorization,
        *,
        secret: Secret | None,
        tls: ClientContext,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.source = source
        self.issuer = settings.issuer or known.issuer
        self._client = settings.client_id
        self._secret = secret
        self._authorize = settings.authorize or known.authorize
        self._token = settings.token or known.token
        self._revoke = settings.revoke or known.revoke
        self._read = settings.scopes.read or known.read
        self._act = settings.scopes.act or known.act
        self._asked = known.asking
        self._besides = known.besides
        self._disregarded = known.disregarded
        self._tls = tls
        named = (self.issuer, self._authorize, self._token, self._revoke)
        self._named = origins(address for address in named if address)
        self._clock = clock
        self._nature = Nature(known.authentication)
        self._looked = float("-inf")

    @property
    def place(self) -> str:
        """Where people are sent, for them to recognise."""
        return str(origin(self._authorize))

    def scopes(self, tier: Tier) -> tuple[str, ...]:
        """The least that a call of this tier takes."""
        return self._read if tier is Tier.READ else self._act

    def covers(self, scopes: frozenset[str], tier: Tier) -> bool:
        """Whether a call of this tier may be made with these. Whoever may act may read."""
        return scopes >= {*self._act} or (tier is Tier.READ and scopes >= {*self._read})

    async def way(self, state: str, verifier: str, callback: str, scopes: tuple[str, ...]) -> str:
        """Where a browser goes to be asked. Raises `FarUnavailable`."""
        await self._look()
        spoken = (*(scope for scope in scopes if scope != PERMITTED), *self._besides)
        async with self._asking(callback=callback, scopes=spoken, posting=False) as client:
            address: str = client.create_authorization_url(
                self._authorize, state=state, code_verifier=verifier, **self._asked
            )[0]
        return address

    async def is_its_own(self, answer: Mapping[str, str]) -> bool:
        """Whether an answer that came by a browser is of this server, so far as it says so (RFC 9207).

        Where nobody knows what it calls itself, that the answer came by its own way back has to do (RFC 9700,
        section 4.4.2). Raises `FarUnavailable` where nobody knows whether it would say so.
        """
        if self.issuer is None:
            return True
        await self._look()
        return answer.get("iss", None if self._nature.names_itself else self.issuer) == self.issuer

    async def redeem(
        self, code: str, verifier: str, callback: str, *, asked: tuple[str, ...], now: int
    ) -> Tokens:
        """The tokens for a code. Raises `FarFailed`."""
        await self._look()
        with failures():
            async with self._asking(callback=callback) as client:
                answer = await client.fetch_token(
                    self._token, grant_type="authorization_code", code=code, code_verifier=verifier
                )
        return self._counted(tokens_of(answer, now, frozenset(asked), None))

    async def renew(self, tokens: Tokens, now: int) -> Tokens:
        """Those that take their place; the refresh token stays where there is no new one (section 6).

        Raises `FarFailed`.
        """
        assert tokens.refresh
        await self._look()
        with failures():
            async with self._asking() as client:
                answer = await client.refresh_token(self._token, refresh_token=tokens.refresh.reveal())
        return self._counted(tokens_of(answer, now, tokens.scopes, tokens.refresh))

    def _counted(self, tokens: Tokens) -> Tokens:
        return Tokens(tokens.access, tokens.refresh, tokens.renew_at, tokens.scopes - self._disregarded)

    @property
    def takes_back(self) -> bool:
        return self._revoke is not None

    async def revoke(self, tokens: Tokens) -> None:
        """Takes back both, the refresh token first (RFC 7009). Raises `FarFailed`."""
        assert self._revoke
        await self._look()
        kinds = (("refresh_token", tokens.refresh), ("access_token", tokens.access))
        for kind, token in kinds:
            if token is None:
                continue
            with failures():
                async with self._asking() as client:
                    answer = await client.revoke_token(
                        self._revoke, token=token.reveal(), token_type_hint=kind
                    )
                    hold_status(answer)
                    if answer.status_code != httpx2.codes.OK:
                        raise FarRefused(code_of(answer))

    async def _look(self) -> None:
        """At its metadata, so far as that is not fresh. Raises `FarUnavailable`."""
        if self.issuer is None or self._clock() - self._looked < FRESH:
            return
        try:
            told = await metadata(self.issuer, self._transport())
        except IssuerUnreachable as error:
            raise FarUnavailable(error.why) from None
        self._nature = Nature(authentication(told), names_itself(told))
        self._looked = self._clock()

    def _transport(self) -> Transport:
        """One try: what asks for tokens is not sent twice."""
        return Transport(self._tls, self._named, Bounds(seconds=PATIENCE, size=MAX_BYTES, tries=1))

    def _asking(
        self, *, callback: str | None = None, scopes: tuple[str, ...] = (), posting: bool = True
    ) -> Any:
        client = oauth_client(
            self._client,
            self._secret,
            self._nature.authentication,
            self._transport(),
            callback=callback,
            scopes=scopes,
            posting=posting,
        )
        for hook in ("access_token_response", "refresh_token_response"):
            client.register_compliance_hook(hook, hold_status)
        return client
