"""`/connect/{id}` and `/connections`: a person connects sources with accounts of theirs, and ends that."""

import logging
from collections.abc import Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from policies.call import Tier
from policies.errors import AuditUnavailable, Denied, Refusal
from policies.networks import Restrictions, restrictions_of
from policies.secret import Secret
from policies.sources import Typed
from server.anomalies.failures import Failures
from server.connecting import Connecting, Offer
from server.oauth.granting import RETURN, GrantRefused, Setting, Why
from server.pages.sessions import SignedIn
from server.pages.site import CONNECTIONS, NothingHere, Site

log = logging.getLogger("remit.oauth")

OWN_PAGE: Final = "the page of your connections"
LONGEST: Final = 1_000  # characters of a login or a secret
NOT_CONNECTED: Final = "Nothing is connected"
ONWARD: Final = ("Your connections", CONNECTIONS)
TOLD: Final[Mapping[Why, str]] = {
    Why.NOTHING: "It took too long, was used before, or did not begin in this browser. Let the program ask "
    "again.",
    Why.FOREIGN: "This was begun by another person or in another browser. Let your own program ask again.",
    Why.DENIED: "You said no at {source}, or it said no to you. To connect it after all, begin anew.",
    Why.SCOPES: "{source} does not give this access to remit. An administrator can allow it there, or change "
    "oauth.scopes of the source.",
    Why.USELESS: "What was allowed at {source} is not enough to read anything. Begin anew, and allow it.",
    Why.TOO_MUCH: "{source} gave more access than remit asked for, so it was given back. An administrator "
    "can set there what remit may have at the most.",
    Why.SETTINGS: "{source} does not take remit as it is set up. An administrator finds the reason in the "
    "log.",
    Why.AWAY: "{source} does not answer as it should just now. Begin anew in a moment.",
}
"""What somebody is told who came back without access."""
STATUS: Final[Mapping[Why, int]] = {Why.SETTINGS: 502, Why.AWAY: 503}
"""That of the page, where it is not 403."""


class ConnectingPages:
    def __init__(self, site: Site, connecting: Connecting, url: str, failures: Failures) -> None:
        """`url` is where people reach us, and systems send them back to."""
        self._site = site
        self._connecting = connecting
        self._url = url.rstrip("/")
        self._failures = failures

    async def look(self, request: Request) -> Response:
        signed_in = await self._site.person(request)
        return self._asked(request, signed_in, await self._offer(request, signed_in))

    async def connect(self, request: Request) -> Response:
        """What was typed is in no page and no log again."""
        signed_in = await self._site.person(request)
        fields = await self._site.form(request, signed_in)
        offer = await self._offer(request, signed_in)
        typed = offer.settings.typed
        login, secret = fields.get("login", "").strip() if typed.login else "", fields.get("secret", "")
        try:
            if not offer.scopes:
                _hold_length(login, secret, typed)
            restrictions = restrictions_of(
                fields.get("networks", ""), fields.get("per_minute", ""), offer.settings.networks
            )
        except ValueError as problem:
            return self._asked(request, signed_in, offer, f"{problem}.", fields)
        self._site.tries.of_secret(signed_in.session)
        if offer.scopes:
            return await self._set_out(request, signed_in, offer, restrictions)
        try:
            made = await self._connecting.accept(offer, signed_in.user, login, Secret(secret), restrictions)
        except AuditUnavailable:
            raise
        except Refusal as refusal:
            if not isinstance(refusal, Denied):
                self._failures.of_user(signed_in.user.tenant, signed_in.user.id)
            told = refusal.message
            if _is_too_mighty(refusal) and typed.narrower:
                told += f" Or give an {typed.what} here that may do no more: {typed.narrower}."
            return self._asked(request, signed_in, offer, told, fields)
        if made is None:
            raise NothingHere
        return self._site.page(request, "connected.html", signed_in, offer=offer, connection=made)

    async def come_back(self, request: Request) -> Response:
        """From the system, which may have granted something or not: at this address, to the letter."""
        source: str = request.path_params["source"]
        if request.scope.get("raw_path") != RETURN.format(source=source).encode():
            raise NothingHere
        signed_in = await self._site.visitor(request)
        answer = request.query_params.multi_items()
        if signed_in is None:
            await self._connecting.forget(answer)
            return self._refused(request, GrantRefused(Why.NOTHING, "nobody is signed in"))
        self._site.tries.of_secret(signed_in.session)
        try:
            offer, made = await self._connecting.come_back(answer, self._setting(signed_in, source))
        except GrantRefused as refused:
            return self._refused(request, refused)
        except AuditUnavailable:
            raise
        except Refusal as refusal:
            return self._site.message(request, NOT_CONNECTED, refusal.message, 422, onward=ONWARD)
        return self._site.page(request, "connected.html", signed_in, offer=offer, connection=made)

    async def _set_out(
        self, request: Request, signed_in: SignedIn, offer: Offer, restrictions: Restrictions
    ) -> Response:
        """A form of ours leads nowhere else by our own policy, so it is the page that goes on by itself."""
        try:
            way = await self._connecting.set_out(offer, self._setting(signed_in, offer.source), restrictions)
        except GrantRefused as refused:
            return self._refused(request, refused)
        except Denied as denied:
            return self._site.message(request, NOT_CONNECTED, denied.message, 422, onward=ONWARD)
        return self._site.page(request, "onward.html", signed_in, offer=offer, way=way)

    def _setting(self, signed_in: SignedIn, source: str) -> Setting:
        return Setting(signed_in.user, signed_in.session, self._url + RETURN.format(source=source))

    def _refused(self, request: Request, refused: GrantRefused) -> Response:
        log.warning("a source was not connected", extra={"source": refused.source, "why": refused.detail})
        text = TOLD[refused.why].format(source=refused.source)
        anew = ("Begin anew", f"/connect/{refused.offer}") if refused.offer else ONWARD
        return self._site.message(request, NOT_CONNECTED, text, STATUS.get(refused.why, 403), onward=anew)

    async def mine(self, request: Request) -> Response:
        signed_in = await self._site.person(request)
        found = await self._connecting.mine(signed_in.user)
        path = request.url.path
        forms = {one.id: self._site.sessions.form(signed_in, f"{path}/{one.id}") for one in found}
        return self._site.page(request, "connections.html", signed_in, connections=found, forms=forms)

    async def change(self, request: Request) -> Response:
        """Ends one, or leads to the page on which it is made anew."""
        signed_in = await self._site.person(request)
        fields = await self._site.form(request, signed_in)
        named, user = request.path_params["id"], signed_in.user
        if fields.get("do") == "renew":
            offer = await self._connecting.renew(named, user, OWN_PAGE)
            if offer is None:
                raise NothingHere
            return RedirectResponse(f"/connect/{offer}", 303)
        if not await self._connecting.end(named, user):
            raise NothingHere
        return RedirectResponse(CONNECTIONS, 303)

    async def _offer(self, request: Request, signed_in: SignedIn) -> Offer:
        """Raises `NothingHere`."""
        offer = await self._connecting.find(self._site.named(request), signed_in.user)
        if offer is None:
            raise NothingHere
        return offer

    def _asked(
        self,
        request: Request,
        signed_in: SignedIn,
        offer: Offer,
        problem: str = "",
        typed: Mapping[str, str] | None = None,
    ) -> Response:
        """What was `typed` stands there again, but for the secret."""
        typed = typed or {}
        return self._site.page(
            request,
            "authorize.html" if offer.scopes else "connect.html",
            signed_in,
            422 if problem else 200,
            offer=offer,
            writes=offer.settings.may_be_changed if not offer.scopes else offer.tier is not Tier.READ,
            form=self._site.sessions.form(signed_in, request.url.path),
            problem=problem,
            login=typed.get("login", "").strip(),
            networks=typed.get("networks", ""),
            per_minute=typed.get("per_minute", ""),
            longest=LONGEST,
        )


def _is_too_mighty(refusal: Refusal) -> bool:
    return isinstance(refusal, Denied) and refusal.rule == "over_privileged"


def _hold_length(login: str, secret: str, typed: Typed) -> None:
    """Raises `ValueError`."""
    if typed.login and not (login and secret):
        raise ValueError(f"Give both of the {typed.what}: {typed.login}, and {typed.secret}")
    if not secret:
        raise ValueError("Give a token")
    if max(len(login), len(secret)) > LONGEST:
        raise ValueError(f"Neither may be longer than {LONGEST} characters")
