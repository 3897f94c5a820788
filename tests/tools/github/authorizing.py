"""The pretend GitHub with a real authorization server behind its OAuth paths, spoken to in GitHub's own way.

After docs.github.com/en/apps/creating-github-apps: the secret comes in the form, errors come with status 200
and in words of GitHub's, and JSON is for whoever asks for it. Whose a token is, and whether it is good still,
that server says at each request (RFC 7662).
"""

import json
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

import httpx2
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from tests.emulate import Emulate
from tests.server.oidc.passing import passed_on
from tests.tools.github.gate import Gate, Holder
from tests.tools.github.hub import Hub

AUTHORIZE: Final = "/login/oauth/authorize"
TOKEN: Final = "/login/oauth/access_token"
_SYSTEM: Final = ("system", "asks")  # tests/server/oidc/vendor.mjs
_WORDS: Final = {
    "authorization_code": "bad_verification_code",
    "refresh_token": "bad_refresh_token",
}


class AuthorizedHub(Hub):
    """`issued` are the access tokens that were given."""

    def __init__(self, url: str, issuer: str) -> None:
        super().__init__(url)
        self.issued: list[str] = []
        self._issuer = issuer

    def gate_of(self, behind: Emulate) -> Gate:
        return Gate(behind, self.url, self._holder)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if path == TOKEN:
            await (await self._token(Request(scope, receive)))(scope, receive, send)
        elif path.startswith(("/login/", "/interaction/")):
            if path == AUTHORIZE:  # nobody is asked there for nothing; of an app GitHub knows what it may do
                scope = {**scope, "query_string": scope["query_string"] + b"&scope=read_api"}
            await (await passed_on(Request(scope, receive), self._issuer))(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    async def revoke(self, token: str) -> None:
        """As the user does in the settings there."""
        asked = {"token": token, "client_id": "remit-app", "client_secret": "a secret of an app"}
        async with httpx2.AsyncClient() as http:
            (await http.post(f"{self._issuer}/oauth/revoke", data=asked)).raise_for_status()

    async def _holder(self, token: str) -> Holder | None:
        async with httpx2.AsyncClient(auth=_SYSTEM) as http:
            told = (await http.post(f"{self._issuer}/oauth/introspect", data={"token": token})).json()
        return Holder(told["sub"], writes=True) if told["active"] else None

    async def _token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        if "authorization" in request.headers or not form.get("client_secret"):
            return _said(request, {"error": "incorrect_client_credentials"})
        told = await passed_on(request, self._issuer)
        answer: dict[str, Any] = json.loads(bytes(told.body))
        if told.status_code != 200:
            return _said(request, {"error": _WORDS[form["grant_type"]]})
        self.issued.append(answer["access_token"])
        return _said(request, {**answer, "scope": "", "token_type": "bearer"})


def _said(request: Request, answer: dict[str, Any]) -> Response:
    if request.headers.get("accept") == "application/json":
        return JSONResponse(answer)
    return Response(urlencode(answer), media_type="application/x-www-form-urlencoded")
