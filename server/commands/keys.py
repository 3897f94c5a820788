"""`remit keys`: the masters and what they wrap; to rotate them, and to destroy a tenant's key."""

import argparse
import json
import sys
from functools import partial

import anyio

from policies.call import Receipt
from policies.document import Document
from server.audit import Audit
from server.commands.opened import opened
from server.commands.operator import operator
from server.commands.options import takes_configuration
from server.configuration import load
from server.context import rows as contexts
from server.digests import printable
from server.keys import open_masters, rows, store_password
from server.keys.rotation import Rotated, rotate
from server.keys.rows import Held
from server.moments import day
from server.store import look_into_store
from server.transaction import Transaction


def configure(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(required=True, metavar="list|rotate|destroy", dest="what")
    listing = what.add_parser("list", help="the masters, and the keys that each of them wraps")
    rotating = what.add_parser("rotate", help="wrap every key under keys.master, while others go on reading")
    destroying = what.add_parser("destroy", help="make all secrets of a tenant unreadable, for good")
    destroying.add_argument("--tenant", required=True, metavar="T")
    destroying.add_argument("--why", required=True, metavar="TEXT", help="goes on record")
    destroying.add_argument("--yes", action="store_true", help="do not ask")
    for each in (listing, rotating, destroying):
        takes_configuration(each)
        each.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    document = load(options.config).document
    match options.what:
        case "list":
            names, found = anyio.run(look, document)
            print(json.dumps(facts(names, found)) if options.json else told(names, found))
        case "rotate":
            names, rotated = anyio.run(renew, document)
            print(json.dumps(rotation_facts(names, rotated)) if options.json else rotation(names, rotated))
        case _:
            return destruction(document, options)
    return 0


async def look(document: Document) -> tuple[tuple[str, ...], Held]:
    """The names of the masters, the current one first. Raises `ConfigurationError` or `StoreUnavailable`."""
    async with look_into_store(document, store_password(document)) as reader:
        found = await reader.read(rows.read_all)
        # One that has no keys yet has no master yet, and looking makes none.
        return (await open_masters(document, reader)).names if found.root else (), found


async def renew(document: Document) -> tuple[tuple[str, ...], Rotated]:
    """Raises `ConfigurationError` or `AuditUnavailable`."""
    async with opened(document) as its:
        rotated = await rotate(its.store, its.masters)
        await its.audit.put(
            "",
            lambda _: {
                "event": "keys_rotated",
                "user": printable(operator()),
                "master": its.masters.current.name,
                "rewrapped": rotated.rewrapped,
            },
        )
        return its.masters.names, rotated


def destruction(document: Document, options: argparse.Namespace) -> int:
    tenant = printable(options.tenant)
    if not options.yes:
        print(f"No secret of {tenant} can be read afterwards, by anybody.", file=sys.stderr)
        print('Type "yes" to destroy its key: ', end="", file=sys.stderr, flush=True)
        if sys.stdin.readline().strip() != "yes":
            print("Nothing was destroyed.", file=sys.stderr)
            return 1
    versions = anyio.run(destroy, document, options.tenant, options.why)
    if options.json:
        print(json.dumps({"tenant": options.tenant, "destroyed": versions}))
    elif versions:
        print(f"The key of {tenant} is destroyed, and that is on record.")
        print("Backups of the store may still hold it, wrapped: let them expire.")
    else:
        print(f"{tenant} has no key here: `remit keys list` says who has.", file=sys.stderr)
    return 0 if versions else 1


async def destroy(document: Document, tenant: str, why: str) -> list[int]:
    """The versions that are no more, on record. Raises `ConfigurationError` or `AuditUnavailable`."""
    async with opened(document) as its:
        by = operator()
        versions, receipt = await its.store.run(partial(_destroy, its.audit, tenant, why, by))
        if receipt is not None:
            its.audit.acknowledge(receipt)
        return versions


def _destroy(audit: Audit, tenant: str, why: str, by: str) -> Transaction[tuple[list[int], Receipt | None]]:
    versions = yield from rows.destroy(tenant)
    if not versions:
        return [], None
    yield from contexts.end(tenant, "", "")
    return versions, (
        yield from audit.append(
            "",
            lambda _: {
                "event": "key_destroyed",
                "tenant": printable(tenant),
                "user": printable(by),
                "versions": [*versions],
                "why": printable(why),
            },
        )
    )


def facts(names: tuple[str, ...], found: Held) -> dict[str, object]:
    counted = found.by_master
    strange = sorted(counted.keys() - set(names))
    return {
        "masters": [
            {"name": name, "current": name in names[:1], "configured": name in names, "keys": counted[name]}
            for name in (*names, *strange)
        ],
        "under_former": counted.total() - sum(counted[name] for name in names[:1]),
        "root": found.root and {"master": found.root.wrapped.master, "made_at": found.root.made_at},
        "tenants": [
            {
                "tenant": key.tenant,
                "version": key.version,
                "master": "" if key.destroyed_at else key.wrapped.master,
                "made_at": key.made_at,
                "destroyed_at": key.destroyed_at or None,
            }
            for key in found.tenants
        ],
    }


def told(names: tuple[str, ...], found: Held) -> str:
    if found.root is None:
        return "The store has no keys yet: `remit serve` makes them at its first start."
    counted = found.by_master
    lines = [f"master      {names[0]}: {_keys(counted[names[0]])}"]
    lines += [f"former      {name}: {_keys(counted[name])}" for name in names[1:]]
    lines += [f"MISSING     {name}: {_keys(counted[name])}" for name in sorted(counted.keys() - set(names))]
    lines.append(f"root key    made {day(found.root.made_at)}, under {found.root.wrapped.master}")
    for key in found.tenants:
        state = f"destroyed {day(key.destroyed_at)}" if key.destroyed_at else f"under {key.wrapped.master}"
        lines.append(f"tenant key  {printable(key.tenant)} {key.version}, made {day(key.made_at)}, {state}")
    if counted.total() > counted[names[0]]:
        lines.append("`remit keys rotate` wraps all of them under the master.")
    return "\n".join(lines)


def rotation_facts(names: tuple[str, ...], rotated: Rotated) -> dict[str, object]:
    return {
        "master": names[0],
        "rewrapped": rotated.rewrapped,
        "kept": rotated.kept,
        "removable": [name for name in names[1:] if name not in rotated.needed],
    }


def rotation(names: tuple[str, ...], rotated: Rotated) -> str:
    lines = [f"{names[0]} wraps all keys: {rotated.rewrapped} now, {rotated.kept} before."]
    lines += [
        f"No key needs {name} any more: take it out of keys.former."
        for name in names[1:]
        if name not in rotated.needed
    ]
    if left := sorted(rotated.needed - {names[0]}):
        lines = [
            f"{names[0]} wraps {_keys(rotated.rewrapped)} more, but others are under {', '.join(left)}.",
            "Restart every process with the new keys.master, and rotate again.",
        ]
    return "\n".join(lines)


def _keys(count: int) -> str:
    return "1 key" if count == 1 else f"{count} keys"
