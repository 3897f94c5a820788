"""A receiver of webhooks over TLS on this machine."""

import ssl
from asyncio import StreamReader, StreamWriter, start_server
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser

from tests.tools.outbound.far import told


@dataclass
class Receiver:
    """`answers` are given in turn, 204 after that."""

    answers: list[bytes] = field(default_factory=list[bytes])
    port: int = 0
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list[tuple[dict[str, str], bytes]])

    @property
    def origin(self) -> str:
        return f"https://localhost:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.origin}/hooks/remit"

    async def serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        _, _, head = (await reader.readuntil(b"\r\n\r\n")).partition(b"\r\n")
        headers = {name.lower(): value for name, value in BytesParser().parsebytes(head).items()}
        self.got.append((headers, await reader.readexactly(int(headers["content-length"]))))
        writer.write(self.answers.pop(0) if self.answers else told(204))
        await writer.drain()
        writer.close()


@asynccontextmanager
async def receiving(receiver: Receiver, tls: ssl.SSLContext) -> AsyncGenerator[Receiver]:
    server = await start_server(receiver.serve, "127.0.0.1", 0, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
