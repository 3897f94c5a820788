"""`remit approvals`: what waits for the local user's yes, as our page lists it; to approve or decline it."""

import argparse
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio

from policies.call import Caller, Tool, Transport, User
from policies.change import Kind
from policies.question import caveats, changes_in_words
from policies.visible import visible
from server.commands.opened import opened
from server.commands.options import takes_configuration
from server.configuration import Configuration, load
from server.deciding import Deciding
from server.decisions import Decisions
from server.identity import Identity
from server.pages.decisions import Question
from tools.catalogue import Catalogue, definitions

NOTHING = "Nothing waits for you under this id: it was decided, has expired, or is not yours to decide."


def configure(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(required=True, metavar="list|approve|decline", dest="what")
    listing = what.add_parser("list", help="what waits: your own actions, and others' that you may approve")
    listing.add_argument("--json", action="store_true", help="a JSON object a line")
    takes_configuration(listing)
    for name, does in (("approve", "say yes to what somebody else proposed"), ("decline", "say no")):
        deciding = what.add_parser(name, help=does)
        deciding.add_argument("id", metavar="ID")
        deciding.add_argument("--why", required=True, metavar="TEXT", help="goes on record")
        takes_configuration(deciding)


def run(options: argparse.Namespace) -> int:
    configuration = load(options.config)
    if options.what == "list":
        waiting = anyio.run(listed, configuration)
        for question in waiting:
            print(json.dumps(facts(question)) if options.json else told(question))
        if not waiting and not options.json:
            print("Nothing waits for you.")
        return 0
    if anyio.run(decided, configuration, options.id, options.what == "approve", options.why):
        print("It is on record.")
        return 0
    print(NOTHING)
    return 1


async def listed(configuration: Configuration) -> list[Question]:
    async with deciding(configuration) as (decider, user):
        return [*await decider.waiting(user)]


async def decided(configuration: Configuration, action: str, yes: bool, why: str) -> bool:  # noqa: FBT001
    """False where there is nothing to decide. One's own action is confirmed where it was asked for."""
    async with deciding(configuration) as (decider, user):
        question = await decider.question(action, user)
        if question is None or (yes and question.role != "approve"):
            return False
        return await decider.decide(action, user, yes=yes, why=why, digest=question.digest)


@asynccontextmanager
async def deciding(configuration: Configuration) -> AsyncGenerator[tuple[Deciding, User]]:
    """For the local user. Raises `ConfigurationError`, `Denied` or `AuditUnavailable`."""
    document = configuration.document
    user = await Identity(document.identity.local).identify(Caller(Transport.STDIO, "remit approvals"))
    catalogue = Catalogue(definitions(document), _open)
    async with opened(document) as its:
        decisions = Decisions(its.store, its.audit)
        yield Deciding(its.store, its.audit.actions, decisions, configuration.policy, catalogue), user


def _open(user: User, tool: Tool, transport: Transport) -> None:
    """Whether somebody may use a tool is not asked here."""


def facts(question: Question) -> dict[str, object]:
    kinds = [change.kind for change in question.effect.changes]
    return {
        "id": question.id,
        "role": question.role,
        "requester": question.requester,
        "tool": question.tool,
        "risk": question.risk,
        "final": question.effect.final,
        "hidden": list(question.effect.hidden),
        "destinations": list(question.effect.destinations),
        "reasons": list(question.reasons),
        "changes": {kind.value: kinds.count(kind) for kind in Kind if kind in kinds},
        "expires_at": question.expires_at,
    }


def told(question: Question) -> str:
    """The whole of it, as on the page."""
    head = f"{question.id}  to {question.role}, asked for by {visible(question.requester)}, {question.tool}"
    lines = [*changes_in_words(question.effect), *caveats(question.effect, question.reasons)]
    return "\n".join([head, *(f"    {line}" for line in lines)])
