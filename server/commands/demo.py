"""`remit demo`: a sample organisation, a tour through it with a real MCP client, and then the server."""

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import cast

import anyio

from policies.call import Transport
from server.assembly import assemble
from server.commands.audit import told, verify
from server.commands.serve import address, pages_of
from server.configuration import Configuration, load
from server.demo import settings, tour
from server.demo.organisation import FOR_A_TOUR, found
from server.listening import HttpServer


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--once", action="store_true", help="end after the tour; 0 only if every step went as told"
    )
    parser.add_argument("--dir", type=Path, default=Path("demo"), metavar="DIR", help="default: demo")
    parser.add_argument(
        "--listen",
        type=address,
        default=("127.0.0.1", 8787),
        metavar="HOST:PORT",
        help="default: 127.0.0.1:8787",
    )


def run(options: argparse.Namespace) -> int:
    configuration = load(found(options.dir, FOR_A_TOUR))
    status = 0
    try:
        anyio.run(partial(guide, configuration, options.listen, once=options.once))
    except* tour.TourError as failed:
        print(f"remit: {first(failed)}", file=sys.stderr)
        status = 1
    return status


def first(error: BaseException) -> BaseException:
    """The error itself, out of the groups that task groups wrap it in."""
    while isinstance(error, BaseExceptionGroup):
        error = cast("BaseExceptionGroup[BaseException]", error).exceptions[0]
    return error


async def guide(configuration: Configuration, listen: tuple[str, int], *, once: bool) -> None:
    command = serve_command(configuration.file)
    print(f"A sample organisation lies in {configuration.file.parent}.")
    print("A client starts the server over stdio, as Claude Desktop would, and asks as Ada, an analyst:\n")
    with (configuration.file.parent / "server.log").open("a") as log:
        await tour.over_stdio(command, print, log, partial(remit, configuration.file))
    print("The audit log, verified with the public key alone:")
    report = await verify(configuration.document, None, None)
    print(f"   {told(report)}")
    if not report.ok:
        raise tour.TourError("the audit log does not hold")
    async with assemble(configuration) as service, anyio.create_task_group() as tasks:
        pages = pages_of(service, configuration.document, Transport.HTTP)
        server = HttpServer(service, configuration.document, listen, pages=pages)
        tasks.start_soon(server.serve_until_told)
        await server.ready.wait()
        url = f"http://{listen[0]}:{listen[1]}/mcp"
        print(f"\nThe same over HTTP at {url}, in the handshake era of the protocol:\n")
        await tour.over_http(url, print)
        if once:
            server.stop()
            return
        print("Every step went as told. To use it from a client, paste this into its settings:\n")
        print(settings.text(settings.stdio(command)))
        print("\nor, while this server runs:\n")
        print(settings.text(settings.http(url)))
        print(f"\nServing at {url} until you press Ctrl-C.")


def remit(configuration: Path, command: Sequence[str]) -> int:
    """Runs a command of remit's over the sample organisation. Returns its status."""
    from server.cli import parser  # noqa: PLC0415 - which has this command among its own

    arguments = [*command, "--config", str(configuration)]
    options = parser(arguments).parse_args(arguments)
    status: int = options.command(options)
    return status


def serve_command(configuration: Path) -> Sequence[str]:
    return [str(Path(sys.argv[0]).absolute()), "serve", "--stdio", "--config", str(configuration)]
