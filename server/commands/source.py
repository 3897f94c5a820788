"""`remit source`: the inventory of connected systems, and their switches."""

import argparse
import getpass
import json
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import cast

import anyio

from policies.document import Document
from policies.sources import Source
from server.assembly import connected, inspect
from server.commands.opened import opened
from server.commands.options import takes_configuration
from server.configuration import load
from server.digests import printable
from server.keys import store_password
from server.store import look_into_store
from server.switches import sources_off, switch
from tools.catalogue import definitions
from tools.connector import Finding


def configure(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(required=True, metavar="list|test|enable|disable", dest="what")
    listing = what.add_parser("list", help="every source: its kind, its tools, and whether it is on")
    testing = what.add_parser("test", help="reach one source, and look at what its credential may do")
    enabling = what.add_parser("enable", help="switch a source on again")
    disabling = what.add_parser("disable", help="switch a source off, for everybody and at once")
    disabling.add_argument("--why", required=True, metavar="TEXT", help="the reason, for the log")
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
    if options.source not in document.sources:
        known = ", ".join(document.sources) or "none"
        print(f"remit: there is no source {options.source!r}. There are: {known}.", file=sys.stderr)
        return 2
    if options.what == "test":
        return test(document, options)
    on = options.what == "enable"
    anyio.run(turn, document, options.source, on, "" if on else options.why)
    state = {"source": options.source, "on": on}
    print(json.dumps(state) if options.json else f"{options.source} is switched {'on' if on else 'off'}.")
    return 0


async def inventory(document: Document) -> list[dict[str, object]]:
    """Raises `ConfigurationError`, or `StoreUnavailable`."""
    async with look_into_store(document, store_password(document)) as reader:
        off: Mapping[str, str] = await reader.read(sources_off)
    tools = definitions(document)
    return [
        {
            "source": name,
            "kind": source.kind,
            "classification": source.classification,
            "credential": source.credential if source.asks_who_comes else "none",
            "extent": dict(source.extent),
            "tools": [tool.name for tool in tools if tool.source == name],
            "on": name not in off,
            "why": off.get(name, ""),
        }
        for name, source in document.sources.items()
    ]


def line(source: Mapping[str, object]) -> str:
    state = "on" if source["on"] else f"off: {printable(str(source['why']))}"
    extent = ", ".join(f"{what}: {count}" for what, count in cast("dict[str, int]", source["extent"]).items())
    facts = f"{source['kind']:10}  {source['classification']:12}  {extent}"
    return f"{source['source']:20}  {facts}  {state}"


def test(document: Document, options: argparse.Namespace) -> int:
    findings = anyio.run(examine, document, options.source)
    if options.json:
        found = [
            {"what": finding.what, "remedy": finding.remedy, "fatal": finding.fatal} for finding in findings
        ]
        print(json.dumps({"source": options.source, "ok": not findings, "findings": found}))
    else:
        for finding in findings:
            print(f"{finding.what}. {finding.remedy}")
        if not findings:
            print(f"{options.source} {_in_order(document.sources[options.source])}")
    return 1 if findings else 0


def _in_order(source: Source) -> str:
    if not source.takes_accounts:
        return "answers, and its credential can do no more than it should."
    looked = "answers. What" if source.is_seen_by_anybody else "was not looked at: what"
    return f"{looked} each user's own account can do is looked at when it is connected."


async def examine(document: Document, source: str) -> list[Finding]:
    found = connected(document)
    async with AsyncExitStack() as stack:
        for each in found.values():
            stack.push_async_callback(each.connector.close)
        return await inspect({source: found[source]})


async def turn(document: Document, source: str, on: bool, why: str) -> None:  # noqa: FBT001 - called by anyio.run
    """Raises `ConfigurationError` or `AuditUnavailable`."""
    async with opened(document) as its:
        await switch(its.store, its.audit, source, on=on, why=why, by=getpass.getuser())
