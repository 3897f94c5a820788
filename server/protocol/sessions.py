"""Sessions of the handshake era, so many a person: many clients leave theirs open (threat T38).

They end with their user, too (threat T43).
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Final, TypeAlias

from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.types import Message, Receive, Scope, Send

from policies.call import Token
from server.web.bearer import VERIFIED

MOST: Final = 32  # sessions of one person through one OAuth client
MANY: Final = 1000  # people, before those without a session are forgotten
NAME: Final = b"mcp-session-id"

# What the SDK looks at in a request that ends a session.
_ENOUGH: Final = (
    *("type", "asgi", "http_version", "scheme", "path", "raw_path", "root_path", "query_string"),
    *("client", "server", "user", VERIFIED),
)

Person: TypeAlias = tuple[str, str, str] | None


class Sessions:
    """ASGI application in front of the SDK's: a session too many ends the one that was idle the longest."""

    def __init__(self, manager: StreamableHTTPSessionManager) -> None:
        self._manager = manager
        self._of: dict[Person, OrderedDict[bytes, Scope]] = {}
        """By session, the request that ends it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        names = [value for name, value in scope["headers"] if name == NAME]
        if names:
            self._used(person(scope), names[0], ended=scope["method"] == "DELETE")
            await self._manager.handle_request(scope, receive, send)
            return

        async def note(message: Message) -> None:
            if message["type"] == "http.response.start":
                for name, value in message["headers"]:
                    if name == NAME:
                        await self._remember(scope, value)
                if message["status"] == 503:
                    message = {**message, "headers": [*message["headers"], (b"retry-after", b"60")]}
            await send(message)

        await self._manager.handle_request(scope, receive, note)

    async def end(self, is_theirs: Callable[[Token | None], bool]) -> None:
        """Ends those that were begun with such a token."""
        for sessions in [*self._of.values()]:
            for name, ending in [*sessions.items()]:
                if is_theirs(ending.get(VERIFIED)):
                    sessions.pop(name, None)
                    await self._end(ending)

    def _used(self, who: Person, name: bytes, *, ended: bool) -> None:
        sessions = self._of.get(who, OrderedDict())
        if name in sessions:
            sessions.move_to_end(name)
            if ended:
                del sessions[name]

    async def _remember(self, scope: Scope, name: bytes) -> None:
        if len(self._of) > MANY:
            self._of = {who: sessions for who, sessions in self._of.items() if sessions}
        sessions = self._of.setdefault(person(scope), OrderedDict())
        known = {key: scope[key] for key in _ENOUGH if key in scope}
        sessions[name] = {**known, "method": "DELETE", "headers": [(NAME, name)]}
        while len(sessions) > MOST:
            _, oldest = sessions.popitem(last=False)
            await self._end(oldest)

    async def _end(self, ending: Scope) -> None:
        """As if its client had."""

        async def nothing() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def unheard(_: Message) -> None:
            pass

        await self._manager.handle_request(ending, nothing, unheard)


def person(scope: Scope) -> Person:
    """As the SDK tells owners of sessions apart; None for the local user."""
    token = scope.get(VERIFIED)
    return (token.issuer, token.client, token.subject) if token else None
