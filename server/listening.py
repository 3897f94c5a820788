"""Listens for HTTP, and stops in good order."""

import logging
import signal
import socket
import ssl
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from typing import Any

import anyio
import uvicorn

from policies.call import Transport
from policies.document import Document
from policies.errors import ConfigurationError
from server.assembly import Service
from server.front import Address, Front, is_loopback
from server.pages.app import Pages
from server.protocol.app import App
from server.protocol.http import Transports
from server.web.connections import Connection
from server.web.siblings import Place

log = logging.getLogger("remit.serve")

SETTLE = 5.0  # seconds that calls under way have when the server is told to stop
FLUSH = 10  # seconds that a client may take to read its last answer
BACKLOG = 2048
SETTINGS: dict[str, Any] = {
    "http": Connection,
    "ws": "none",
    "proxy_headers": False,  # nothing here goes by an address that a client could write into a header
    "lifespan": "off",
    "log_config": None,
    "access_log": False,
    "server_header": False,
    "timeout_graceful_shutdown": FLUSH,
}


class Listener(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """uvicorn would raise the signal again once it has stopped, and the log would be left open."""
        yield


class HttpServer(Listener):
    """Sets `ready` once it answers, and stops once it is told to `stop`."""

    def __init__(
        self,
        service: Service,
        document: Document,
        address: Address,
        transports: Transports | None = None,
        place: Place | None = None,
        *,
        pages: Pages | None = None,
    ) -> None:
        """`transports` stand in for those of remit's own application; `place` is for one worker of several.

        Raises `ConfigurationError` for an address that must not be listened on.
        """
        refuse_exposure(document, address[0])
        self._front = Front(
            transports or Transports(App(service, version("remit"), Transport.HTTP)),
            service,
            document,
            address,
            place,
            pages=pages,
        )
        self._address = address
        self._place = place
        self._told = anyio.Event()
        self.ready = anyio.Event()
        super().__init__(uvicorn.Config(self._front.outside, **SETTINGS, **_tls(document)))

    def stop(self) -> None:
        self._told.set()

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Listens until it is told to `stop`. Raises `ConfigurationError` where the address can't be had.

        Then it takes no more calls, waits for those under way, ends the streams and closes. One that is past
        its point of no return is waited for as long as its source allows.
        """
        listening = sockets or [listen(self._address, shared=self._place is not None)]
        inner = Listener(uvicorn.Config(self._front.inside, **SETTINGS))
        async with anyio.create_task_group() as tasks:
            async with self._front.open():
                tasks.start_soon(super().serve, listening)
                if self._place is not None:
                    tasks.start_soon(inner.serve, [self._place.listen()])
                await self._told.wait()
                await self._front.settle(SETTLE)
            self.should_exit = inner.should_exit = True

    async def serve_until_told(self, sockets: list[socket.socket] | None = None) -> None:
        """The same, and a signal tells it."""
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._obey)
            await self.serve(sockets)
            tasks.cancel_scope.cancel()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        log.info("listening", extra={"host": self._address[0], "port": self._address[1]})
        self.ready.set()

    async def _obey(self) -> None:
        await signalled()
        self.stop()


async def signalled() -> None:
    """Returns when somebody tells the process to stop."""
    with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        async for _ in signals:
            return


def listen(address: Address, *, shared: bool = False) -> socket.socket:
    """A socket that takes connections. Raises `ConfigurationError`."""
    made = hold(address, shared=shared)
    made.listen(BACKLOG)
    return made


def hold(address: Address, *, shared: bool) -> socket.socket:
    """A socket that has the address and takes no connections yet. Raises `ConfigurationError`.

    `shared` is for workers: each listens for itself, and the kernel deals the connections out. On one socket
    for all, the first worker to wake took every connection that waited.
    """
    host, port = address
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP, flags=socket.AI_PASSIVE
        )[0]
        with ExitStack() as unless_held:
            made = unless_held.enter_context(socket.socket(family, kind, protocol))
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if shared:
                made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            made.bind(place)
            unless_held.pop_all()
    except OSError as error:
        raise ConfigurationError(
            f"{host}:{port} can't be listened on ({error.strerror})",
            where="server.url or --listen",
            remedy="Stop what listens there, or choose another address with --listen HOST:PORT.",
        ) from error
    # Connections inherit it. asyncio sets it only where a socket names its protocol, and without it the
    # second half of an answer waits 40 ms for the client to acknowledge the first.
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def refuse_exposure(document: Document, host: str) -> None:
    """Raises `ConfigurationError` where strangers could call, or could read what is said."""
    if is_loopback(host):
        return
    where = "server.url or --listen"
    if document.identity.oidc is None:
        raise ConfigurationError(
            f"{host} can be reached from other machines, and this server can't tell who calls from there",
            where=where,
            remedy="Add [identity.oidc], or listen on 127.0.0.1.",
        )
    if document.server.tls_certificate is None and document.server.plaintext is None:
        raise ConfigurationError(
            f"{host} can be reached from other machines, and what is said there could be read on the way",
            where=where,
            remedy="Set server.tls_certificate and server.tls_key; or, where a proxy on a trusted network "
            'ends TLS, say so: server.plaintext = "why".',
        )


def _tls(document: Document) -> dict[str, Any]:
    """Raises `ConfigurationError`."""
    certificate, key = document.server.tls_certificate, document.server.tls_key
    if certificate is None or key is None:
        return {}
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(document.within(certificate), document.within(key))
    except OSError as error:  # ssl.SSLError is an OSError
        raise ConfigurationError(
            f"the certificate and its key can't be used ({type(error).__name__})",
            where="server.tls_certificate",
            remedy="Check that both files are PEM and belong together, and that this user may read them.",
        ) from None

    def made(_: uvicorn.Config, __: object) -> ssl.SSLContext:
        return context

    return {"ssl_context_factory": made}
