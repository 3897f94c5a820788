"""Takes in one message of bounded size, in bounded time, and of one meaning (threat T31)."""

import asyncio

from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from policies.frames import BadFrame, message, refuse_long

PATIENCE = 30.0  # seconds for a whole body
MESSAGE = "remit.message"  # the place of the message's value in the ASGI scope
BODY = "remit.body"  # the place of its bytes


class Bodies:
    """ASGI middleware: what stands behind finds the checked message of a POST in `scope[MESSAGE]`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        try:
            body = await _whole(scope, receive)
            value = message(body)
        except BadFrame as bad:
            await refusal(bad)(scope, receive, send)
            return
        except TimeoutError:
            await Response(status_code=408, headers={"connection": "close"})(scope, receive, send)
            return
        except ClientDisconnect:
            return
        await self._app({**scope, MESSAGE: value, BODY: body}, _again(body, receive), send)


async def _whole(scope: Scope, receive: Receive) -> bytes:
    """Raises `BadFrame`, `TimeoutError` or `ClientDisconnect`."""
    declared = next((value for key, value in scope["headers"] if key == b"content-length"), b"0")
    refuse_long(int(declared) if declared.isdigit() else 0)
    body = bytearray()
    async with asyncio.timeout(PATIENCE):
        while True:
            piece = await receive()
            if piece["type"] == "http.disconnect":
                raise ClientDisconnect
            body += piece.get("body", b"")
            refuse_long(len(body))
            if not piece.get("more_body"):
                return bytes(body)


def _again(body: bytes, receive: Receive) -> Receive:
    """Gives out the body once, and then what comes after it: the caller's leaving."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return waiting.pop() if waiting else await receive()

    return replay


def refusal(bad: BadFrame) -> Response:
    """Hangs up: what is left of a body that is too long would still be read, for as long as it comes."""
    error = {"code": bad.code, "message": bad.message}
    return JSONResponse(
        {"jsonrpc": "2.0", "id": None, "error": error},
        status_code=bad.status,
        headers={"connection": "close"},
    )
