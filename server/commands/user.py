"""`remit user`: ends all that a user has open, in every process at once; blocks and allows users."""

import argparse
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import anyio

from policies.document import Document
from policies.visible import visible
from server.commands.opened import opened
from server.commands.operator import operator
from server.commands.options import takes_configuration
from server.configuration import load
from server.connections import Connections
from server.decisions import Decisions
from server.endings import Ended, Ending, Endings, of_users
from server.keys import Ring, store_password
from server.moments import moment
from server.store import look_into_store


def configure(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(required=True, metavar="end|allow|list", dest="what")
    ending = what.add_parser("end", help="end sessions, tokens, connections and open questions of a user")
    ending.add_argument("--tenant", type=given, metavar="TENANT", help="in this tenant alone")
    ending.add_argument("--block", action="store_true", help="refuse the user until `remit user allow`")
    ending.add_argument(
        "--keep-connections", action="store_true", help="leave the user's accounts with sources connected"
    )
    allowing = what.add_parser("allow", help="let a user sign in again who was blocked")
    listing = what.add_parser("list", help="whose sessions were ended, when, by whom, and who is blocked")
    for each in (ending, allowing):
        each.add_argument("user", type=given, metavar="USER", help="as the issuer's tokens call them (`sub`)")
        each.add_argument("--why", default="", metavar="TEXT", help="goes on record")
    for each in (ending, allowing, listing):
        takes_configuration(each)
        each.add_argument("--json", action="store_true", help="print JSON")


def given(text: str) -> str:
    """Raises `argparse.ArgumentTypeError` for a name that would stand for everybody."""
    if not text:
        raise argparse.ArgumentTypeError("the name is empty: write one")
    return text


def run(options: argparse.Namespace) -> int:
    document = load(options.config).document
    actions: dict[str, Callable[[argparse.Namespace, Document], int]] = {
        "end": _end,
        "allow": _allow,
        "list": _list,
    }
    return actions[options.what](options, document)


def _end(options: argparse.Namespace, document: Document) -> int:
    done = anyio.run(ended, document, options)
    facts = {
        "user": options.user,
        "tenant": options.tenant,
        "blocked": options.block,
        "connections": done.connections,
        "questions": done.questions,
    }
    if options.json:
        print(json.dumps(facts))
        return 0
    print(f"What {visible(options.user)} had open is ended, and on record: every sign-in until now, ", end="")
    print(f"{done.connections} connections, {done.questions} open questions.")
    print(
        f"They are refused until `remit user allow {visible(options.user)}`."
        if options.block
        else "Who signs in again is admitted again; --block refuses them."
    )
    return 0


def _allow(options: argparse.Namespace, document: Document) -> int:
    found = anyio.run(allowed, document, options)
    if options.json:
        print(json.dumps({"user": options.user, "allowed": found}))
    elif found:
        print(f"{visible(options.user)} may sign in again. It is on record.")
    else:
        print(f"{visible(options.user)} is not blocked: remit user list shows who is.")
    return 0 if found else 1


def _list(options: argparse.Namespace, document: Document) -> int:
    found = anyio.run(listed, document)
    for ending in found:
        print(json.dumps(facts(ending)) if options.json else line(ending))
    if not found and not options.json:
        print("Nobody's sessions were ended.")
    return 0


async def ended(document: Document, options: argparse.Namespace) -> Ended:
    async with _endings(document) as endings:
        return await endings.end_user(
            options.tenant or "",
            options.user,
            by=operator(),
            why=options.why,
            block=options.block,
            keep_connections=options.keep_connections,
        )


async def allowed(document: Document, options: argparse.Namespace) -> bool:
    async with _endings(document) as endings:
        return await endings.allow(options.user, by=operator(), why=options.why)


async def listed(document: Document) -> list[Ending]:
    async with look_into_store(document, store_password(document)) as reader:
        return await of_users(reader)


@asynccontextmanager
async def _endings(document: Document) -> AsyncGenerator[Endings]:
    """Raises `ConfigurationError` or `AuditUnavailable`."""
    async with opened(document) as its:
        connections = Connections(its.store, its.audit, Ring(its.store, its.masters))
        yield Endings(its.store, its.audit, connections, Decisions(its.store, its.audit))


def facts(ending: Ending) -> dict[str, object]:
    return {
        "user": ending.user,
        "tenant": ending.tenant or None,
        "blocked": ending.blocks,
        "ended_at": moment(ending.ended_at).isoformat(timespec="seconds"),
        "by": ending.by,
        "why": ending.why,
    }


def line(ending: Ending) -> str:
    whose = f"{visible(ending.tenant)}/{visible(ending.user)}" if ending.tenant else visible(ending.user)
    state = "BLOCKED" if ending.blocks else "ended"
    when = moment(ending.ended_at).isoformat(timespec="seconds")
    return (
        f"{whose}  {state} at {when} by {visible(ending.by)}{': ' if ending.why else ''}{visible(ending.why)}"
    )
