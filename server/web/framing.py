"""A request has one end, on which every server that it passes agrees (RFC 9112, section 6.1)."""

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

LENGTHS = frozenset({b"content-length", b"transfer-encoding"})


class Framing:
    """ASGI middleware: refuses a request that tells its length twice.

    A proxy that believes the one and a server that believes the other see two requests where there is one,
    and the second is nobody's. h11 alone would take it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and LENGTHS.issubset(name for name, _ in scope["headers"]):
            await PlainTextResponse(
                "Say how long the body is by Content-Length or by Transfer-Encoding, not by both.",
                status_code=400,
                headers={"connection": "close"},
            )(scope, receive, send)
        else:
            await self._app(scope, receive, send)
