"""`/metrics`: who may read it, and what it says."""

import hmac
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Final

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from policies.errors import AuditUnavailable
from policies.secret import Secret
from server.anomalies.failures import Failures
from server.metrics.figures import Collected, Figures
from server.metrics.meters import Meters
from server.web.peers import PEER

PATH: Final = "/metrics"
FORWARDED: Final = frozenset({b"forwarded", b"x-forwarded-for", b"x-real-ip"})


class Scrapes:
    """ASGI middleware. With a `token`, whoever brings it may read; without one, this machine alone.

    Where other machines reach it that is nobody: a proxy here may pass on what they ask, and not say so. A
    request that says so is not from this machine, whatever the connection says.
    """

    def __init__(
        self,
        app: ASGIApp,
        meters: Meters,
        figures: Callable[[], Awaitable[Figures]],
        token: Secret | None,
        failures: Failures,
        *,
        reached: bool,
    ) -> None:
        """`figures` raises `AuditUnavailable`. `reached`: other machines are to reach this server."""
        self._app = app
        self._meters = meters
        self._figures = figures
        self._token = token
        self._failures = failures
        self._reached = reached

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != PATH:
            await self._app(scope, receive, send)
            return
        answer = self._refused(scope) or await self._told(scope)
        await answer(scope, receive, send)

    def _refused(self, scope: Scope) -> Response | None:
        if scope["method"] not in {"GET", "HEAD"}:
            return PlainTextResponse(status_code=405, headers={"allow": "GET, HEAD"})
        if self._token is None:
            peer = scope.get(PEER)
            passed_on = any(name.lower() in FORWARDED for name, _ in scope["headers"])
            if peer is not None and peer.is_loopback and not passed_on and not self._reached:
                return None
            text = (
                "Without [metrics] token, metrics are for this machine alone, while server.url is of this "
                "machine and server.proxies is empty. Set the token, and bring it."
            )
            return PlainTextResponse(text, status_code=403)
        given = _header(scope, b"authorization")
        if hmac.compare_digest(given, f"Bearer {self._token.reveal()}".encode()):
            return None
        if given:
            self._failures.of_address(scope.get(PEER))
        return PlainTextResponse(
            "Metrics are read with the token of [metrics] alone.",
            status_code=401,
            headers={"www-authenticate": "Bearer"},
        )

    async def _told(self, scope: Scope) -> Response:
        begun = monotonic()
        try:
            figures = await self._figures()
        except AuditUnavailable:
            figures = None
        registry = CollectorRegistry()
        registry.register(self._meters.all)
        registry.register(Collected(figures, monotonic() - begun))
        encode, kind = choose_encoder(_header(scope, b"accept").decode("latin-1"))
        return Response(encode(registry), headers={"content-type": kind, "cache-control": "no-store"})


def _header(scope: Scope, wanted: bytes) -> bytes:
    """Empty where there is none, or more than one."""
    values = [value for name, value in scope["headers"] if name.lower() == wanted]
    return values[0] if len(values) == 1 else b""
