"""A far side on loopback that answers what a test wants, and a network on which it is anywhere."""

import ssl
from asyncio import StreamReader, StreamWriter, start_server
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from ipaddress import ip_address
from pathlib import Path
from typing import cast

import httpcore2

from tests.certificates import Identity
from tools.outbound.addresses import is_public

PUBLIC = "93.184.215.14"
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


def told(status: int, *headers: str, body: bytes = b"") -> bytes:
    lines = [f"HTTP/1.1 {status} X", f"content-length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


class Far:
    """`answers` are sent in turn, one a connection, the last one to all that follow; `then` without end.

    `heads` are those of the requests that came, `shown` the serial numbers of client certificates.
    """

    def __init__(self, *answers: bytes, then: bytes = b"") -> None:
        self.answers = list(answers or (OK,))
        self.then = then
        self.connections = 0
        self.heads: list[str] = []
        self.shown: list[str] = []
        self.port = 0

    async def serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        self.connections += 1
        with suppress(OSError, EOFError):
            if peer := writer.get_extra_info("peercert"):
                self.shown.append(peer["serialNumber"])
            self.heads.append((await reader.readuntil(b"\r\n\r\n")).decode().lower())
            writer.write(self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])
            while self.then:
                writer.write(self.then)
                await writer.drain()
            await writer.drain()
            await reader.read()
        writer.close()


@asynccontextmanager
async def listening(far: Far, tls: ssl.SSLContext | None = None) -> AsyncGenerator[Far]:
    server = await start_server(far.serve, "127.0.0.1", 0, ssl=tls)
    far.port = server.sockets[0].getsockname()[1]
    try:
        yield far
    finally:
        server.close()


def proving(identity: Identity, clients_of: Path | None = None) -> ssl.SSLContext:
    """With `clients_of`, an authority, it wants a client certificate too."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(identity.certificate, identity.key)
    if clients_of:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(clients_of)
    return context


class Internet(httpcore2.AsyncNetworkBackend):
    """On which every public address is the far side at `port`, and every other one is what it is here."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._here = cast("httpcore2.AsyncNetworkBackend", httpcore2.AnyIOBackend())
        self.connected: list[str] = []

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - as it is there
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        self.connected.append(host)
        if is_public(ip_address(host)):
            host, port = "127.0.0.1", self._port
        return await self._here.connect_tcp(host, port, timeout, local_address, socket_options)


class Names:
    """A name server: `answers` in turn, the last one to all that follow."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
