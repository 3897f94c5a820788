"""`/mcp` for Streamable HTTP in both eras, `/sse` and `/messages/` for clients from before it."""

from collections import Counter
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final, cast

import anyio
from mcp.server.sse import SseServerTransport
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from policies.call import Token
from policies.frames import MAX_BYTES
from server.endings import Ending
from server.protocol.app import App
from server.protocol.ids import Ids
from server.protocol.sessions import MOST, Person, Sessions, person
from server.web.answers import once
from server.web.bearer import VERIFIED
from server.web.bodies import MESSAGE
from server.web.leaving import unless_they_leave, until

MCP: Final = "/mcp"
SSE: Final = "/sse"
MESSAGES: Final = "/messages/"
SESSIONS: Final = 8192  # of one process: some 300 MB

# Host and Origin are looked at before anything else, for every path: server/web/hosts.py.
_LOOKED_AT: Final = TransportSecuritySettings(enable_dns_rebinding_protection=False)


class Transports:
    """ASGI application of what clients speak to. Serves while inside `running`."""

    def __init__(self, app: App) -> None:
        self.app = app
        self._streams = StreamableHTTPSessionManager(
            app, max_sessions=SESSIONS, max_request_body_size=MAX_BYTES, security_settings=_LOOKED_AT
        )
        self._bodies = StreamableHTTPSessionManager(
            app, json_response=True, max_request_body_size=MAX_BYTES, security_settings=_LOOKED_AT
        )
        self._sse = SseServerTransport(MESSAGES, _LOOKED_AT, MAX_BYTES)
        self._connections: Counter[Person] = Counter()
        self._leaving: dict[anyio.Event, Token | None] = {}
        self._sessions = Sessions(self._streams)
        self._in_streams = once(Ids(self._sessions))
        self._routes: Mapping[str, ASGIApp] = {MCP: self._mcp, SSE: self._connect, MESSAGES: once(self._post)}

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """On the way out every stream ends: the calls are over by then (`App.settle`)."""
        async with self._streams.run(), self._bodies.run(), self.app.attentive(self._end):
            yield
            for leaving in self._leaving:
                leaving.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._routes.get(scope["path"], _not_found)(scope, receive, send)

    async def _mcp(self, scope: Scope, receive: Receive, send: Send) -> None:
        if needs_no_stream(scope):
            await unless_they_leave(self._bodies.handle_request, scope, receive, send)
        else:
            await self._in_streams(scope, receive, send)

    async def _connect(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "GET":
            await PlainTextResponse(status_code=405, headers={"allow": "GET"})(scope, receive, send)
            return
        who = person(scope)
        if self._connections[who] >= MOST:
            await PlainTextResponse(
                f"You have {MOST} connections open already. Close one, then connect again.",
                status_code=429,
                headers={"retry-after": "60"},
            )(scope, receive, send)
            return
        self._connections[who] += 1
        leaving = anyio.Event()
        self._leaving[leaving] = scope.get(VERIFIED)
        try:
            hears = until(leaving, receive)
            async with self._sse.connect_sse(scope, hears, send) as (incoming, outgoing):
                await self.app.run(incoming, outgoing, self.app.create_initialization_options())
        finally:
            del self._leaving[leaving]
            self._connections[who] -= 1
            self._connections += Counter()  # forgets those who have none

    async def _end(self, ending: Ending) -> None:
        await self.app.end(ending)

        def is_theirs(token: Token | None) -> bool:
            return self.app.is_ended(ending, token)

        for leaving, token in self._leaving.items():
            if is_theirs(token):
                leaving.set()
        await self._sessions.end(is_theirs)

    async def _post(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._sse.handle_post_message(scope, receive, send)


def needs_no_stream(scope: Scope) -> bool:
    """Whether one JSON body can answer: nothing is sent before the result, and no session goes on after it.

    docs/decisions/0008 says why.
    """
    version = [value.decode("latin-1") for key, value in scope["headers"] if key == b"mcp-protocol-version"]
    if not set(version) <= set(MODERN_PROTOCOL_VERSIONS) or not version:
        return False
    message = _mapping(scope.get(MESSAGE))
    meta = _mapping(_mapping(message.get("params")).get("_meta"))
    return (
        message.get("method") != "subscriptions/listen"
        and meta.get("progressToken") is None
        and meta.get("io.modelcontextprotocol/logLevel") is None
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}


async def _not_found(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("There is nothing here.", status_code=404)(scope, receive, send)
