"""`remit audit verify` and `remit audit search`."""

import argparse
import json
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import cast

import anyio

from policies.alert import Alert, Severity
from policies.document import Document
from server.alerts.outbox import raise_alert
from server.chain import Entry
from server.checkpoints import PUBLIC_KEY
from server.commands.options import moment, takes_configuration
from server.configuration import load
from server.digests import printable
from server.history import examine, search
from server.keys import store_password
from server.store import look_into_store, open_store
from server.verify import Report


def configure(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(required=True, metavar="verify|search", dest="what")
    verifying = what.add_parser("verify", help="find any change, deletion, reordering or truncation, offline")
    verifying.add_argument(
        "--public-key", type=Path, metavar="FILE", help="default: the one beside the checkpoints"
    )
    verifying.add_argument(
        "--checkpoints", type=Path, metavar="DIR", help="default: audit.checkpoints of the configuration"
    )
    verifying.add_argument(
        "--alert", action="store_true", help="raise an alert in the store where the log is not whole"
    )
    verifying.add_argument("--json", action="store_true", help="print JSON")
    takes_configuration(verifying)
    searching = what.add_parser("search", help="the newest entries that meet every condition")
    searching.add_argument("--user", metavar="USER")
    searching.add_argument("--tool", metavar="TOOL")
    searching.add_argument("--call", metavar="ID", help="the id that a result or a refusal carries")
    searching.add_argument("--code", metavar="CODE", help="as in denied, limit_reached, failed; '' for none")
    searching.add_argument(
        "--since", type=moment, metavar="TIME", help="as in 2026-11-23, 2026-11-23T08:00, 90m, 7d"
    )
    searching.add_argument("--limit", type=int, default=50, metavar="N", help="default: 50")
    takes_configuration(searching)
    searching.add_argument("--json", action="store_true", help="print JSON lines, with the whole entry")


def run(options: argparse.Namespace) -> int:
    document = load(options.config).document
    if options.what == "verify":
        report = anyio.run(verify, document, options.checkpoints, options.public_key)
        print(json.dumps(facts(report)) if options.json else told(report))
        if options.alert and not report.ok:
            anyio.run(tell, document, report)
        return 0 if report.ok else 1
    for entry in anyio.run(find, document, options):
        print(json.dumps(whole(entry)) if options.json else line(entry))
    return 0


async def verify(document: Document, checkpoints: Path | None, public_key: Path | None) -> Report:
    """Raises `ConfigurationError`, or `StoreUnavailable`."""
    folder = checkpoints or document.within(document.audit.checkpoints)
    async with look_into_store(document, store_password(document)) as reader:
        return await examine(reader, folder, public_key or folder / PUBLIC_KEY)


async def tell(document: Document, report: Report) -> None:
    """Raises `ConfigurationError`, or `StoreUnavailable`."""
    alert = Alert(
        kind="audit_log_broken",
        severity=Severity.CRITICAL,
        summary="the audit log is not whole",
        evidence={
            "faults": len(report.faults),
            "writers": [*sorted({fault.writer for fault in report.faults})],
            "entries": report.entries,
        },
    )
    async with open_store(document, store_password(document)) as store:
        await store.run(partial(raise_alert, alert))


async def find(document: Document, options: argparse.Namespace) -> list[Entry]:
    async with look_into_store(document, store_password(document)) as reader:
        return await search(
            reader,
            user=options.user,
            tool=options.tool,
            code=options.code,
            call=options.call,
            since=options.since,
            limit=options.limit,
        )


def told(report: Report) -> str:
    counted = ", ".join(
        f"{number} {noun if number == 1 else nouns}"
        for number, noun, nouns in (
            (report.entries, "entry", "entries"),
            (report.writers, "writer", "writers"),
            (report.checkpoints, "checkpoint", "checkpoints"),
        )
    )
    if report.ok:
        rest = f"; newer than the last checkpoint: {report.unsigned}" if report.unsigned else ""
        rest += f"; checkpoints not yet in the second place: {report.uncopied}" if report.uncopied else ""
        return f"The log is whole: {counted}{rest}."
    lines = [f"The log is NOT whole: {counted}."]
    lines += [f"  writer {fault.writer}, entry {fault.sequence}: {fault.why}" for fault in report.faults]
    lines.append("Keep the store and the checkpoints as they are, and compare them with your copies.")
    return "\n".join(lines)


def facts(report: Report) -> dict[str, object]:
    return {
        "ok": report.ok,
        "entries": report.entries,
        "writers": report.writers,
        "checkpoints": report.checkpoints,
        "unsigned": report.unsigned,
        "uncopied": report.uncopied,
        "faults": [fault._asdict() for fault in report.faults],
    }


def whole(entry: Entry) -> dict[str, object]:
    """Searching proves nothing, so a body that is no longer JSON is shown as it stands."""
    try:
        body: object = json.loads(entry.body)
    except (ValueError, TypeError, RecursionError):
        body = None
    said = cast("dict[str, object]", body) if isinstance(body, dict) else {"body": entry.body}
    return {"writer": entry.writer, "sequence": entry.sequence, **said}


def line(entry: Entry) -> str:
    """What the store holds may have been written by somebody else: nothing in it drives a terminal (T34)."""
    at, *texts = entry.columns
    event, call, tenant, user, tool, code = (printable(str(text)) for text in texts)
    try:
        time = datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds")
    except (TypeError, ValueError, OverflowError, OSError):
        time = "-"
    who = f"{tenant}/{user}" if user else "-"
    return f"{time:29}  {event:10}  {code or '-':18}  {who:20}  {tool or '-':24}  {call or '-'}"
