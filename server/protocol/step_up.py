"""Tells a client whose token does not reach as far as a tool what to ask for (RFC 6750, section 3.1)."""

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from policies.bearer import lacking
from policies.call import Caller, Tool, Transport
from policies.errors import Refusal
from server.assembly import Service
from server.web.bearer import VERIFIED, Challenge
from server.web.bodies import MESSAGE


class StepUp:
    """ASGI middleware. Of a tool that is closed to the caller it says nothing: the pipeline refuses that."""

    def __init__(self, app: ASGIApp, service: Service, challenge: Challenge) -> None:
        self._app = app
        self._service = service
        self._challenge = challenge

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = await self._refusal(scope)
        await (refusal or self._app)(scope, receive, send)

    async def _refusal(self, scope: Scope) -> Response | None:
        tool = self._called(scope.get(MESSAGE))
        if tool is None:
            return None
        needed = lacking(scope[VERIFIED], tool.tier, self._challenge.scopes)
        if not needed or not await self._is_open(scope, tool):
            return None
        return self._challenge.insufficient_scope(needed)

    def _called(self, message: object) -> Tool | None:
        match message:
            case {"method": "tools/call", "params": {"name": str(name)}}:
                return self._service.catalogue.find(name)
            case _:
                return None

    async def _is_open(self, scope: Scope, tool: Tool) -> bool:
        try:
            user = await self._service.identity.identify(Caller(Transport.HTTP, "", scope[VERIFIED]))
        except Refusal:
            return False
        return self._service.catalogue.is_open(user, tool, Transport.HTTP)
