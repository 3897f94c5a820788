"""Signs people in at the issuer: OpenID Connect's authorization code flow with PKCE (RFC 7636, RFC 9700).

What comes back counts only
 1. once, in the browser that set out, within ten minutes: `state` is a ticket
 2. from this issuer, where it names itself (RFC 9207)
 3. with an ID token that its keys verify and that answers this very sign-in: see `vouch_sign_in`
"""

import hmac
import logging
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ssl import SSLContext
from typing import Any, Final, cast

import anyio
import httpx2
from authlib.integrations.base_client import OAuthError

from policies.bearer import Logout, TokenRefused, vouch_logout, vouch_sign_in
from policies.call import Token
from policies.document import Oidc, SignIn
from policies.secret import Secret
from server.issuer import FRESH, PATIENCE, Endpoints, Issuer, IssuerUnreachable, endpoints, way_to
from server.oauth.client import oauth_client
from server.pages.sessions import NAMED, fingerprint
from server.pages.tickets import Kind, Tickets
from server.tokens import LOGOUT, PLAIN, signed

log = logging.getLogger("remit.sign_in")

CALLBACK: Final = "/sign-in/callback"
UNDER_WAY: Final = 600  # seconds that somebody may take at the issuer


class SignInRefused(Exception):  # noqa: N818 - a refusal is an answer, not a fault
    """Nobody is signed in. `why` is for the log; the person is told to begin anew."""

    def __init__(self, why: str) -> None:
        super().__init__("sign_in_refused")
        self.why = why


@dataclass(frozen=True, slots=True)
class Arrived:
    """Who came back from the issuer, and which of our pages they were on the way to."""

    token: Token
    page: str


class OpenId:
    """`url` is where people reach us. `now` is the wall clock, `clock` one that never steps; in seconds."""

    def __init__(
        self,
        oidc: Oidc,
        client: SignIn,
        secret: Secret | None,
        url: str,
        *,
        tls: SSLContext,
        tickets: Tickets,
        now: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._oidc = oidc
        self._client = client
        self._secret = secret
        self._callback = url.rstrip("/") + CALLBACK
        self._tickets = tickets
        self._now = now
        self._clock = clock
        self._issuer = Issuer(oidc, tls, clock)
        self._tls = tls
        self._endpoints: Endpoints | None = None
        self._looked = float("-inf")

    async def begin(self, page: str, browser: str) -> str:
        """Where at the issuer this browser signs in. Raises `IssuerUnreachable` or `StoreUnavailable`."""
        there = await self._found()
        nonce, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
        state = await self._tickets.issue(
            Kind.SIGN_IN,
            {"nonce": nonce, "verifier": verifier, "page": page, "browser": fingerprint(browser)},
            UNDER_WAY,
        )
        async with self._asking(there) as client:
            address: str = client.create_authorization_url(
                there.authorization, state=state, code_verifier=verifier, nonce=nonce
            )[0]
        return address

    async def finish(self, answer: Mapping[str, str], browser: str) -> Arrived:
        """Raises `SignInRefused`, `IssuerUnreachable` or `StoreUnavailable`."""
        found = await self._tickets.take(Kind.SIGN_IN, answer.get("state", ""))
        under_way = cast("dict[str, str] | None", found)
        if under_way is None or not hmac.compare_digest(under_way["browser"], fingerprint(browser)):
            raise SignInRefused("no such sign-in is under way in this browser")
        there = await self._found()
        if answer.get("iss", None if there.names_itself else self._oidc.issuer) != self._oidc.issuer:
            raise SignInRefused("the answer is not of this issuer")
        if "error" in answer or not answer.get("code"):
            raise SignInRefused(f"the issuer says {answer.get('error', 'nothing')[:64]!r}")
        text = await self._redeemed(there, answer["code"], under_way["verifier"])
        try:
            claims, _ = await signed(text, self._oidc, self._issuer, PLAIN)
            token = vouch_sign_in(
                claims,
                self._oidc,
                self._now(),
                client=self._client.client_id,
                nonce=under_way["nonce"],
                lasting=NAMED,
            )
        except TokenRefused as refused:
            raise SignInRefused(f"the ID token does not count: {refused.why}") from None
        return Arrived(token, under_way["page"])

    async def logout(self, text: str) -> Logout:
        """What a logout token says. Raises `TokenRefused` or `IssuerUnreachable`."""
        claims, _ = await signed(text, self._oidc, self._issuer, PLAIN | LOGOUT)
        return vouch_logout(claims, self._oidc, self._now(), client=self._client.client_id)

    async def _found(self) -> Endpoints:
        if self._endpoints is None or self._clock() - self._looked > FRESH:
            self._endpoints = await endpoints(self._oidc, self._tls)
            self._looked = self._clock()
        return self._endpoints

    async def _redeemed(self, there: Endpoints, code: str, verifier: str) -> str:
        """The ID token for the code."""
        try:
            with anyio.fail_after(PATIENCE):
                async with self._asking(there, redeeming=True) as client:
                    answer: Mapping[str, object] = await client.fetch_token(
                        there.token, grant_type="authorization_code", code=code, code_verifier=verifier
                    )
        except TimeoutError:
            raise IssuerUnreachable(f"{self._oidc.issuer} did not redeem a code in time") from None
        except OAuthError as error:
            raise SignInRefused(f"the issuer redeems no such code: {str(error.error)[:64]!r}") from None
        except (httpx2.HTTPError, ValueError) as error:
            raise IssuerUnreachable(
                f"{self._oidc.issuer} did not redeem a code ({type(error).__name__})"
            ) from None
        text = answer.get("id_token")
        if not isinstance(text, str):
            raise SignInRefused("the issuer gave no ID token")
        return text

    def _asking(self, there: Endpoints, *, redeeming: bool = False) -> Any:
        """An `AsyncOAuth2Client`, which has no types of its own."""
        return oauth_client(
            self._client.client_id,
            self._secret,
            there.authentication,
            way_to(self._oidc, self._tls),
            callback=self._callback,
            scopes=self._client.scopes,
            posting=redeeming,
        )
