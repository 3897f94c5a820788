"""Connections for what is no HTTP, as strictly as those for what is."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from ssl import SSLContext
from typing import Final

from tools.outbound.addresses import Origin
from tools.outbound.errors import failures_of_sockets_at
from tools.outbound.network import Network

_GOODBYE: Final = 1.0  # seconds that the end of TLS may take


async def connected(there: Origin, *, datagrams: bool = False) -> socket.socket:
    """A socket that doesn't block, connected to what the operator's configuration names.

    Raises `OutboundError`. How long it may take is for the caller to bound.
    """
    network = Network(frozenset({there}))
    kind = socket.SOCK_DGRAM if datagrams else socket.SOCK_STREAM
    with failures_of_sockets_at(str(there)):
        failed: OSError | None = None
        for address in await network.judged(there.host, there.port):
            family = socket.AF_INET if address.version == 4 else socket.AF_INET6
            made = socket.socket(family, kind)
            try:
                made.setblocking(False)
                await asyncio.get_running_loop().sock_connect(made, (str(address), there.port))
            except OSError as error:
                made.close()
                failed = error
            except BaseException:
                made.close()
                raise
            else:
                return made
        raise failed or OSError


@asynccontextmanager
async def stream(
    there: Origin, tls: SSLContext | None
) -> AsyncGenerator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Raises `OutboundError`, also for what fails inside."""
    made = await connected(there)
    with failures_of_sockets_at(str(there)):
        try:
            host = there.host if tls else None
            reader, writer = await asyncio.open_connection(
                sock=made, ssl=tls, server_hostname=host, ssl_shutdown_timeout=_GOODBYE if tls else None
            )
        except BaseException:
            made.close()
            raise
        try:
            yield reader, writer
        finally:
            writer.close()
            # What was to be said has been.
            with suppress(OSError):
                await writer.wait_closed()
