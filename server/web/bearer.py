"""Lets a request pass only with a token that counts, and nobody behind it see the token (RFC 6750, RFC 9728).

    no token                       401
    a token that does not count    401, invalid_token
    a token at two places          400, invalid_request
    a token without the scope      403, insufficient_scope, with the scopes to ask for
    the issuer does not answer     503, Retry-After

Each but the last says where the metadata are that lead to a token. Why exactly goes to the log alone.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import parse_qsl

from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from policies.bearer import TokenRefused, lacking, needed_scopes
from policies.call import Token
from policies.document import OidcScopes
from server.anomalies.failures import Failures
from server.issuer import IssuerUnreachable
from server.web.peers import PEER

log = logging.getLogger("remit.bearer")

VERIFIED = "remit.token"  # the place of the verified `Token` in the ASGI scope


@dataclass(frozen=True, slots=True)
class Challenge:
    """Tells a client what to bring. `metadata` is the address of the resource's metadata."""

    metadata: str
    scopes: OidcScopes

    def unauthorized(self, error: str | None = None) -> Response:
        return self._answer(401, error, needed_scopes(None, self.scopes))

    def invalid_request(self) -> Response:
        return self._answer(400, "invalid_request", ())

    def insufficient_scope(self, needed: tuple[str, ...]) -> Response:
        """`needed` is what `policies.bearer.lacking` says."""
        return self._answer(403, "insufficient_scope", needed)

    def _answer(self, status: int, error: str | None, scopes: tuple[str, ...]) -> Response:
        facts = {"error": error, "scope": " ".join(scopes), "resource_metadata": self.metadata}
        challenge = ", ".join(f'{name}="{value}"' for name, value in facts.items() if value)
        return JSONResponse(
            {"error": error or "unauthorized"},
            status_code=status,
            headers={"www-authenticate": f"Bearer {challenge}", "cache-control": "no-store"},
        )


class Verifier(Protocol):
    async def verify(self, text: str) -> Token:
        """Raises `TokenRefused` or `IssuerUnreachable`."""
        ...


class Bearer:
    """ASGI middleware around all that needs a token.

    What stands behind finds the verified token in `scope[VERIFIED]`, in `scope["user"]` whatever `principal`
    makes of it, and no Authorization header (threat T03).
    """

    def __init__(
        self,
        app: ASGIApp,
        tokens: Verifier,
        challenge: Challenge,
        principal: Callable[[Token], object],
        failures: Failures,
    ) -> None:
        self._app = app
        self._tokens = tokens
        self._challenge = challenge
        self._principal = principal
        self._failures = failures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            try:
                token = await self._verified(scope)
            except _Refused as refused:
                await refused.answer(scope, receive, send)
                return
            headers = [(name, value) for name, value in scope["headers"] if name.lower() != b"authorization"]
            admitted = {**scope, "headers": headers, "user": self._principal(token), VERIFIED: token}
            await self._app(admitted, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def _verified(self, scope: Scope) -> Token:
        try:
            token = await self._tokens.verify(self._text(scope))
        except TokenRefused as refused:
            log.info("token refused", extra={"why": refused.why})
            if refused.whose is None:
                self._failures.of_address(scope.get(PEER))
            else:
                self._failures.of_user(*refused.whose)
            raise _Refused(self._challenge.unauthorized(str(refused))) from None
        except IssuerUnreachable as unreachable:
            answer = JSONResponse(
                {"error": str(unreachable)},
                status_code=503,
                headers={"retry-after": str(unreachable.retry_after), "cache-control": "no-store"},
            )
            raise _Refused(answer) from None
        if needed := lacking(token, None, self._challenge.scopes):
            raise _Refused(self._challenge.insufficient_scope(needed))
        return token

    def _text(self, scope: Scope) -> str:
        """The token, from the one place where it may stand: an address ends up in logs, a body anywhere."""
        headers = [value for name, value in scope["headers"] if name.lower() == b"authorization"]
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        if len(headers) > 1 or any(name.lower() == "access_token" for name, _ in query):
            raise _Refused(self._challenge.invalid_request())
        scheme, _, text = (headers[0] if headers else b"").decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            raise _Refused(self._challenge.unauthorized())
        return text


class _Refused(Exception):  # noqa: N818 - a refusal is an answer, not a fault
    def __init__(self, answer: Response) -> None:
        super().__init__()
        self.answer = answer
