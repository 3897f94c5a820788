"""`remit credential`: the accounts that users have connected, without their secrets; to end one."""

import argparse
import json
import logging
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Final

import anyio

from policies.document import Document
from policies.errors import ConfigurationError
from policies.renewal import said
from policies.visible import visible
from server.assembly import connected
from server.commands.opened import opened
from server.commands.operator import operator
from server.commands.options import takes_configuration
from server.configuration import load
from server.connections import Connection, Connections
from server.keys import Ring
from server.moments import day
from server.oauth.revoking import Back, Revoking
from server.oauth.servers import authorization_servers

log = logging.getLogger("remit.oauth")

ENDED: Final = "It is ended, and on record."
BACK: Final[Mapping[Back, str]] = {
    Back.DONE: "{source} has taken its access back.",
    Back.LATER: "{source} has not taken its access back yet. remit serve asks again, for half a day. If it "
    "was misused, end it at {source} itself, too.",
    Back.NEVER: "{source} can't be asked to take its access back: end it at {source} itself, too.",
}
"""What became of tokens."""


def configure(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(required=True, metavar="list|revoke", dest="what")
    listing = what.add_parser("list", help="who has connected what, since when, last used, to be renewed by")
    listing.add_argument("--json", action="store_true", help="a JSON object a line")
    revoking = what.add_parser("revoke", help="end a connection; its secret is gone from the store at once")
    revoking.add_argument("id", metavar="ID")
    revoking.add_argument("--why", required=True, metavar="TEXT", help="goes on record")
    for each in (listing, revoking):
        takes_configuration(each)


def run(options: argparse.Namespace) -> int:
    document = load(options.config).document
    if options.what == "list":
        found = anyio.run(listed, document)
        for connection in found:
            print(json.dumps(facts(connection)) if options.json else line(connection))
        if not found and not options.json:
            print("Nobody has connected anything.")
        return 0
    told = anyio.run(revoked, document, options.id, options.why)
    print(told or "There is no such connection: remit credential list shows those there are.")
    return 0 if told else 1


async def listed(document: Document) -> list[Connection]:
    async with opened(document) as its:
        return await Connections(its.store, its.audit, Ring(its.store, its.masters)).everybody()


async def revoked(document: Document, id: str, why: str) -> str:  # noqa: A002
    """What became of it, in words; "" where there is none.

    A system that gave tokens is asked to take them back, once, right here. Raises `ConfigurationError` or
    `AuditUnavailable`.
    """
    async with opened(document) as its, AsyncExitStack() as stack:
        ring = Ring(its.store, its.masters)
        connections = Connections(its.store, its.audit, ring)
        for connection in await connections.everybody():
            if connection.id == id:
                break
        else:
            return ""
        if not await connections.end(connection, by=operator(), why=why):
            return ""
        if not connection.scopes:
            return f"{ENDED} If it was misused, end the account in the system itself, too."
        try:
            sources = connected(document)
            for source in sources.values():
                stack.push_async_callback(source.connector.close)
            servers = authorization_servers(sources, document.root)
        except ConfigurationError as error:
            log.warning("the system can't be asked to take an access back", extra={"why": str(error)})
            return f"{ENDED} {BACK[Back.LATER].format(source=connection.source)}"
        revoking = Revoking(its.store, its.audit, ring, connections, servers)
        return f"{ENDED} {BACK[await revoking.take_back(id)].format(source=connection.source)}"


def facts(connection: Connection) -> dict[str, object]:
    return {
        "id": connection.id,
        "tenant": connection.tenant,
        "user": connection.user,
        "source": connection.source,
        "login": connection.login,
        "scopes": connection.scopes.split(),
        "made_at": day(connection.made_at),
        "used_at": day(connection.used_at) if connection.used_at else None,
        "renew_by": day(connection.due_at),
        "due_within_days": connection.due_within,
        "networks": connection.restrictions.networks.split(),
        "per_minute": connection.restrictions.per_minute or None,
    }


def line(connection: Connection) -> str:
    used = f"last used {day(connection.used_at)}" if connection.used_at else "not used yet"
    days = connection.due_within
    due = "" if days is None else ", IT IS DUE" if days == 0 else f", DUE {said(days).upper()}"
    access = f"with access to {connection.scopes}" if connection.scopes else f"as {connection.login}"
    return (
        f"{connection.id}  {visible(connection.tenant)}/{visible(connection.user)}  {connection.source} "
        f"{visible(access)}, since {day(connection.made_at)}, {used}, renew by {day(connection.due_at)}{due}"
    )
