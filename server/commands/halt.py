"""`remit halt`: the kill switch. It needs the store and nothing else, least of all a server that answers."""

import argparse
import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import anyio

from policies.document import Document
from policies.errors import AuditUnavailable, ConfigurationError
from policies.halt import KillSwitch, Scope, Unreadable, listed
from policies.visible import visible
from server.audit import open_audit
from server.commands.operator import operator
from server.commands.options import takes_configuration
from server.commands.scope import line, options_of, reason, scope_of, takes_scope
from server.configuration import document_of
from server.halting import recording, rows
from server.halting.asked import strangers
from server.halting.flights import Flight, in_flight
from server.keys import open_keys, open_masters, store_password
from server.moments import moment
from server.store import Reader, Store, look_into_store, open_store

T = TypeVar("T")

PATIENCE = 30.0  # seconds that it tries for, while somebody holds the store or the store is away
AGAIN = 0.2  # seconds between two tries
WAIT = 5.0
RECORDED_WITHIN = 10.0


@dataclass(frozen=True, slots=True)
class Halted:
    """`flights` are None where nobody could say what is in flight: the halt stands all the same."""

    scope: Scope
    epoch: int
    flights: Sequence[Flight] | None
    recorded: bool
    unheard: Sequence[str] = ()

    def to_json(self) -> dict[str, object]:
        return {
            "halted": self.scope.to_json(),
            "everything": self.scope.is_everything,
            "epoch": self.epoch,
            "in_flight": None if self.flights is None else [flight.to_json() for flight in self.flights],
            "recorded": self.recorded,
            "unheard": list(self.unheard),
        }


def configure(parser: argparse.ArgumentParser) -> None:
    takes_scope(parser)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--why", type=reason, metavar="TEXT", help="the reason, for the log and for others")
    what.add_argument("--list", action="store_true", help="say what is halted, and change nothing")
    parser.add_argument(
        "--wait",
        type=seconds,
        default=WAIT,
        metavar="SECONDS",
        help="how long to wait for what is in flight to end; default: 5",
    )
    takes_configuration(parser)
    parser.add_argument("--json", action="store_true", help="print JSON")


def seconds(text: str) -> float:
    """Raises `argparse.ArgumentTypeError`."""
    if not text.isascii() or not text.isdigit() or len(text) > 4:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds")
    return float(text)


def run(options: argparse.Namespace) -> int:
    try:
        scope = scope_of(options)
    except ValueError as error:
        print(f"remit: {error}", file=sys.stderr)
        return 2
    document = document_of(options.config)
    if options.list:
        return _list(document, as_json=options.json)
    halted = anyio.run(partial(halt, document, scope, options.why, wait=options.wait))
    if options.json:
        print(json.dumps(halted.to_json()))
    else:
        tell(halted)
    return 1 if halted.flights is None else 0


async def halt(document: Document, scope: Scope, why: str, *, wait: float) -> Halted:
    """Raises `ConfigurationError`, or `StoreUnavailable` where nothing could be halted."""
    async with open_store(document, store_password(document)) as store:
        switch = await _insist(partial(store.at_once, partial(rows.halt, scope, operator(), why)))
        epoch = switch.epoch
        print(f"Halted: {visible(str(scope))}, in every process.", file=sys.stderr, flush=True)
        flights: Sequence[Flight] | None = None
        unheard: Sequence[str] = ()
        try:
            # In the ordinary queue: what started before is on record by then, and nothing starts after.
            flights = await _insist(partial(store.run, partial(in_flight, scope, epoch)))
            flights = await ended(store, scope, epoch, flights, wait)
            unheard = await strangers(scope, document.sources, store)
        except AuditUnavailable as error:
            print(f"remit: {error.message} ({error.detail})", file=sys.stderr)
        recorded = await on_record(document, store, epoch)
        return Halted(scope, epoch, flights, recorded, unheard)


async def _insist(what: Callable[[], Awaitable[T]]) -> T:
    """Tries for PATIENCE. Raises `StoreUnavailable`."""
    until = anyio.current_time() + PATIENCE
    while True:
        try:
            return await what()
        except AuditUnavailable as error:
            if anyio.current_time() > until:
                raise
            print(
                f"remit: the store does not answer ({error.detail}), so nothing acts; trying again.",
                file=sys.stderr,
            )
        await anyio.sleep(AGAIN)


async def ended(
    store: Reader, scope: Scope, epoch: int, flights: Sequence[Flight], wait: float
) -> Sequence[Flight]:
    """The same ones, once all are over, or after `wait` seconds as they are then."""
    found = {flight.action: flight for flight in flights}
    with anyio.move_on_after(wait):
        while not all(flight.is_over for flight in found.values()):
            await anyio.sleep(AGAIN)
            for flight in await store.read(partial(in_flight, scope, epoch)):
                if flight.action in found:
                    found[flight.action] = flight
    return list(found.values())


async def on_record(document: Document, store: Store, epoch: int) -> bool:
    """Whether the change is in the log: by a server, or else by this process, if it gets at the keys."""
    try:
        with anyio.fail_after(RECORDED_WITHIN):
            if await recording.is_recorded(store, epoch):
                return True
            keys = await open_keys(await open_masters(document, store), store)
            folder = document.within(document.audit.checkpoints)
            async with open_audit(store, keys, document.audit, folder) as audit:
                await recording.record(store, audit)
    except (AuditUnavailable, ConfigurationError, Unreadable, TimeoutError) as error:
        print(
            f"remit: the log can't be written here ({type(error).__name__}): the next server to run does it.",
            file=sys.stderr,
        )
        return False
    return True


def tell(halted: Halted) -> None:
    for one in halted.unheard:
        print(f"! {one}: look whether it is spelt right.")
    if halted.flights is None:
        print("It is in force, but what is in flight can't be said: run the same command again.")
        return
    if not halted.flights:
        print("Nothing was in flight.")
    else:
        print(f"In flight when it was halted: {len(halted.flights)}")
    for flight in halted.flights:
        whose = f"{visible(flight.tenant)}/{visible(flight.user)}"
        print(f"  {flight.action}  {flight.state:8}  {flight.tool}  {whose}")
    if not all(flight.is_over for flight in halted.flights):
        print("What is still started ends by itself: `remit actions --state started` lists it.")
    print(f"It goes on with: remit resume {options_of(halted.scope)} --why TEXT")


def _list(document: Document, *, as_json: bool) -> int:
    """Exit status 1 where nobody can say what is halted."""
    switch = anyio.run(standing, document)
    if as_json:
        print(json.dumps(_facts(switch)))
    elif switch is None:
        print("Nobody can say what is halted, so nothing acts. `remit halt --why TEXT` makes it a full halt.")
    else:
        for one in listed(switch):
            print(line(one))
        if switch.lifting:
            until = moment(switch.lifting.until).isoformat(timespec="seconds")
            print(f"{visible(switch.lifting.by)} asked to lift the full halt: to be confirmed until {until}.")
        if not switch.halts:
            print("Nothing is halted.")
    return 0 if switch else 1


async def standing(document: Document) -> KillSwitch | None:
    """None for a switch that can't be read. Raises `ConfigurationError`, or `StoreUnavailable`."""
    async with look_into_store(document, store_password(document)) as reader:
        try:
            return await rows.look(reader)
        except Unreadable:
            return None


def _facts(switch: KillSwitch | None) -> dict[str, object]:
    if switch is None:
        return {"readable": False}
    lifting = switch.lifting
    return {
        "readable": True,
        "epoch": switch.epoch,
        "halts": [
            {**halt.to_json(), "at": moment(halt.at).isoformat(timespec="seconds")} for halt in listed(switch)
        ],
        "resume_asked": {
            "by": lifting.by,
            "why": lifting.why,
            "until": moment(lifting.until).isoformat(timespec="seconds"),
        }
        if lifting
        else None,
    }
