"""Ids of requests, by which the SDK tells the answers of a session apart (threat T07)."""

from starlette.types import ASGIApp, Receive, Scope, Send

from policies.frames import BadFrame
from server.protocol.sessions import NAME
from server.web.bodies import MESSAGE, refusal


class Ids:
    """ASGI application in front of sessions of the handshake era: each request under way has its own id.

    The SDK keeps one stream an id, and the text of a number for the number: a second request takes the answer
    of the first, which then waits for as long as its client does.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._under_way: set[tuple[bytes, str]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = next((value for name, value in scope["headers"] if name == NAME), None)
        match scope.get(MESSAGE):
            case {"id": str() | int() as number, "method": _} if name is not None:
                asked = (name, str(number))
            case _:
                await self._app(scope, receive, send)
                return
        if asked in self._under_way:
            taken = BadFrame("Another request with this id is under way. Give each request an id of its own.")
            await refusal(taken)(scope, receive, send)
            return
        self._under_way.add(asked)
        try:
            await self._app(scope, receive, send)
        finally:
            self._under_way.remove(asked)
