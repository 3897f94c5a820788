"""`remit serve`: the server, over stdio for one local user or over HTTP."""

import argparse
import os
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

import anyio

from policies.call import Transport
from policies.document import Document
from policies.errors import ConfigurationError
from server import logs
from server.assembly import Service, assemble
from server.commands.options import takes_configuration
from server.configuration import Configuration, load
from server.front import Address
from server.listening import SETTLE, HttpServer, hold, refuse_exposure, signalled
from server.loading import Loading
from server.memory import give_back_what_is_freed, leave_alone_what_stays, leave_no_core
from server.pages import listening
from server.pages.app import Pages
from server.protocol import stdio
from server.protocol.app import App
from server.web.siblings import Place
from server.workers import REFUSED, Workers

HEAD_START = 0.25  # seconds
LOOP = {"use_uvloop": True}  # docs/decisions/0014


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
    parser.add_argument(
        "--workers",
        type=several,
        default=1,
        metavar="N",
        help="serve HTTP in so many processes over one PostgreSQL store; default: 1",
    )


def run(options: argparse.Namespace) -> int:
    give_back_what_is_freed()
    leave_no_core()
    configuration = load(options.config)
    if options.stdio:
        return end(anyio.run(serve_stdio, configuration, backend_options=LOOP))
    where: Address = options.listen or own_address(configuration)
    if options.workers > 1:
        return serve_with_workers(configuration, where, options.workers)
    return end(anyio.run(serve_http, configuration, where, backend_options=LOOP))


async def serve_http(
    configuration: Configuration, where: Address, place: Place | None = None
) -> ConfigurationError | None:
    """Serves until a signal says to stop, or redaction does not load: then it returns why.

    Raises `ConfigurationError` for what must not run.
    """
    async with assemble(configuration) as service:
        document = configuration.document
        pages = pages_of(service, document, Transport.HTTP)
        server = HttpServer(service, document, where, place=place, pages=pages)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(partial(load_redaction, service.redaction, server.stop, for_many=True))
            await server.serve_until_told()
            tasks.cancel_scope.cancel()
        return service.redaction.failed


def serve_with_workers(configuration: Configuration, where: Address, count: int) -> int:
    """Raises `ConfigurationError`."""
    document = configuration.document
    if document.server.store.startswith("sqlite:"):
        raise ConfigurationError(
            f"{count} workers would wait for each other on one SQLite file",
            where="server.store",
            remedy='Write store = "postgresql://...", or leave --workers out.',
        )
    refuse_exposure(document, where[0])
    with hold(where, shared=True):
        return Workers(count, partial(work, configuration.file, where)).run()


def work(file: Path, where: Address, place: Place) -> None:
    """What one worker does, in a process of its own."""
    give_back_what_is_freed()
    leave_no_core()
    logs.configure()
    try:
        failed = anyio.run(serve_http, load(file), where, place, backend_options=LOOP)
    except ConfigurationError as error:
        failed = error
    end(failed)


async def serve_stdio(configuration: Configuration) -> ConfigurationError | None:
    """Serves until standard input ends, or as `serve_http` does."""
    spoken, told = anyio.Event(), anyio.Event()

    async def speak() -> None:
        await stdio.serve(app)
        spoken.set()
        told.set()

    async def obey() -> None:
        await signalled()
        told.set()

    async with AsyncExitStack() as stack:
        service = await stack.enter_async_context(assemble(configuration))
        document = configuration.document
        pages = pages_of(service, document, Transport.STDIO)
        async with (
            listening.serving(pages, document.server.url) as links,
            anyio.create_task_group() as tasks,
        ):
            app = App(service, version("remit"), Transport.STDIO, address=lambda: links.url)
            tasks.start_soon(obey)
            tasks.start_soon(speak)
            tasks.start_soon(partial(load_redaction, service.redaction, told.set, for_many=False))
            await told.wait()
            await app.settle(SETTLE)
            if not spoken.is_set():
                await stack.aclose()
                end(service.redaction.failed)  # a thread still waits for standard input, and nothing wakes it
            tasks.cancel_scope.cancel()
        return service.redaction.failed


async def load_redaction(redaction: Loading, stop: Callable[[], None], *, for_many: bool) -> None:
    """Once clients had time to be greeted, as importing slows all else down; stops what can't mask."""
    await anyio.sleep(HEAD_START)
    # Or the collector would look through all of it again and again while more is imported.
    leave_alone_what_stays(seldom=True)
    await redaction.settled()
    if redaction.failed:
        stop()
    else:
        leave_alone_what_stays(seldom=for_many)


def end(failed: ConfigurationError | None) -> NoReturn:
    """Ends the process, once all that lasts is closed.

    The interpreter would wait for threads that may never end, or end under one that loads a library; and to
    take itself down takes it a third of a second.
    """
    if failed is not None:
        print(f"remit: {failed}", file=sys.stderr)
    os._exit(0 if failed is None else REFUSED)


def pages_of(service: Service, document: Document, transport: Transport) -> Pages:
    return Pages.of(
        document,
        transport,
        store=service.store,
        keys=service.keys,
        identity=service.identity,
        decider=service.deciding,
        connecting=service.connecting,
        endings=service.endings,
        failures=service.monitoring.failures,
        administration=service.administration,
    )


def address(text: str) -> Address:
    """HOST:PORT, or a URL's. Raises `argparse.ArgumentTypeError`."""
    parts = urlsplit(text if "//" in text else f"//{text}")
    try:
        port = parts.port
    except ValueError:
        port = None
    if not parts.hostname or port is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not HOST:PORT, as in 127.0.0.1:8787")
    return parts.hostname, port


def several(text: str) -> int:
    """Raises `argparse.ArgumentTypeError`."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 64:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 64")
    return int(text)


def own_address(configuration: Configuration) -> Address:
    """Where server.url points. Raises `ConfigurationError`."""
    try:
        return address(configuration.document.server.url)
    except argparse.ArgumentTypeError as error:
        raise ConfigurationError(
            f"server.url: {error}",
            where=str(configuration.file),
            remedy="Add the port, or say where to listen with --listen 127.0.0.1:8787.",
        ) from None
