"""Finds the worker that keeps a session of the handshake era: its client may reach any, and one knows it.

Workers reach each other through sockets in a folder that their own user alone may enter. What passes there
is the request, where it came from, and what its token says, never the token (threat T03).
"""

import base64
import json
import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs

import httpx2
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from policies.bearer import token_from_json, token_to_json
from policies.call import Token
from policies.networks import address_of
from server.web.bearer import VERIFIED
from server.web.bodies import BODY
from server.web.leaving import unless_they_leave
from server.web.peers import PEER

TOKEN: Final = b"x-remit-token"
PEER_TOLD: Final = b"x-remit-peer"
# Of one connection, and so not for the next (RFC 9110, section 7.6.1).
HOP: Final = frozenset(
    {b"connection", b"content-length", b"host", b"keep-alive", b"te", b"transfer-encoding", TOKEN, PEER_TOLD}
)
PATIENCE: Final = httpx2.Timeout(None, connect=2.0)  # an answer may be a stream; the caller's leaving ends it


@dataclass(frozen=True, slots=True)
class Place:
    """Worker `own` of `count`, whose sockets are in `folder`."""

    folder: Path
    own: int
    count: int

    def listen(self) -> socket.socket:
        """This worker's socket, in place of that of one that died."""
        path = self._path(self.own)
        path.unlink(missing_ok=True)
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listening.bind(str(path))
        return listening

    @property
    def others(self) -> list[str]:
        return [str(self._path(number)) for number in range(self.count) if number != self.own]

    def _path(self, number: int) -> Path:
        return self.folder / f"{number}.sock"


class Siblings:
    """ASGI middleware: asks the others for a session that is not here. Use it while inside `reaching`."""

    def __init__(self, app: ASGIApp, place: Place) -> None:
        self._app = app
        self._place = place
        self._clients: list[httpx2.AsyncClient] = []

    @asynccontextmanager
    async def reaching(self) -> AsyncGenerator[None]:
        self._clients = [
            httpx2.AsyncClient(
                transport=httpx2.AsyncHTTPTransport(uds=path), base_url="http://sibling", timeout=PATIENCE
            )
            for path in self._place.others
        ]
        try:
            yield
        finally:
            for client in self._clients:
                await client.aclose()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _names_a_session(scope):
            await self._app(scope, receive, send)
            return
        missing = await _or_missing(self._app, scope, receive, send)
        if missing:
            await unless_they_leave(self._elsewhere(missing), scope, receive, send)

    def _elsewhere(self, missing: list[Message]) -> ASGIApp:
        async def ask(scope: Scope, receive: Receive, send: Send) -> None:
            del receive
            for client in self._clients:
                if await _forwarded(client, scope, send):
                    return
            for message in missing:
                await send(message)

        return ask


def from_siblings(app: ASGIApp, principal: Callable[[Token], object]) -> ASGIApp:
    """What listens on a worker's own socket."""

    async def admit(scope: Scope, receive: Receive, send: Send) -> None:
        told = next((value for name, value in scope["headers"] if name == TOKEN), None)
        if told is not None:
            token = _read(told)
            scope = {**scope, VERIFIED: token, "user": principal(token)}
        peer = next((value for name, value in scope["headers"] if name == PEER_TOLD), b"")
        scope = {**scope, PEER: address_of(peer.decode("latin-1"))}
        await app(scope, receive, send)

    return admit


def _names_a_session(scope: Scope) -> bool:
    return any(name == b"mcp-session-id" for name, _ in scope["headers"]) or (
        b"session_id" in parse_qs(scope["query_string"])
    )


async def _or_missing(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> list[Message]:
    """The answer itself where it says that there is nothing; any other is sent."""
    missing: list[Message] = []

    async def hold(message: Message) -> None:
        if missing or message.get("status") == 404:
            missing.append(message)
        else:
            await send(message)

    await app(scope, receive, hold)
    return missing


async def _forwarded(client: httpx2.AsyncClient, scope: Scope, send: Send) -> bool:
    """Whether this sibling had it, and so has answered."""
    headers = [(name, value) for name, value in scope["headers"] if name not in HOP]
    if token := scope.get(VERIFIED):
        headers.append((TOKEN, _write(token)))
    if peer := scope.get(PEER):
        headers.append((PEER_TOLD, str(peer).encode()))
    address = f"{scope['path']}?{scope['query_string'].decode('latin-1')}"
    try:
        async with client.stream(
            scope["method"], address, headers=headers, content=scope.get(BODY, b"")
        ) as answer:
            if answer.status_code == 404:
                return False
            kept = [(name, value) for name, value in answer.headers.raw if name.lower() not in HOP]
            await send({"type": "http.response.start", "status": answer.status_code, "headers": kept})
            async for piece in answer.aiter_raw():
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
    except httpx2.ConnectError:
        return False  # it died, and its sessions with it
    return True


def _write(token: Token) -> bytes:
    return base64.b64encode(json.dumps(token_to_json(token)).encode())


def _read(header: bytes) -> Token:
    return token_from_json(json.loads(base64.b64decode(header)))
