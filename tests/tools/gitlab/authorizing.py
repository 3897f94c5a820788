"""The pretend GitLab with a real authorization server behind its OAuth paths: one address, as GitLab has it.

Whose a token is, and whether it is good still, that server says at each request (RFC 7662).
"""

import json
from typing import Final

import httpx2
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from tests.server.oidc.passing import passed_on
from tests.tools.gitlab.fake import BadToken, GitLab, Holder

CLIENT: Final = ("system", "asks")  # tests/server/oidc/vendor.mjs
_OWN: Final = "/oauth/token/info"
_PASSED_ON: Final = ("/oauth/", "/interaction/")


class AuthorizedGitLab:
    """`issued` are the access tokens that were given, `shown` those that came with a request."""

    def __init__(self, url: str, issuer: str) -> None:
        self.url = url
        self.issued: list[str] = []
        self.shown: list[str] = []
        self.gitlab = GitLab(self._holder)
        self._issuer = issuer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].startswith(_PASSED_ON) and scope["path"] != _OWN:
            await (await self._pass_on(Request(scope, receive)))(scope, receive, send)
        else:
            await self.gitlab(scope, receive, send)

    async def is_good(self, token: str) -> bool:
        """As the authorization server says."""
        return bool((await self._told(token))["active"])

    async def revoke(self, token: str) -> None:
        """At GitLab alone, as its users can."""
        async with httpx2.AsyncClient() as http:
            asked = {"token": token, "client_id": "remit"}
            (await http.post(f"{self._issuer}/oauth/revoke", data=asked)).raise_for_status()

    async def _holder(self, token: str) -> Holder:
        self.shown.append(token)
        told = await self._told(token)
        if not told["active"]:
            raise BadToken("revoked" if token in self.issued else "unknown")
        return Holder(str(told["sub"]), frozenset(str(told["scope"]).split()))

    async def _told(self, token: str) -> dict[str, object]:
        async with httpx2.AsyncClient(auth=CLIENT) as http:
            answer = await http.post(f"{self._issuer}/oauth/introspect", data={"token": token})
        found: dict[str, object] = answer.raise_for_status().json()
        return found

    async def _pass_on(self, request: Request) -> Response:
        answer = await passed_on(request, self._issuer)
        if request.url.path == "/oauth/token" and answer.status_code == 200:
            self.issued.append(json.loads(bytes(answer.body))["access_token"])
        return answer
