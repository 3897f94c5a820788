"""A TCP relay that a test can stall or cut, to be a network that fails."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress


class Proxy:
    """Relays to `port` of 127.0.0.1. `after` counts bytes from the server; then it stalls, or cuts.

    `sent` is all that went to the server.
    """

    def __init__(self, port: int, *, stall_after: int | None = None, cut_after: int | None = None) -> None:
        self._target = port
        self.stall_after = stall_after
        self.cut_after = cut_after
        self.port = 0
        self.sent = bytearray()
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream_reader, upstream_writer = await asyncio.open_connection("127.0.0.1", self._target)
        self._writers |= {writer, upstream_writer}
        pumps = (
            asyncio.create_task(self._pump(reader, upstream_writer, counts=False)),
            asyncio.create_task(self._pump(upstream_reader, writer, counts=True)),
        )
        self._tasks |= set(pumps)
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*pumps)

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, counts: bool
    ) -> None:
        seen = 0
        with suppress(OSError):
            while data := await reader.read(4096):
                seen += len(data)
                if not counts:
                    self.sent += data
                if counts and self.cut_after is not None and seen > self.cut_after:
                    break
                if counts and self.stall_after is not None and seen > self.stall_after:
                    await asyncio.Event().wait()
                writer.write(data)
                await writer.drain()
        for each in tuple(self._writers):
            each.close()

    def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        for writer in self._writers:
            writer.transport.abort()


@asynccontextmanager
async def proxy(
    port: int, *, host: str = "127.0.0.1", stall_after: int | None = None, cut_after: int | None = None
) -> AsyncGenerator[Proxy]:
    """Listens on a free port of `host` while the block runs."""
    relay = Proxy(port, stall_after=stall_after, cut_after=cut_after)
    server = await asyncio.start_server(relay.serve, host, 0)
    relay.port = server.sockets[0].getsockname()[1]
    try:
        yield relay
    finally:
        relay.close()
        server.close()
        await asyncio.sleep(0)
