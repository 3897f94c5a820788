"""One local user over standard input and output, a JSON text a line."""

import logging
import os
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any, BinaryIO, cast

import anyio
import anyio.to_thread
import mcp_types as types
from mcp.server.stdio import stdio_server
from mcp.shared.message import SessionMessage

from policies.frames import MAX_BYTES, BadFrame, message, refuse_long
from server.protocol.app import App

log = logging.getLogger("remit.stdio")

_CHUNK = 65_536  # bytes of an overlong line that are thrown away at once


async def serve(app: App) -> None:
    """Returns when standard input has ended and its calls are answered, or nobody reads the answers."""
    frames = Frames(_taken(0))
    try:
        async with (
            stdio_server(stdin=cast("anyio.AsyncFile[str]", frames)) as (incoming, outgoing),
            app.attentive(),
        ):
            frames.answer = outgoing.send
            await app.run(incoming, outgoing, app.create_initialization_options())
    except* BrokenPipeError:
        log.info("the client has left")


def _taken(descriptor: int) -> BinaryIO:
    """The stream, out of reach of whatever else in this process would read from it."""
    own = os.dup(descriptor)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, descriptor)
    os.close(nothing)
    return os.fdopen(own, "rb", closefd=False)


class Frames:
    """The lines that hold a message. Any other is answered with an error, and costs nobody else anything."""

    def __init__(self, wire: BinaryIO) -> None:
        self._wire = wire
        self.answer: Any = None

    async def __aiter__(self) -> AsyncIterator[str]:
        while True:
            try:
                line = await anyio.to_thread.run_sync(self._line)
                if not line:
                    return
                if line.strip():
                    message(line)
                    yield line.decode()
            except BadFrame as bad:
                await self._refuse(bad)

    def _line(self) -> bytes:
        line = self._wire.readline(MAX_BYTES + 2)
        if len(line) > MAX_BYTES and not line.endswith(b"\n"):
            while (rest := self._wire.readline(_CHUNK)) and not rest.endswith(b"\n"):
                pass
            refuse_long(len(line))
        return line

    async def _refuse(self, bad: BadFrame) -> None:
        error = types.ErrorData(code=bad.code, message=bad.message)
        with suppress(anyio.ClosedResourceError, anyio.BrokenResourceError):
            await self.answer(SessionMessage(types.JSONRPCError(jsonrpc="2.0", id=None, error=error)))
