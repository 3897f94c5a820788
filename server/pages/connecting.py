"""`/connect/{id}` and `/connections`: a person connects sources with accounts of theirs, and ends that."""

from collections.abc import Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from policies.errors import AuditUnavailable, Denied, Refusal
from policies.networks import restrictions_of
from policies.secret import Secret
from server.connecting import Connecting, Offer
from server.pages.sessions import SignedIn
from server.pages.site import CONNECTIONS, NothingHere, Site

OWN_PAGE: Final = "the page of your connections"
NARROWER: Final = (
    "Or give an account here that may do no more: `remit sql role` prints what such a one is made with."
)
LONGEST: Final = 1_000  # characters of a login or a secret


class ConnectingPages:
    def __init__(self, site: Site, connecting: Connecting) -> None:
        self._site = site
        self._connecting = connecting

    async def look(self, request: Request) -> Response:
        signed_in = await self._site.person(request)
        return self._asked(request, signed_in, await self._offer(request, signed_in))

    async def connect(self, request: Request) -> Response:
        """What was typed is in no page and no log again."""
        signed_in = await self._site.person(request)
        fields = await self._site.form(request, signed_in)
        offer = await self._offer(request, signed_in)
        login, secret = fields.get("login", "").strip(), fields.get("secret", "")
        try:
            _hold_length(login, secret)
            restrictions = restrictions_of(
                fields.get("networks", ""), fields.get("per_minute", ""), offer.settings.networks
            )
        except ValueError as problem:
            return self._asked(request, signed_in, offer, f"{problem}.", fields)
        self._site.tries.of_secret(signed_in.session)
        try:
            made = await self._connecting.accept(offer, signed_in.user, login, Secret(secret), restrictions)
        except AuditUnavailable:
            raise
        except Refusal as refusal:
            told = f"{refusal.message} {NARROWER}" if _is_too_mighty(refusal) else refusal.message
            return self._asked(request, signed_in, offer, told, fields)
        if made is None:
            raise NothingHere
        return self._site.page(request, "connected.html", signed_in, offer=offer, connection=made)

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
            "connect.html",
            signed_in,
            422 if problem else 200,
            offer=offer,
            writes=offer.settings.may_be_changed,
            form=self._site.sessions.form(signed_in, request.url.path),
            problem=problem,
            login=typed.get("login", "").strip(),
            networks=typed.get("networks", ""),
            per_minute=typed.get("per_minute", ""),
            longest=LONGEST,
        )


def _is_too_mighty(refusal: Refusal) -> bool:
    return isinstance(refusal, Denied) and refusal.rule == "over_privileged"


def _hold_length(login: str, secret: str) -> None:
    """Raises `ValueError`."""
    if not login or not secret:
        raise ValueError("Give both, the account's name and its password")
    if max(len(login), len(secret)) > LONGEST:
        raise ValueError(f"Neither may be longer than {LONGEST} characters")
