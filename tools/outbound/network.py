"""Looks a host up once, judges every address that it finds, and connects to exactly that.

The host's own name stays in the URL above, so it is what TLS verifies and what the request says. A second
look-up could find another address (DNS rebinding), so there is none.
"""

import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from ipaddress import ip_address
from ssl import SSLContext
from typing import Any, Final, cast

import anyio
import httpcore2

from tools.outbound.addresses import Address, Origin, is_public, may_be_named
from tools.outbound.errors import BlockedAddress

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

_TRIED: Final = 3  # addresses of one host
_PLAIN: Final = cast("httpcore2.AsyncNetworkBackend", httpcore2.AnyIOBackend())


async def resolve(host: str, port: int) -> Sequence[str]:
    """Raises `OSError`."""
    found = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


class Network(httpcore2.AsyncNetworkBackend):
    def __init__(
        self,
        named: frozenset[Origin],
        resolve: Resolve = resolve,
        below: httpcore2.AsyncNetworkBackend | None = None,
    ) -> None:
        self._named = {(there.host, there.port) for there in named}
        self._resolve = resolve
        self._below = below or _PLAIN

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - as it is there
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        try:
            with anyio.fail_after(timeout):
                addresses = await self.judged(host, port)
        except TimeoutError:
            raise httpcore2.ConnectTimeout from None
        except OSError:
            raise httpcore2.ConnectError("the host is unknown") from None
        share = timeout and timeout / len(addresses)
        failed: httpcore2.ConnectError | httpcore2.ConnectTimeout | None = None
        for address in addresses:
            try:
                return _Stream(
                    await self._below.connect_tcp(str(address), port, share, local_address, socket_options)
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failed = error
        assert failed
        raise failed

    async def judged(self, host: str, port: int) -> Sequence[Address]:
        """The addresses to try, each of which may be connected to. Raises `BlockedAddress` or `OSError`."""
        try:
            found = [ip_address(text) for text in await self._resolve(host, port)]
        except ValueError:
            raise OSError("the host has an address that is none") from None
        may = may_be_named if (host, port) in self._named else is_public
        # One that is wrong among others is no slip: nobody's public name leads into our network by chance.
        if not found or not all(map(may, found)):
            raise BlockedAddress(f"blocked_address: {host} leads to an address that remit may not connect to")
        return found[:_TRIED]

    async def sleep(self, seconds: float) -> None:
        await self._below.sleep(seconds)


class _Stream(httpcore2.AsyncNetworkStream):
    """Closes when a handshake is given up: the one below does so for errors alone, not when time is over."""

    def __init__(self, below: httpcore2.AsyncNetworkStream) -> None:
        self._below = below

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        return await self._below.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        await self._below.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._below.aclose()

    async def start_tls(
        self,
        ssl_context: SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> httpcore2.AsyncNetworkStream:
        try:
            return await self._below.start_tls(ssl_context, server_hostname, timeout)
        except BaseException:
            with anyio.CancelScope(shield=True):
                await self._below.aclose()
            raise

    def get_extra_info(self, info: str) -> Any:
        return self._below.get_extra_info(info)
