"""`remit alerts`: what was raised, where it was delivered, and whether a destination can be reached."""

import argparse
import json
import secrets
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial

import anyio

from policies.alert import Severity
from policies.document import Document
from server import loading
from server.alerts import progress
from server.alerts.delivering import send
from server.alerts.destinations import Destination, destinations
from server.alerts.masking import Masking
from server.alerts.message import Message, read
from server.commands.options import moment, takes_configuration
from server.configuration import load
from server.keys import store_password
from server.loading import Loading
from server.moments import moment as at
from server.store import look_into_store
from server.transaction import Transaction

HELD = "held"
WAITING = "waiting"
NOT_FOR_IT = "not severe enough"
BEFORE = "raised before it was there"

Raised = tuple[Message, Mapping[str, str]]
"""A message, and its state by destination."""


def configure(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(required=True, metavar="list|test", dest="what")
    listing = what.add_parser("list", help="what was raised, the newest first, and where it was delivered")
    listing.add_argument(
        "--since", type=moment, default=0, metavar="TIME", help="as in 2026-11-23T08:00, or 90m"
    )
    listing.add_argument("--most", type=int, default=100, metavar="N", help="so many; default: 100")
    testing = what.add_parser("test", help="send one alert, now, to one destination or to each")
    testing.add_argument("destination", nargs="?", metavar="DESTINATION")
    for each in (listing, testing):
        each.add_argument("--json", action="store_true", help="a JSON object a line")
        takes_configuration(each)


def run(options: argparse.Namespace) -> int:
    """Exit status 1 where a test was not delivered, 2 for a destination that the configuration has not."""
    document = load(options.config).document
    if options.what == "list":
        raised = anyio.run(listed, document, options.since, options.most)
        for message, states in raised:
            facts = {**message.to_json(), "states": states}
            print(json.dumps(facts) if options.json else _told(message, states))
        if not raised and not options.json:
            print("Nothing was raised.")
        return 0
    return _test(document, options.destination, as_json=options.json)


def _test(document: Document, destination: str | None, *, as_json: bool) -> int:
    found = destinations(document)
    if destination is not None and destination not in found:
        has = ", ".join(found) or "none"
        print(f"remit: the configuration has no [alerts.{destination}]; it has: {has}", file=sys.stderr)
        return 2
    chosen = found if destination is None else {destination: found[destination]}
    if not chosen and not as_json:
        print("There is nobody to tell: add a table [alerts.NAME] (docs/alerts.md).")
    results = anyio.run(tried, chosen)
    for name, why in results.items():
        if as_json:
            print(json.dumps({"destination": name, "delivered": not why, "why": why}))
        else:
            print(f"✗ {name}: {why}." if why else f"✓ {name}: delivered.")
    return 1 if any(results.values()) or not chosen else 0


async def tried(chosen: Mapping[str, Destination]) -> dict[str, str]:
    """Why it was not delivered, by destination; "" where it was."""
    results: dict[str, str] = {}

    async def one(name: str, destination: Destination) -> None:
        failed = await send(destination, _greeting(name))
        results[name] = failed.why if failed else ""

    async with anyio.create_task_group() as tasks:
        for name, destination in chosen.items():
            tasks.start_soon(one, name, destination)
    return {name: results[name] for name in chosen}


async def listed(document: Document, since: int, most: int) -> list[Raised]:
    def looking() -> Transaction[list[Raised]]:
        known = yield from progress.everywhere()
        outcomes = yield from progress.outcomes(since)
        return [
            (
                message := read(row),
                {
                    name: outcomes.get((message.id, name))
                    or _state(message, sequence, held, settings.least, known.get(name))
                    for name, settings in document.alerts.items()
                },
            )
            for *row, held, sequence in (yield from progress.raised(since, most))
        ]

    async with look_into_store(document, store_password(document)) as store:
        raised = await store.read(looking)
    masking = Masking(Loading(partial(loading.load, watching=False)))
    return [(await masking(message), states) for message, states in raised]


def _state(
    message: Message, sequence: int, held: int, least: Severity, known: progress.Progress | None
) -> str:
    if not message.severity.reaches(least):
        return NOT_FOR_IT
    if held:
        return HELD
    return WAITING if known is not None and known.position < sequence else BEFORE


def _told(message: Message, states: Mapping[str, str]) -> str:
    times = f" ({message.times} times)" if message.times > 1 else ""
    facts = {**message.about, **message.evidence_said, **({"remit": message.did} if message.did else {})}
    told = f"{at(message.raised_at):%Y-%m-%d %H:%M:%S} {message.severity}: {message.summary}{times}"
    return "\n".join(
        (
            told,
            *(f"  {what}: {said}" for what, said in facts.items()),
            *(f"  {name}: {state}" for name, state in states.items()),
        )
    )


def _greeting(name: str) -> Message:
    now = round(datetime.now(UTC).timestamp() * 1000)
    return Message(
        id=secrets.token_hex(16),
        kind="test",
        severity=Severity.INFO,
        raised_at=now,
        last_at=now,
        times=1,
        tenant="",
        user="",
        source="",
        tool="",
        summary="a test of where remit tells its alerts",
        evidence={"destination": name},
        did="",
    )
