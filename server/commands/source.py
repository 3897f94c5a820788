"""`remit source`: the inventory of connected systems, their test calls and their switches."""

import argparse
import json
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import cast

import anyio

from policies.checklist import Point
from policies.document import Document
from policies.secret import Credential
from server.assembly import connected
from server.commands.opened import opened
from server.commands.operator import operator
from server.commands.options import takes_configuration
from server.configuration import load
from server.connections import Connections
from server.digests import printable
from server.inventory import Entry, Inventory, Known, known
from server.keys import Ring, resolve, store_password
from server.moments import day
from server.store import look_into_store
from server.switches import sources_off, switch_off
from server.transaction import Transaction
from server.trial import Trial, trial
from tools.catalogue import definitions


def configure(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(required=True, metavar="list|test|enable|disable", dest="what")
    listing = what.add_parser(
        "list", help="every source: its checklist, whether it is on, its last use and its next review"
    )
    testing = what.add_parser(
        "test", help="reach one source, look at what its credential may do, and keep how that went"
    )
    enabling = what.add_parser(
        "enable", help="let a source be used, once nothing on its checklist is missing"
    )
    disabling = what.add_parser(
        "disable",
        help="switch a source off, for everybody and at once; one that is in the configuration no more loses "
        "its connections and its record",
    )
    for each in (enabling, disabling):
        each.add_argument("--why", required=True, metavar="TEXT", help="the reason, for the log")
    testing.add_argument(
        "--login", metavar="NAME", help="the account to test with, where each user has their own"
    )
    testing.add_argument(
        "--secret",
        metavar="REFERENCE",
        help="where its secret is: env:NAME, file:/path or keyring:service/name",
    )
    for each in (testing, enabling, disabling):
        each.add_argument("source", metavar="SOURCE")
    for each in (listing, testing, enabling, disabling):
        takes_configuration(each)
        each.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    document = load(options.config).document
    if options.what == "list":
        listed = anyio.run(inventory, document)
        print(
            json.dumps(listed) if options.json else "\n".join(map(line, listed)) or "No source is configured."
        )
        return 0
    configured = options.source in document.sources
    if not configured and (options.what != "disable" or not anyio.run(is_left, document, options.source)):
        names = ", ".join(document.sources) or "none"
        print(f"remit: there is no source {options.source!r}. There are: {names}.", file=sys.stderr)
        return 2
    match options.what:
        case "test":
            return test(document, options)
        case "enable":
            return enable(document, options)
        case _ if configured:
            anyio.run(disabled, document, options.source, options.why)
            told = "is switched off"
        case _:
            ended = anyio.run(removed, document, options.source, options.why)
            told = f"is out of the inventory. Connections that ended with it: {ended}"
    state = {"source": options.source, "on": False}
    print(json.dumps(state) if options.json else f"{options.source} {told}.")
    return 0


async def inventory(document: Document) -> list[dict[str, object]]:
    """Raises `ConfigurationError`, or `StoreUnavailable`."""
    async with look_into_store(document, store_password(document)) as reader:
        off, has = await reader.read(_state)
    tools = definitions(document)
    its = Inventory(document.sources)
    records = has.entries
    listed: list[dict[str, object]] = []
    for name, source in document.sources.items():
        entry = records.get(name)
        enabled = its.is_enabled(name, entry)
        listed.append(
            {
                "source": name,
                "configured": True,
                "kind": source.kind,
                "classification": source.classification,
                "credential": source.credential if source.asks_who_comes else "none",
                "extent": dict(source.extent),
                "tools": [tool.name for tool in tools if tool.source == name],
                "on": enabled and name not in off,
                "why": off.get(name, ""),
                "enabled": enabled,
                "checklist": {point.name: point.said or None for point in its.points(name, entry)},
                **moments(entry),
            }
        )
    left = sorted(has.sources - document.sources.keys())
    return listed + [_left(name, records.get(name)) for name in left]


def _left(name: str, entry: Entry | None) -> dict[str, object]:
    """One that the store knows and the configuration does not."""
    return {
        "source": name,
        "configured": False,
        "kind": None,
        "classification": None,
        "credential": None,
        "extent": {},
        "tools": [],
        "on": False,
        "why": "",
        "enabled": False,
        "checklist": {},
        **moments(entry),
    }


def _state() -> Transaction[tuple[dict[str, str], Known]]:
    off = yield from sources_off()
    return off, (yield from known())


def moments(entry: Entry | None) -> dict[str, object]:
    if entry is None or not entry.enabled_at:
        return {"enabled_by": None, "enabled_on": None, "last_used": None, "next_review": None}
    return {
        "enabled_by": entry.enabled_by,
        "enabled_on": day(entry.enabled_at),
        "last_used": day(entry.used_at) if entry.used_at else None,
        "next_review": day(entry.review_at),
    }


def line(source: Mapping[str, object]) -> str:
    if not source["configured"]:
        name = printable(str(source["source"]))
        return f'{name:20}  not in the configuration any more: remit source disable {name} --why "..."'
    extent = ", ".join(f"{what}: {count}" for what, count in cast("dict[str, int]", source["extent"]).items())
    facts = f"{source['kind']:10}  {source['classification']:12}  {extent}"
    told = [f"{source['source']:20}  {facts}  {state(source)}"]
    if source["enabled"]:
        used = f"last used {source['last_used']}" if source["last_used"] else "not used yet"
        told.append(f"enabled on {source['enabled_on']} by {printable(str(source['enabled_by']))}, {used}")
        told[-1] += f", next review {source['next_review']}"
    checklist = cast("Mapping[str, str | None]", source["checklist"])
    told += [f"{name}: {printable(said) if said else 'MISSING'}" for name, said in checklist.items()]
    return "\n    ".join(told)


def state(source: Mapping[str, object]) -> str:
    if source["on"]:
        return "on"
    return f"off: {printable(str(source['why']))}" if source["enabled"] else "not enabled"


def test(document: Document, options: argparse.Namespace) -> int:
    if options.login is not None and options.secret is None:
        print("remit: --login comes with --secret.", file=sys.stderr)
        return 2
    tried = anyio.run(try_out, document, options.source, options.login, options.secret)
    if options.json:
        found = [
            {"what": finding.what, "remedy": finding.remedy, "fatal": finding.fatal}
            for finding in tried.findings
        ]
        told = {"source": options.source, "ok": not found, "passed": tried.passed, "findings": found}
        print(json.dumps(told))
    else:
        for finding in tried.findings:
            print(f"{finding.what}. {finding.remedy}")
        if not tried.findings:
            print(f"{options.source} answers, and its credential can do no more than it should.")
    return 1 if tried.findings else 0


async def try_out(document: Document, source: str, login: str | None, secret: str | None) -> Trial:
    """Raises `ConfigurationError` or `AuditUnavailable`."""
    credential = Credential(resolve(secret, document.root), login or "") if secret else None
    found = connected(document)
    async with AsyncExitStack() as stack:
        for each in found.values():
            stack.push_async_callback(each.connector.close)
        tried = await trial(source, found[source], credential)
    async with opened(document) as its:
        await Inventory(document.sources).test(
            its.store, its.audit, source, operator(), passed=tried.passed, unsafe=tried.unsafe
        )
    return tried


def enable(document: Document, options: argparse.Namespace) -> int:
    missing = anyio.run(enabled, document, options.source, options.why)
    if options.json:
        named = [{"point": point.name, "remedy": point.remedy} for point in missing]
        print(json.dumps({"source": options.source, "on": not missing, "missing": named}))
    elif missing:
        print(f"{options.source} is not enabled. Missing on its checklist:")
        for point in missing:
            print(f"  {point.name}: {point.remedy}")
    else:
        print(f"{options.source} is enabled.")
    return 1 if missing else 0


async def enabled(document: Document, source: str, why: str) -> list[Point]:
    """Gives what is missing. Raises `ConfigurationError` or `AuditUnavailable`."""
    async with opened(document) as its:
        return await Inventory(document.sources).enable(its.store, its.audit, source, operator(), why)


async def disabled(document: Document, source: str, why: str) -> None:
    """Raises `ConfigurationError` or `AuditUnavailable`."""
    async with opened(document) as its:
        await switch_off(its.store, its.audit, source, why=why, by=operator())


async def is_left(document: Document, source: str) -> bool:
    """Whether the store knows it. Raises `ConfigurationError` or `AuditUnavailable`."""
    async with opened(document) as its:
        return source in (await its.store.read(known)).sources


async def removed(document: Document, source: str, why: str) -> int:
    """How many connections ended. Raises `ConfigurationError` or `AuditUnavailable`."""
    async with opened(document) as its:
        connections, by = Connections(its.store, its.audit, Ring(its.store, its.masters)), operator()
        ended = [
            await connections.end(connection, by=by, why=why)
            for connection in await connections.everybody()
            if connection.source == source
        ]
        await Inventory(document.sources).forget(its.store, its.audit, source, by, why)
    return sum(ended)
