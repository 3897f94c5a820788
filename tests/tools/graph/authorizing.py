"""A pretend Graph with a real authorization server behind Entra's paths, which answers in Entra's way.

After learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow: the secret comes in the form, the
access token says itself what it may do, and what was granted is told without `offline_access` and with what
everybody gets.
"""

import json
from typing import Any, Final, Protocol
from urllib.parse import parse_qsl

import httpx2
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from tests.loopback import HERE
from tests.server.oidc.passing import passed_on
from tests.tools.graph.tokens import Tokens

TENANT: Final = "acme.example"
AUTHORIZE: Final = f"/{TENANT}/oauth2/v2.0/authorize"
TOKEN: Final = f"/{TENANT}/oauth2/v2.0/token"
_SYSTEM: Final = ("system", "asks")  # tests/server/oidc/vendor.mjs
_OPENID: Final = ("openid", "profile", "email")


class Behind(Protocol):
    """A pretend Graph at an address, and the tokens that are good there."""

    url: str

    @property
    def tokens(self) -> Tokens: ...

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None: ...


class Authorized:
    """`issued` are the access tokens that were given, and `asked` the scopes that were asked for."""

    def __init__(self, behind: Behind, issuer: str) -> None:
        self.behind = behind
        self.url = behind.url
        self.issued: list[str] = []
        self.asked: list[frozenset[str]] = []
        self._issuer = issuer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if path == TOKEN:
            await (await self._token(Request(scope, receive)))(scope, receive, send)
        elif path.startswith((f"/{TENANT}/", "/interaction/")):
            request = Request(scope, receive)
            if path == AUTHORIZE:
                self.asked.append(frozenset(request.query_params["scope"].split()))
            await (await passed_on(request, self._issuer))(scope, receive, send)
        else:
            await self.behind(scope, receive, send)

    def end(self, token: str) -> None:
        self.behind.tokens.end(token)

    async def _token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        if "authorization" in request.headers or not form.get("client_secret"):
            return JSONResponse({"error": "invalid_client", "error_codes": [7000218]}, 401)
        told = await passed_on(request, self._issuer)
        if told.status_code != 200:
            return told
        answer: dict[str, Any] = json.loads(bytes(told.body))
        async with httpx2.AsyncClient(auth=_SYSTEM, **HERE) as http:
            asked = {"token": answer["access_token"]}
            whose = (await http.post(f"{self._issuer}/oauth/introspect", data=asked)).json()
        granted = [scope for scope in whose["scope"].split() if scope != "offline_access"]
        token = self.behind.tokens.give(whose["sub"], granted)
        self.issued.append(token)
        scopes = " ".join([*granted, *_OPENID])
        return JSONResponse({**answer, "access_token": token, "scope": scopes, "ext_expires_in": 300})
