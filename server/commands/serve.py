"""`remit serve`: the server, over stdio for one local user or over HTTP."""

import argparse
import logging
import os
import signal
import socket
from collections.abc import Generator
from contextlib import AsyncExitStack, contextmanager
from importlib.metadata import version
from ipaddress import ip_address
from urllib.parse import urlsplit

import anyio
import uvicorn

from policies.errors import ConfigurationError
from server.app import App
from server.assembly import assemble
from server.commands.options import takes_configuration
from server.configuration import Configuration, load

log = logging.getLogger("remit.serve")

SETTLE = 5  # seconds that calls under way have when the server is told to stop


def configure(parser: argparse.ArgumentParser) -> None:
    takes_configuration(parser)
    how = parser.add_mutually_exclusive_group()
    how.add_argument(
        "--stdio", action="store_true", help="serve one local user over standard input and output"
    )
    how.add_argument(
        "--listen",
        type=address,
        metavar="HOST:PORT",
        help="serve HTTP here; default: where server.url points",
    )


def run(options: argparse.Namespace) -> int:
    configuration = load(options.config)
    if options.stdio:
        anyio.run(serve_stdio, configuration)
    else:
        anyio.run(serve_http, configuration, options.listen or own_address(configuration))
    return 0


async def serve_http(configuration: Configuration, listen: tuple[str, int]) -> None:
    """Serves until a signal says to stop. Raises `ConfigurationError`."""
    async with assemble(configuration) as service:
        await http_server(App(service, version("remit")), configuration, listen).serve_until_told()


async def serve_stdio(configuration: Configuration) -> None:
    """Serves until standard input ends or a signal says to stop. Raises `ConfigurationError`."""
    spoken, told = anyio.Event(), anyio.Event()

    async def speak() -> None:
        await app.serve_stdio()
        spoken.set()
        told.set()

    async def obey() -> None:
        await signalled()
        told.set()

    async with AsyncExitStack() as stack:
        app = App(await stack.enter_async_context(assemble(configuration)), version("remit"))
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(obey)
            tasks.start_soon(speak)
            await told.wait()
            await app.settle(SETTLE)
            if not spoken.is_set():
                await stack.aclose()
                # A thread still waits for standard input, and nothing wakes it. All that lasts is closed.
                os._exit(0)
            tasks.cancel_scope.cancel()


async def signalled() -> None:
    """Returns when somebody tells the process to stop."""
    with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        async for _ in signals:
            return


class HttpServer(uvicorn.Server):
    """Sets `ready` once it answers."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = anyio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        log.info("listening", extra={"host": self.config.host, "port": self.config.port})
        self.ready.set()

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """uvicorn would raise the signal again once it has stopped, and the log would be left open."""
        yield

    async def serve_until_told(self) -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._stop_on_signal)
            await self.serve()
            tasks.cancel_scope.cancel()

    async def _stop_on_signal(self) -> None:
        await signalled()
        self.should_exit = True


def http_server(app: App, configuration: Configuration, listen: tuple[str, int]) -> HttpServer:
    host, port = listen
    if not is_loopback(host):
        raise ConfigurationError(
            f"{host} can be reached from other machines, and this server can't tell who calls from there",
            where=f"{configuration.file} or --listen",
            remedy="Listen on 127.0.0.1.",
        )
    names = {host, "localhost", "127.0.0.1"}
    hosts = sorted(f"[{name}]:{port}" if ":" in name else f"{name}:{port}" for name in names)
    return HttpServer(
        uvicorn.Config(
            app.http(hosts),
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=10,
        )
    )


def address(text: str) -> tuple[str, int]:
    """HOST:PORT, or a URL's. Raises `argparse.ArgumentTypeError`."""
    parts = urlsplit(text if "//" in text else f"//{text}")
    try:
        port = parts.port
    except ValueError:
        port = None
    if not parts.hostname or port is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not HOST:PORT, as in 127.0.0.1:8787")
    return parts.hostname, port


def own_address(configuration: Configuration) -> tuple[str, int]:
    """Where server.url points. Raises `ConfigurationError`."""
    try:
        return address(configuration.document.server.url)
    except argparse.ArgumentTypeError as error:
        raise ConfigurationError(
            f"server.url: {error}",
            where=str(configuration.file),
            remedy="Add the port, or say where to listen with --listen 127.0.0.1:8787.",
        ) from None


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
