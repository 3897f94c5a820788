"""`remit anomalies`: what was out of the ordinary, and what was done about it; the end of a demotion."""

import argparse
import json
import sys
from functools import partial
from typing import Any

import anyio

from policies.call import Receipt
from policies.document import Document
from policies.visible import visible
from server.anomalies.demotions import lift
from server.anomalies.findings import Kept, listed
from server.commands.opened import opened
from server.commands.operator import operator
from server.commands.options import moment as since
from server.commands.options import takes_configuration
from server.configuration import load
from server.digests import printable
from server.keys import store_password
from server.moments import moment
from server.store import look_into_store
from server.transaction import Transaction

MOST = 1000


def configure(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(required=True, metavar="list|lift", dest="what")
    listing = what.add_parser(
        "list", help="what was found, the newest first, and which demotions are in force"
    )
    listing.add_argument(
        "--since", type=since, default="30d", metavar="TIME", help="as in 90m, 7d or 2026-11-23; default: 30d"
    )
    lifting = what.add_parser("lift", help="end a demotion before its time")
    lifting.add_argument("id", metavar="ID", help="as `remit anomalies list` shows it")
    lifting.add_argument("--why", required=True, metavar="TEXT", help="goes on record")
    for each in (listing, lifting):
        takes_configuration(each)
        each.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    """Exit status 1 where there is no demotion to lift."""
    document = load(options.config).document
    if options.what == "lift":
        return _lift(options, document)
    found = [_json(one) for one in anyio.run(_listed, document, options.since)]
    if options.json:
        print(json.dumps(found))
    else:
        print("\n".join(map(_line, found)) or "Nothing was out of the ordinary.")
    return 0


def _lift(options: argparse.Namespace, document: Document) -> int:
    lifted = anyio.run(_lifted, document, options.id, options.why)
    if options.json:
        print(json.dumps({"id": options.id, "lifted": lifted}))
    elif lifted:
        print("The demotion has ended.")
    if not lifted:
        print(f"remit: no demotion {visible(options.id)} is in force.", file=sys.stderr)
    return 0 if lifted else 1


async def _listed(document: Document, since: int) -> list[Kept]:
    """Raises `ConfigurationError`, or `StoreUnavailable`."""
    async with look_into_store(document, store_password(document)) as reader:
        return await reader.read(partial(listed, since, MOST))


async def _lifted(document: Document, id: str, why: str) -> bool:  # noqa: A002
    """Raises `ConfigurationError` or `AuditUnavailable`."""
    by = operator()
    async with opened(document) as its:

        def lifting() -> Transaction[Receipt | None]:
            ended = yield from lift(id, by)
            if ended is None:
                return None
            tenant, user, kind = ended
            facts = {
                "event": "demotion_lifted",
                "anomaly": id,
                "kind": kind,
                "tenant": printable(tenant),
                "user": printable(user),
                "by": printable(by),
                "why": printable(why),
            }
            return (yield from its.audit.append(printable(tenant), lambda _: facts))

        receipt = await its.store.run(lifting)
        if receipt is not None:
            its.audit.acknowledge(receipt)
        return receipt is not None


def _json(one: Kept) -> dict[str, Any]:
    content = json.loads(one.content)
    return {
        "id": one.id,
        "at": _moment(one.at),
        "kind": one.kind,
        "tenant": one.tenant,
        "user": one.user,
        "subject": one.subject,
        **content,
        "demoted_until": _moment(one.until) if one.until else None,
        "lifted": _moment(one.lifted_at) if one.lifted_at else None,
        "lifted_by": one.lifted_by or None,
        "in_force": one.in_force,
    }


def _moment(milliseconds: int) -> str:
    return moment(milliseconds).isoformat(timespec="seconds")


def _line(one: dict[str, Any]) -> str:
    who = " ".join(visible(str(part)) for part in (one["tenant"], one["user"], one["subject"]) if part) or "-"
    figures = f"{one['figure']:g} over {one['threshold']:g}"
    state = f"  DEMOTED until {one['demoted_until']}" if one["in_force"] else ""
    return f"{one['id']}  {one['at']}  {one['kind']:26}  {who:30}  {figures}{state}\n    {one['summary']}"
