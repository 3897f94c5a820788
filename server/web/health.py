"""`/healthz`, and the end of taking calls."""

from collections.abc import Awaitable, Callable
from typing import Final

from starlette.responses import JSONResponse, PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

PATH: Final = "/healthz"


class Health:
    """ASGI middleware: tells a load balancer whether to send calls here, and takes none once `stopping`.

    `/healthz` is 200 while calls can be taken, else 503 and in a word why not. Anybody may ask: that is all.
    """

    def __init__(self, app: ASGIApp, store_answers: Callable[[], Awaitable[bool]]) -> None:
        self._app = app
        self._store_answers = store_answers
        self.stopping = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == PATH:
            await (await self._state())(scope, receive, send)
        elif self.stopping:
            await PlainTextResponse(
                "This server is stopping. Call again in a moment.",
                status_code=503,
                headers={"retry-after": "5", "connection": "close"},
            )(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _state(self) -> JSONResponse:
        status = "stopping" if self.stopping else "ok" if await self._store_answers() else "no store"
        return JSONResponse(
            {"status": status},
            status_code=200 if status == "ok" else 503,
            headers={"cache-control": "no-store"},
        )
