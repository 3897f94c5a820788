"""`remit doctor`: what is wrong, a line a finding, each with the remedy."""

import argparse
import json
from collections.abc import AsyncGenerator

import anyio

from policies.document import Document
from policies.errors import ConfigurationError
from policies.redaction import Redactor
from server.assembly import connections, inspect
from server.commands.options import takes_configuration
from server.configuration import load
from server.keys import open_keys, store_password
from server.store import open_store
from tools.connector import Finding


def configure(parser: argparse.ArgumentParser) -> None:
    takes_configuration(parser)
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    """Exit status 1 where anything was found."""
    try:
        document = load(options.config).document
    except ConfigurationError as error:
        findings = [_finding("configuration", error)]
    else:
        findings = anyio.run(examine, document)
    if options.json:
        print(
            json.dumps(
                [{"about": f.source, "what": f.what, "remedy": f.remedy, "fatal": f.fatal} for f in findings]
            )
        )
    else:
        for finding in findings:
            print(f"{'✗' if finding.fatal else '!'} {finding.source}: {finding.what}. {finding.remedy}")
        if not findings:
            print("All is well.")
    return 1 if findings else 0


async def examine(document: Document) -> list[Finding]:
    findings = [finding async for finding in _own(document)]
    try:
        sources = connections(document)
    except ConfigurationError as error:
        return [*findings, _finding("sources", error)]
    try:
        findings += await inspect(sources)
    finally:
        for source in sources.values():
            await source.connector.close()
    if document.identity.local is None:
        findings.append(
            Finding("identity", "nobody can call: there is no [identity.local]", "Add it.", fatal=False)
        )
    return findings


async def _own(document: Document) -> AsyncGenerator[Finding]:
    """What is wrong with remit's own keys, store and language model."""
    try:
        Redactor()
    except ConfigurationError as error:
        yield _finding("redaction", error)
    try:
        open_keys(document.keys.master, document.root)
    except ConfigurationError as error:
        yield _finding("keys", error)
    try:
        async with open_store(document, store_password(document)):
            pass
    except ConfigurationError as error:
        yield _finding("store", error)


def _finding(about: str, error: ConfigurationError) -> Finding:
    return Finding(about, f"{error.where}: {error.message}", error.remedy, fatal=True)
