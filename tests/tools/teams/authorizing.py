"""The pretend Graph with a real authorization server behind Entra's paths, which answers in Entra's way.

After learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow: the secret comes in the form, the
access token says itself what it may do, and what was granted is told without `offline_access` and with what
everybody gets.
"""

import json
from typing import Any, Final
from urllib.parse import parse_qsl

import httpx2
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from tests.loopback import HERE
from tests.server.oidc.passing import passed_on
from tests.tools.teams.team import Site

TENANT: Final = "acme.example"
AUTHORIZE: Final = f"/{TENANT}/oauth2/v2.0/authorize"
TOKEN: Final = f"/{TENANT}/oauth2/v2.0/token"
_SYSTEM: Final = ("system", "asks")  # tests/server/oidc/vendor.mjs
_OPENID: Final = ("openid", "profile", "email")


class AuthorizedTenant(Site):
    """`issued` are the access tokens that were given, and `asked` the scopes that were asked for."""

    def __init__(self, url: str, issuer: str) -> None:
        super().__init__(url)
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
            await super().__call__(scope, receive, send)

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
        assert self.gate is not None
        token = self.gate.give(whose["sub"], granted)
        self.issued.append(token)
        scopes = " ".join([*granted, *_OPENID])
        return JSONResponse({**answer, "access_token": token, "scope": scopes, "ext_expires_in": 300})
