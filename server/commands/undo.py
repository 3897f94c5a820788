"""`remit undo ID`: takes an action of one's own back, at the terminal."""

import argparse
import secrets
import sys
from importlib.metadata import version

import anyio

from policies.call import Answer, Caller, Channel, Reply, Request, Transport
from policies.difference import three_ways
from policies.errors import Conflict
from policies.question import AnswerNeeded, Question
from server.assembly import Service, assemble
from server.commands.options import takes_configuration
from server.configuration import Configuration, load
from server.rollback import UNDO


def configure(parser: argparse.ArgumentParser) -> None:
    takes_configuration(parser)
    parser.add_argument("id", metavar="ID", help="the action, as remit actions lists it")
    parser.add_argument(
        "--items",
        type=int,
        nargs="+",
        metavar="N",
        help="only these of its changes, counted from 1 in the order they were shown in",
    )


def run(options: argparse.Namespace) -> int:
    """Raises a `Refusal`: the command line tells it."""
    try:
        reply = anyio.run(undo, load(options.config), options.id, options.items)
    except Conflict as conflict:
        print(three_ways(conflict), file=sys.stderr)
        raise
    print(reply.text)
    return 0


async def undo(configuration: Configuration, action: str, items: list[int] | None) -> Reply:
    arguments: dict[str, object] = {"id": action, **({"items": items} if items else {})}
    async with assemble(configuration) as service:
        try:
            return await call(service, arguments, None)
        except AnswerNeeded as needed:
            return await call(service, arguments, asked(needed.question))


async def call(service: Service, arguments: dict[str, object], answer: Answer | None) -> Reply:
    caller = Caller(Transport.STDIO, f"remit undo {version('remit')}", channels=frozenset({Channel.TERMINAL}))
    return await service.pipeline.run(
        Request(secrets.token_hex(16), caller, UNDO.name, arguments, answer=answer)
    )


def asked(question: Question) -> Answer:
    """What the person at the terminal says. Raises `AnswerNeeded` where somebody else has to."""
    if question.channel is not Channel.TERMINAL:
        raise AnswerNeeded(question)
    print(question.text, file=sys.stderr)
    print('\nType "yes" to do exactly this: ', end="", file=sys.stderr, flush=True)
    return Answer(question.action, Channel.TERMINAL, yes=sys.stdin.readline().strip() == "yes")
