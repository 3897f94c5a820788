"""The pretend GitLab with a real authorization server behind its OAuth paths: one address, as GitLab has it.

Whose a token is, and whether it is good still, that server says at each request (RFC 7662).
"""

from typing import Final

import httpx2
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

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
        """With the host that it was sent to, so that the server's own links lead back here."""
        sent = {**request.headers, "accept-encoding": "identity"}
        query = f"?{request.url.query}" if request.url.query else ""
        async with httpx2.AsyncClient() as http:
            answer = await http.request(
                request.method,
                f"{self._issuer}{request.url.path}{query}",
                headers=sent,
                content=await request.body(),
            )
        if request.url.path == "/oauth/token" and answer.status_code == 200:
            self.issued.append(answer.json()["access_token"])
        passed = Response(answer.content, answer.status_code)
        passed.raw_headers = [
            (name.lower(), value)
            for name, value in answer.headers.raw
            if name.lower() not in {b"transfer-encoding", b"connection", b"keep-alive"}
        ]
        return passed
