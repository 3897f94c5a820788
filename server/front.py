"""All that an HTTP request passes, from the outside in, before the protocol."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from ipaddress import ip_address
from typing import TypeAlias
from urllib.parse import urlsplit

from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Mount, Router
from starlette.types import ASGIApp

from policies.document import Document
from policies.errors import AuditUnavailable
from server.assembly import Service
from server.issuer import Issuer, trusting
from server.keys import resolve
from server.metrics.figures import look
from server.metrics.scrapes import Scrapes
from server.pages.app import Pages
from server.protocol.http import Transports
from server.protocol.messages import principal
from server.protocol.step_up import StepUp
from server.remembering import SignedIn
from server.store import Reader, now_ms
from server.tokens import Tokens
from server.web import metadata
from server.web.bearer import Bearer, Challenge
from server.web.bodies import Bodies
from server.web.framing import Framing
from server.web.health import Health
from server.web.hosts import Hosts, Names
from server.web.peers import Peers
from server.web.siblings import Place, Siblings, from_siblings

Address: TypeAlias = tuple[str, int]

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


class Front:
    """`outside` is for everybody; `inside` for the other workers, where there are any.

    `pages` are for people: who they are is told by no bearer token.
    """

    def __init__(
        self,
        transports: Transports,
        service: Service,
        document: Document,
        address: Address,
        place: Place | None,
        *,
        pages: Pages | None = None,
    ) -> None:
        self._transports = transports
        self._siblings = Siblings(transports, place) if place else None
        guarded = _guarded(self._siblings or transports, service, document)
        app = pages.before(guarded, document.server.url) if pages else guarded
        self._health = Health(_measured(app, service, document), lambda: _answers(service.store))
        self.outside = Peers(named(self._health, document, address), document.server.proxies)
        self.inside = from_siblings(Bodies(transports), principal)

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[None]:
        """Requests are answered while inside."""
        async with self._transports.running():
            if self._siblings is None:
                yield
            else:
                async with self._siblings.reaching():
                    yield

    async def settle(self, seconds: float) -> None:
        """Takes no more calls, and returns when none is under way: see `UnderWay.settle`."""
        self._health.stopping = True
        await self._transports.app.settle(seconds)


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def named(app: ASGIApp, document: Document, address: Address) -> ASGIApp:
    """Which names and pages it answers to."""
    host, port = address
    scheme = "https" if document.server.tls_certificate else "http"
    names = {f"[{host}]" if ":" in host else host, *(LOOPBACK if is_loopback(host) else ())}
    urls = [document.server.url, *(f"{scheme}://{name}:{port}" for name in sorted(names))]
    origins = document.server.origins
    if origins:
        app = CORSMiddleware(
            app,
            allow_origins=origins,
            allow_methods=("GET", "POST", "DELETE"),
            allow_headers=("*",),
            expose_headers=("mcp-session-id", "www-authenticate"),
        )
    return Framing(Hosts(app, Names.of(urls, origins)))


def _guarded(app: ASGIApp, service: Service, document: Document) -> ASGIApp:
    """Who calls, then what they send, and whether their token reaches as far."""
    oidc = document.identity.oidc
    if oidc is None:
        return Bodies(app)
    challenge = Challenge(metadata.address(document.resource), oidc.scopes)
    tokens = Tokens(oidc, oidc.audience or document.resource, Issuer(oidc, trusting(oidc, document.root)))
    signed_in = SignedIn(tokens, service.identity, service.remembered)
    guarded = Bearer(
        Bodies(StepUp(app, service, challenge)), signed_in, challenge, principal, service.monitoring.failures
    )
    return Router([*metadata.routes(document, oidc), Mount("/", guarded)])


def _measured(app: ASGIApp, service: Service, document: Document) -> ASGIApp:
    """Raises `ConfigurationError`."""
    reference = document.metrics.token
    reading = partial(
        look,
        service.inventory,
        context_minutes=document.context.minutes,
        failure_minutes=document.anomalies.authentication_failures.minutes,
    )
    return Scrapes(
        app,
        service.monitoring.meters,
        partial(service.store.read, reading),
        resolve(reference, document.root) if reference else None,
        service.monitoring.failures,
        reached=_is_reached(document),
    )


def _is_reached(document: Document) -> bool:
    """Whether other machines are to reach it, if only through a proxy."""
    host = urlsplit(document.server.url).hostname or ""
    return bool(document.server.proxies) or not is_loopback(host)


async def _answers(store: Reader) -> bool:
    try:
        await store.read(now_ms)
    except AuditUnavailable:
        return False
    return True
