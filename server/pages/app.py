"""The pages, put together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp

from policies.call import Transport
from policies.document import Document
from policies.errors import AuditUnavailable, Denied, LimitReached
from server.administering.administration import Administration
from server.anomalies.failures import Failures
from server.connecting import Connecting
from server.endings import Endings
from server.identity import Identity
from server.issuer import IssuerUnreachable, trusting
from server.keys import Keys, resolve
from server.oauth.granting import RETURN
from server.pages.approving import Approving
from server.pages.connecting import ConnectingPages
from server.pages.console.page import ConsolePages, NoAdministrator
from server.pages.decisions import Decider
from server.pages.forms import FormRefused
from server.pages.headers import Headers
from server.pages.logging_out import BACK_CHANNEL, LoggingOut
from server.pages.openid import CALLBACK, OpenId, SignInRefused
from server.pages.sessions import Sessions
from server.pages.signing_in import SIGN_IN, SigningIn
from server.pages.site import (
    APPROVALS,
    CONNECTIONS,
    CONSOLE,
    CONSOLE_STYLE,
    SIGN_OUT,
    STYLE,
    NothingHere,
    SignInNeeded,
    Site,
)
from server.pages.tickets import Kind, Tickets
from server.pages.tries import Tries
from server.store import Store
from server.web.hosts import Names

PEER: Final = "/.well-known/remit"
OWN: Final = (
    "/approve/{rest:path}",
    "/connect/{rest:path}",
    CONNECTIONS,
    f"{CONNECTIONS}/{{rest}}",
    APPROVALS,
    SIGN_IN,
    f"{SIGN_IN}/{{rest:path}}",
    SIGN_OUT,
    BACK_CHANNEL,
    STYLE,
    CONSOLE,
    f"{CONSOLE}/{{rest}}",
    CONSOLE_STYLE,
    f"{PEER}/{{rest}}",
)


@dataclass(frozen=True, slots=True)
class Pages:
    """What the pages are made of, for whatever address they are reached at. Make one with `of`.

    `transport` says who signs in: over HTTP whom `[identity.oidc]` names, if set; over stdio the local user.
    """

    document: Document
    transport: Transport
    tickets: Tickets
    identity: Identity
    decider: Decider
    connecting: Connecting
    endings: Endings
    failures: Failures
    administration: Administration
    keys: Keys = field(repr=False)

    @classmethod
    def of(
        cls,
        document: Document,
        transport: Transport,
        *,
        store: Store,
        keys: Keys,
        identity: Identity,
        decider: Decider,
        connecting: Connecting,
        endings: Endings,
        failures: Failures,
        administration: Administration,
    ) -> "Pages":
        return cls(
            document,
            transport,
            Tickets(store, keys),
            identity,
            decider,
            connecting,
            endings,
            failures,
            administration,
            keys,
        )

    @property
    def who(self) -> str:
        """Whom these pages are for: those of two processes stand in for each other where it is the same."""
        oidc, local = self._oidc, self.document.identity.local
        if oidc:
            return f"oidc {oidc.issuer}"
        return f"local {local.tenant} {local.user}" if local else "nobody"

    @property
    def _oidc(self) -> Any:
        return self.document.identity.oidc if self.transport is Transport.HTTP else None

    def before(self, app: ASGIApp, url: str) -> ASGIApp:
        """The pages, reached at `url`, and `app` for all other paths. Raises `ConfigurationError`."""
        own = self.at(url)
        return Router([Route(path, own) for path in OWN], redirect_slashes=False, default=app)

    def at(self, url: str) -> ASGIApp:
        """The pages alone. Raises `ConfigurationError`."""
        https = url.startswith("https:")
        sessions = Sessions(self.tickets, self.endings, self.identity, self.keys, self.transport, https=https)
        origins = Names.of([url], ()).origins
        site = Site(url, self.document.server.name, origins, sessions, Tries())
        openid = self._openid(url)
        signing_in = SigningIn(site, self.tickets, openid, self.document.identity.local, self.failures)
        approving = Approving(site, self.decider)
        connecting = ConnectingPages(site, self.connecting, url, self.failures)
        console = ConsolePages(site, self.administration, self.decider, self.tickets)
        app = Starlette(
            routes=[
                Route(CONSOLE, console.look, methods=["GET"]),
                Route(f"{CONSOLE}/halt", console.halt, methods=["POST"]),
                Route(f"{CONSOLE}/resume", console.resume, methods=["POST"]),
                Route(f"{CONSOLE}/lift", console.lift, methods=["POST"]),
                Route(f"{CONSOLE}/scope", console.scope, methods=["POST"]),
                Route("/approve/{id}", approving.look, methods=["GET"]),
                Route("/approve/{id}", approving.decide, methods=["POST"]),
                Route(APPROVALS, approving.waiting, methods=["GET"]),
                Route(RETURN, connecting.come_back, methods=["GET"]),
                Route("/connect/{id}", connecting.look, methods=["GET"]),
                Route("/connect/{id}", connecting.connect, methods=["POST"]),
                Route(CONNECTIONS, connecting.mine, methods=["GET"]),
                Route(f"{CONNECTIONS}/{{id}}", connecting.change, methods=["POST"]),
                Route(SIGN_IN, signing_in.begin, methods=["GET"]),
                Route(CALLBACK, signing_in.come_back, methods=["GET"]),
                Route(f"{SIGN_IN}/{{ticket}}", signing_in.open_link, methods=["GET"]),
                Route(f"{SIGN_IN}/{{ticket}}", signing_in.use_link, methods=["POST"]),
                Route(SIGN_OUT, signing_in.sign_out, methods=["POST"]),
                Route(BACK_CHANNEL, LoggingOut(openid, self.endings, self._oidc).hear, methods=["POST"]),
                Route(STYLE, _style("pages.css"), methods=["GET"]),
                Route(CONSOLE_STYLE, _style("console/console.css"), methods=["GET"]),
                Route(f"{PEER}/{{ticket}}", self._peer, methods=["GET"]),
            ],
            exception_handlers={
                **_refusals(site),
                **_sign_in_refusals(signing_in),
                NoAdministrator: console.refused,
            },
        )
        # An address that is nearly one of ours is none.
        app.router.redirect_slashes = False
        return Headers(app, https=https)

    def _openid(self, url: str) -> OpenId | None:
        oidc = self._oidc
        if oidc is None or oidc.sign_in is None:
            return None
        reference = oidc.sign_in.client_secret
        secret = resolve(reference, self.document.root) if reference else None
        tls = trusting(oidc, self.document.root)
        return OpenId(oidc, oidc.sign_in, secret, url, tls=tls, tickets=self.tickets)

    async def _peer(self, request: Request) -> Response:
        """Shows another process, whose ticket this is, that we have the same store and keys."""
        content: Any = await self.tickets.take(Kind.PEER, request.path_params["ticket"])
        port = (request.scope["server"] or ("", None))[1]
        if content is None or content["who"] != self.who or content["port"] not in {None, port}:
            return PlainTextResponse("", 404)
        return PlainTextResponse(content["word"])


def _style(name: str) -> Callable[[Request], Any]:
    text = (Path(__file__).parent / name).read_text()

    async def style(_: Request) -> Response:
        return Response(text, media_type="text/css")

    return style


Handlers = Mapping[Any, Callable[[Request, Exception], Any]]


def _refusals(site: Site) -> Handlers:
    async def nothing(request: Request, _: Exception) -> Response:
        return site.message(
            request,
            "Nothing to decide here",
            "What waited here was decided, has expired, or never was yours to decide. If a program still "
            "waits for you, let it ask again.",
            404,
            onward=("What waits for you", APPROVALS),
        )

    async def sign_in(request: Request, error: Exception) -> Response:
        assert isinstance(error, SignInNeeded)
        there = f"{SIGN_IN}?next={error.page}"
        if request.method == "POST":
            # Our policy lets no form lead to the issuer, and its sender must not take this for an answer.
            return site.message(
                request,
                "Nothing was decided",
                "This browser is not signed in any more. Sign in and answer again.",
                403,
                headers={"connection": "close"},
                onward=("Sign in", there),
            )
        return RedirectResponse(there, 303)

    async def form(request: Request, error: Exception) -> Response:
        assert isinstance(error, FormRefused)
        # What is left of a body that is too long would still be read, for as long as it comes.
        return site.message(
            request, "Nothing was decided", error.text, error.status, headers={"connection": "close"}
        )

    async def often(request: Request, error: Exception) -> Response:
        assert isinstance(error, LimitReached)
        return site.message(
            request, "Too many tries", error.message, 429, headers={"retry-after": str(error.retry_after)}
        )

    async def store(request: Request, error: Exception) -> Response:
        assert isinstance(error, AuditUnavailable)
        return site.message(
            request,
            "Nothing was decided",
            "remit can't reach its store, so it did nothing. Try again in a moment.",
            503,
            headers={"retry-after": "5"},
        )

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code == 404:
            return await nothing(request, error)
        return site.message(
            request,
            "This page takes no such request",
            "Open it with a browser.",
            error.status_code,
            headers=error.headers,
        )

    return {
        NothingHere: nothing,
        SignInNeeded: sign_in,
        FormRefused: form,
        LimitReached: often,
        AuditUnavailable: store,
        HTTPException: http,
    }


def _sign_in_refusals(signing_in: SigningIn) -> Handlers:
    return {
        SignInRefused: signing_in.refused,
        IssuerUnreachable: signing_in.unreachable,
        Denied: signing_in.unnamed,
    }
