"""`remit credential`: the accounts that users have connected, without their secrets; to end one."""

import argparse
import getpass
import json
from contextlib import AsyncExitStack

import anyio

from policies.document import Document
from policies.renewal import said
from policies.visible import visible
from server.assembly import connected
from server.commands.opened import opened
from server.commands.options import takes_configuration
from server.configuration import load
from server.connections import Connection, Connections
from server.keys import Ring
from server.moments import day
from server.oauth.revoking import Revoking
from server.oauth.servers import authorization_servers


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
    if anyio.run(revoked, document, options.id, options.why):
        print("It is ended, and on record. If it was misused, end the account in the system itself, too.")
        return 0
    print("There is no such connection: remit credential list shows those there are.")
    return 1


async def listed(document: Document) -> list[Connection]:
    async with opened(document) as its:
        return await Connections(its.store, its.audit, Ring(its.store, its.masters)).everybody()


async def revoked(document: Document, id: str, why: str) -> bool:  # noqa: A002
    """False where there is none. A system that gave tokens is asked to take them back, once, right here.

    Raises `ConfigurationError` or `AuditUnavailable`.
    """
    async with opened(document) as its, AsyncExitStack() as stack:
        ring = Ring(its.store, its.masters)
        connections = Connections(its.store, its.audit, ring)
        for connection in await connections.everybody():
            if connection.id == id:
                break
        else:
            return False
        ended = await connections.end(connection, by=getpass.getuser(), why=why)
        if connection.scopes:
            sources = connected(document)
            for source in sources.values():
                stack.push_async_callback(source.connector.close)
            servers = authorization_servers(sources, document.root)
            await Revoking(its.store, its.audit, ring, connections, servers).look()
        return ended


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
    login = visible(connection.login or connection.scopes)
    return (
        f"{connection.id}  {visible(connection.tenant)}/{visible(connection.user)}  {connection.source} as "
        f"{login}, since {day(connection.made_at)}, {used}, renew by {day(connection.due_at)}{due}"
    )
