"""Who is signed in, by a cookie that holds a ticket."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from typing import Any, Final, cast

from starlette.requests import Request
from starlette.responses import Response

from policies.bearer import token_from_json, token_to_json
from policies.call import Token, Transport, User
from policies.errors import Denied
from server.endings import Endings
from server.identity import Identity
from server.keys import Keys
from server.pages.tickets import TEXT, Kind, Tickets

LOCAL: Final = 30 * 86_400
"""Seconds that the browser of the local user stays signed in."""
NAMED: Final = 8 * 3600
"""Seconds that somebody stays signed in whom an identity provider named: their roles may change there."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    user: User
    session: str = field(repr=False)


class Sessions:
    """`transport` says who is meant: over stdio the local user, over HTTP whom [identity.oidc] names, if set.

    Who somebody is, is asked of `identity` for each page, by what was known when they signed in.
    """

    def __init__(
        self,
        tickets: Tickets,
        endings: Endings,
        identity: Identity,
        keys: Keys,
        transport: Transport,
        *,
        https: bool,
    ) -> None:
        self._tickets = tickets
        self._endings = endings
        self._identity = identity
        self._transport = transport
        self._https = https
        self._key = keys.derive("page forms")
        # Cookies know no ports: two remits of one machine must not sign each other out.
        own = "" if https else f"-{keys.derive('page cookies').hex()[:8]}"
        self._cookie = f"{'__Host-' if https else ''}remit{own}"
        self._browser = f"{self._cookie}-browser"

    async def find(self, request: Request) -> SignedIn | None:
        """Raises `StoreUnavailable`."""
        text = request.cookies.get(self._cookie, "")
        content = cast("dict[str, Any] | None", await self._tickets.look(Kind.SESSION, text))
        if content is None:
            return None
        token = token_from_json(content["token"]) if content["token"] else None
        try:
            user = self._identity.of(self._transport, token)
            await self._endings.hold(user, token.issued if token else content.get("began", 0.0))
        except Denied:
            return None
        return SignedIn(user, text) if content["who"] == [user.tenant, user.id] else None

    async def begin(self, request: Request, response: Response, token: Token | None) -> None:
        """Signs this browser in, under a ticket that nobody knew before; a former one ends.

        Raises `Denied` where the token says too little or counts no more, or `StoreUnavailable`.
        """
        user = self._identity.of(self._transport, token)
        began = token.issued if token else await self._endings.now()
        await self._endings.hold(user, began)
        seconds = NAMED if token else LOCAL
        ticket = await self._tickets.issue(
            Kind.SESSION,
            {
                "token": token_to_json(token) if token else None,
                "who": [user.tenant, user.id],
                "began": began,
            },
            seconds,
        )
        await self._tickets.take(Kind.SESSION, request.cookies.get(self._cookie, ""))
        self._set(response, self._cookie, ticket, seconds)

    async def end(self, request: Request, response: Response) -> None:
        """The ticket is good for nothing from now on, wherever a copy of it may be."""
        await self._tickets.take(Kind.SESSION, request.cookies.get(self._cookie, ""))
        self._set(response, self._cookie, "", 0)

    def form(self, signed_in: SignedIn, page: str) -> str:
        """What a form of this page holds, and of no other page or session: so no other site can send it."""
        return hmac.digest(self._key, f"{signed_in.session} {page}".encode(), "sha256").hex()

    def is_form(self, signed_in: SignedIn, page: str, said: str) -> bool:
        return hmac.compare_digest(self.form(signed_in, page).encode(), said.encode())

    def browser(self, request: Request) -> str:
        """What tells this browser from others while it signs in: new for one that has none."""
        known = request.cookies.get(self._browser, "")
        return known if TEXT.fullmatch(known) else secrets.token_urlsafe(48)

    def remember_browser(self, response: Response, browser: str, seconds: int) -> None:
        self._set(response, self._browser, browser, seconds)

    def _set(self, response: Response, name: str, value: str, seconds: int) -> None:
        response.set_cookie(
            name, value, max_age=seconds, path="/", secure=self._https, httponly=True, samesite="lax"
        )


def fingerprint(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
