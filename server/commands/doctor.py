"""`remit doctor`: what is wrong, a line a finding, each with the remedy."""

import argparse
import json
from collections.abc import AsyncGenerator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import anyio

from policies import scope_doubts
from policies.canonical import Json
from policies.document import Document, Identity
from policies.doubts import doubts, doubts_of
from policies.errors import AuditUnavailable, ConfigurationError
from policies.halt import Unreadable, listed
from policies.language_model import MODEL, installed_version
from server import loading
from server.alerts.destinations import destinations
from server.assembly import connected, inspect
from server.commands.alerting import alert_findings
from server.commands.demoted import demotion_findings
from server.commands.due import due_findings
from server.commands.options import takes_configuration
from server.commands.scope import line, options_of
from server.configuration import load
from server.halting import rows
from server.inventory import Inventory, Known, known
from server.issuer import IssuerUnreachable, published, trusting
from server.keys import open_keys, open_masters, store_password
from server.store import Reader, look_into_store, open_store
from server.transaction import Transaction, now_ms
from tools.catalogue import definitions
from tools.connector import Finding
from tools.outbound.expiry import ending, ending_file


def configure(parser: argparse.ArgumentParser) -> None:
    takes_configuration(parser)
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    """Exit status 1 where anything was found."""
    findings = redaction_findings()
    well = [] if findings else [_well("redaction", f"the language model {MODEL} {installed_version()} loads")]
    try:
        document = load(options.config).document
    except ConfigurationError as error:
        findings.append(_finding("configuration", error))
    else:
        findings += anyio.run(examine, document)
    if options.json:
        print(json.dumps([*(_json(finding) for finding in findings), *well]))
    else:
        for finding in findings:
            print(f"{'✗' if finding.fatal else '!'} {finding.source}: {finding.what}. {finding.remedy}")
        for one in well:
            print(f"✓ {one['about']}: {one['what']}.")
        if not findings:
            print("All is well.")
    return 1 if findings else 0


def redaction_findings() -> list[Finding]:
    try:
        loading.load(watching=True)
    except ConfigurationError as error:
        return [_finding("redaction", error)]
    return []


async def examine(document: Document) -> list[Finding]:
    findings = [finding async for finding in _own(document)]
    inventory, (has, now) = Inventory(document.sources), await _known(document)
    findings += [*inventory.outside(has), *inventory.due(has.entries, now), *doubtful(document)]
    try:
        sources = connected(document)
    except ConfigurationError as error:
        return [*findings, _finding("sources", error)]
    try:
        findings += await inspect(
            {
                name: source
                for name, source in sources.items()
                if inventory.may_be_tried(name, has.entries.get(name))
            }
        )
    finally:
        for source in sources.values():
            await source.connector.close()
    return [
        *findings,
        *destination_findings(document),
        *await identity_findings(document.identity, document.root),
        *sign_in_findings(document),
    ]


def doubtful(document: Document) -> list[Finding]:
    """Recognizers and rules for redaction, and scopes, that contradict what else is configured."""
    tools = {tool.name: tool for tool in definitions(document)}
    return [
        Finding(about, doubt.what, doubt.remedy, fatal=False)
        for about, found in (
            *(("redaction", doubts_of(recognizer)) for recognizer in document.redaction.recognizers),
            *((name, doubts(source)) for name, source in document.sources.items()),
            *(
                (f"scopes.{name}", scope_doubts.doubts(scope, document.sources, tools))
                for name, scope in document.scopes.items()
            ),
        )
        for doubt in found
    ]


def destination_findings(document: Document) -> list[Finding]:
    """What keeps alerts from being sent at all, and certificates on the way that end soon."""
    try:
        found = destinations(document)
    except ConfigurationError as error:
        return [_finding("alerts", error)]
    return [
        finding
        for name, destination in found.items()
        for finding in ending(f"alerts.{name}", destination.tls, datetime.now(UTC))
    ]


async def identity_findings(identity: Identity, root: Path) -> list[Finding]:
    """What keeps callers from being named."""
    if identity.oidc is None:
        if identity.local is not None:
            return []
        what = "nobody can call: there is neither [identity.local] nor [identity.oidc]"
        return [Finding("identity", what, "Add the one for stdio, or the one for HTTP.", fatal=False)]
    try:
        tls = trusting(identity.oidc, root)
        await published(identity.oidc, tls)
    except ConfigurationError as error:
        return [_finding("identity", error)]
    except IssuerUnreachable as error:
        remedy = "Mend issuer or algorithms under [identity.oidc], or what the issuer publishes."
        return [Finding("identity", error.why, remedy, fatal=True)]
    return ending("identity", tls, datetime.now(UTC))


def sign_in_findings(document: Document) -> list[Finding]:
    """What keeps people from the pages on which they confirm, approve and connect."""
    oidc = document.identity.oidc
    asking = [
        name
        for name, source in document.sources.items()
        if source.roles.act or source.roles.approve or source.takes_accounts
    ]
    if oidc is None or oidc.sign_in is not None or not asking:
        return []
    what = f"nobody can sign in to the pages, where {', '.join(asking)} are connected and actions decided"
    remedy = "Add [identity.oidc.sign_in] with remit's client_id at the issuer (docs/confirming.md)."
    return [Finding("identity", what, remedy, fatal=False)]


async def _own(document: Document) -> AsyncGenerator[Finding]:
    """What is wrong with remit's own certificate, keys and store."""
    if certificate := document.server.tls_certificate:
        for finding in ending_file("server", document.within(certificate), datetime.now(UTC)):
            yield finding
    try:
        async with open_store(document, store_password(document)) as store:
            if store.tls:
                for finding in ending("store", store.tls, datetime.now(UTC)):
                    yield finding
            try:
                await open_keys(await open_masters(document, store), store)
            except ConfigurationError as error:
                yield _finding("keys", error)
            for finding in (
                *await halts(store),
                *await due_findings(store),
                *await demotion_findings(store),
                *await alert_findings(document, store),
            ):
                yield finding
    except ConfigurationError as error:
        yield _finding("store", error)


async def halts(store: Reader) -> list[Finding]:
    """What is halted. Raises `StoreUnavailable`."""
    try:
        switch = await rows.look(store)
    except Unreadable as unreadable:
        what = f"nobody can say what is halted ({unreadable}), so nothing acts"
        remedy = "Run `remit halt --why TEXT`: that makes it a full halt, which two people can lift."
        return [Finding("halt", what, remedy, fatal=True)]
    return [
        Finding(
            "halt",
            line(halt),
            f"When it may go on, run `remit resume {options_of(halt.scope)} --why TEXT`.",
            fatal=False,
        )
        for halt in listed(switch)
    ]


async def _known(document: Document) -> tuple[Known, int]:
    """What the store has about sources, and its time; nothing where it can't be read."""

    def looking() -> Transaction[tuple[Known, int]]:
        now = yield from now_ms()
        return (yield from known()), now

    try:
        async with look_into_store(document, store_password(document)) as reader:
            return await reader.read(looking)
    except (ConfigurationError, AuditUnavailable):
        return Known(), 0


def _json(finding: Finding) -> Mapping[str, Json]:
    return {
        "about": finding.source,
        "what": finding.what,
        "remedy": finding.remedy,
        "fatal": finding.fatal,
        "well": False,
    }


def _well(about: str, what: str) -> Mapping[str, Json]:
    return {"about": about, "what": what, "remedy": "", "fatal": False, "well": True}


def _finding(about: str, error: ConfigurationError) -> Finding:
    return Finding(about, f"{error.where}: {error.message}", error.remedy, fatal=True)
