"""Puts changes of the kill switch into the log, and lets this process know of them.

A change is committed before anything else, by whoever holds the store and nothing more. So it waits in the
switch's own row until somebody with the keys of the log comes by: the command itself, or any server, within
a second.
"""

import logging
from functools import partial
from typing import Final

import anyio

from policies.call import Receipt
from policies.canonical import Json
from policies.errors import AuditUnavailable
from policies.halt import Event, KillSwitch, Unreadable
from server.audit import Audit
from server.digests import printable
from server.halting import rows
from server.halting.flights import Flight, in_flight
from server.store import Store
from server.transaction import Transaction

log = logging.getLogger("remit.halt")

EVERY: Final = 0.5  # seconds between two looks
MOST: Final = 100  # actions that one entry names


class Recording:
    """`seen` is the switch as this process knows it, at most a second old; None for one that can't be read.

    Nothing is let through by it: calls and actions are held by what their own transactions read.
    """

    def __init__(self, store: Store, audit: Audit) -> None:
        self._store = store
        self._audit = audit
        self.seen: KillSwitch | None = None
        self._told: list[str] | None = []

    async def watch(self) -> None:
        """Looks until it is cancelled."""
        while True:
            try:
                await self.look()
            except AuditUnavailable as error:
                log.error("the kill switch can't be read", extra={"detail": error.detail})  # noqa: TRY400
            await anyio.sleep(EVERY)

    async def look(self) -> None:
        """Raises `AuditUnavailable`."""
        told = self._told
        try:
            self.seen, recorded = seen, _ = await self._store.read(rows.state)
            self._told = [printable(str(halt.scope)) for halt in seen.halts]
            if self._told != told:
                log.warning("what is halted", extra={"epoch": seen.epoch, "halts": self._told})
            if seen.epoch > recorded:
                await record(self._store, self._audit)
        except Unreadable as unreadable:
            self.seen = self._told = None
            if told is not None:
                log.critical(
                    "the kill switch can't be read, so nothing acts: run `remit halt --list`",
                    extra={"detail": str(unreadable)},
                )


async def record(store: Store, audit: Audit) -> None:
    """Puts on record what is not yet. Raises `AuditUnavailable`, or `Unreadable`."""
    for receipt in await store.run(partial(_recording, audit)):
        audit.acknowledge(receipt)


async def is_recorded(store: Store, epoch: int) -> bool:
    """Raises `StoreUnavailable`, or `Unreadable`."""
    return (await store.read(rows.state))[1] >= epoch


def _recording(audit: Audit) -> Transaction[list[Receipt]]:
    switch, recorded = yield from rows.state()
    receipts: list[Receipt] = []
    for event in switch.events:
        if event.epoch > recorded:
            flights = (yield from in_flight(event.scope, event.epoch)) if event.event == "halted" else []
            facts = partial(_facts, event, flights)
            receipts.append((yield from audit.append(printable(event.scope.tenant or ""), facts)))
    if switch.epoch > recorded:
        yield from rows.record(switch.epoch)
    return receipts


def _facts(event: Event, flights: list[Flight], _: object) -> dict[str, Json]:
    scope = {name: printable(str(value)) for name, value in event.scope.to_json().items()}
    return {
        "event": event.event,
        "tenant": "",
        "user": "",
        **scope,
        "epoch": event.epoch,
        "since": event.at,
        "by": printable(event.by),
        "why": printable(event.why),
        **({"asked_by": printable(event.asked_by)} if event.asked_by else {}),
        **(
            {"in_flight": len(flights), "actions": [flight.action for flight in flights[:MOST]]}
            if event.event == "halted"
            else {}
        ),
    }
