"""`/sign-in`, its way back from the issuer, the one-time link of a local user, and `/sign-out`."""

import logging
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from policies.canonical import Json
from policies.document import LocalIdentity
from policies.errors import Denied
from server.anomalies.failures import Failures
from server.issuer import IssuerUnreachable
from server.pages.forms import posted
from server.pages.openid import UNDER_WAY, OpenId, SignInRefused
from server.pages.site import APPROVALS, OWN_PAGE, Site
from server.pages.tickets import Kind, Tickets
from server.web.peers import PEER

log = logging.getLogger("remit.sign_in")

SIGN_IN: Final = "/sign-in"
LINK_LASTS: Final = 300  # seconds


class SigningIn:
    """With `openid` people sign in at their identity provider.

    Without it there is the `local` user alone: `/sign-in` says which command prints a link for them.
    """

    def __init__(
        self,
        site: Site,
        tickets: Tickets,
        openid: OpenId | None,
        local: LocalIdentity | None,
        failures: Failures,
    ) -> None:
        self._site = site
        self._tickets = tickets
        self._openid = openid
        self._failures = failures
        self._for = link_content(local) if local and openid is None else None

    async def begin(self, request: Request) -> Response:
        said = request.query_params.get("next", APPROVALS)
        page = said if OWN_PAGE.fullmatch(said) else APPROVALS
        if await self._site.visitor(request):
            return RedirectResponse(page, 303)
        if self._openid is None:
            return self._site.page(request, "sign_in.html", local=self._for is not None)
        browser = self._site.sessions.browser(request)
        answer = RedirectResponse(await self._openid.begin(page, browser), 303)
        self._site.sessions.remember_browser(answer, browser, UNDER_WAY)
        return answer

    async def come_back(self, request: Request) -> Response:
        """Raises `SignInRefused`, `IssuerUnreachable` or `Denied`."""
        await self._site.visitor(request)
        pairs = request.query_params.multi_items()
        answer = dict(pairs)
        if self._openid is None or len(answer) != len(pairs):
            raise SignInRefused("an answer that nobody asked for, or that says a thing twice")
        arrived = await self._openid.finish(answer, self._site.sessions.browser(request))
        response = RedirectResponse(arrived.page, 303)
        await self._site.sessions.begin(request, response, arrived.token)
        return response

    async def open_link(self, request: Request) -> Response:
        """Opening it is not enough: what looks at addresses for people must not use it up."""
        await self._site.visitor(request)
        self._hold(await self._tickets.look(Kind.LINK, request.path_params["ticket"]))
        return self._site.page(request, "link.html", action=request.url.path)

    async def use_link(self, request: Request) -> Response:
        await self._site.visitor(request)
        await posted(request, self._site.origins)
        self._hold(await self._tickets.take(Kind.LINK, request.path_params["ticket"]))
        response = RedirectResponse(APPROVALS, 303)
        await self._site.sessions.begin(request, response, None)
        return response

    async def sign_out(self, request: Request) -> Response:
        signed_in = await self._site.person(request)
        await self._site.form(request, signed_in)
        response = self._site.message(
            request,
            "You are signed out",
            "Nobody can confirm or approve anything from this browser now.",
            onward=("Sign in again", SIGN_IN),
        )
        await self._site.sessions.end(request, response)
        return response

    def _hold(self, content: Json) -> None:
        """Raises `SignInRefused` for a link that is not for the local user of this very configuration."""
        if self._for is None or content != self._for:
            raise SignInRefused("a link that is used up, too old, made up, or for another user")

    async def refused(self, request: Request, error: Exception) -> Response:
        """One text whatever was wrong; the log has the reason."""
        assert isinstance(error, SignInRefused)
        log.info("sign-in refused", extra={"why": error.why})
        self._failures.of_address(request.scope.get(PEER))
        text = "It took too long, was used before, or did not begin in this browser. Begin anew."
        return self._site.message(request, "You are not signed in", text, 403, onward=("Sign in", SIGN_IN))

    async def unreachable(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, IssuerUnreachable)
        log.warning("the issuer can't be reached", extra={"why": error.why})
        return self._site.message(
            request,
            "Your identity provider does not answer",
            "Nobody can sign in just now. Try again in a moment.",
            503,
            headers={"retry-after": str(error.retry_after)},
            onward=("Try again", SIGN_IN),
        )

    async def unnamed(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, Denied)
        log.warning("somebody may not sign in", extra={"rule": error.rule, "why": error.detail})
        if error.rule in {"blocked", "ended_session"}:
            return self._site.message(request, "You are not signed in", error.message, 403)
        return self._site.message(
            request,
            "remit does not know you yet",
            "Your sign-in does not say all that remit needs to know of you. An administrator finds the "
            "reason in its log.",
            403,
        )


def link(url: str, ticket: str) -> str:
    return f"{url.rstrip('/')}{SIGN_IN}/{ticket}"


def link_content(local: LocalIdentity) -> Json:
    """What a ticket of a link is good for."""
    return [local.tenant, local.user]
