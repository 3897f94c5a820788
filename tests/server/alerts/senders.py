"""Destinations that take what they are told to, and alerts for them."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from policies.alert import Alert, Severity
from server.alerts import progress
from server.alerts.delivering import Delivering
from server.alerts.destinations import Destination
from server.alerts.message import Message, read
from server.alerts.outbox import raise_alert
from server.store import Reader, Store
from tools.outbound.tls import ClientContext, Tls, client_context

TROUBLE = Alert(
    kind="error_rate",
    severity=Severity.WARNING,
    summary="too many calls failed",
    tenant="acme",
    user="ada",
    source="crm",
    tool="crm_query",
    evidence={"failed": 6, "calls": 100},
    did="asks a person before each action",
)
MESSAGE = Message(
    id="0123456789abcdef0123456789abcdef",
    kind="error_rate",
    severity=Severity.WARNING,
    raised_at=1_700_000_000_123,
    last_at=1_700_000_060_123,
    times=7,
    tenant="acme",
    user="ada",
    source="crm",
    tool="crm_query",
    summary="too many calls failed",
    evidence={"failed": 6, "calls": 100},
    did="asks a person before each action",
)


def saying(**changed: object) -> Message:
    """As `MESSAGE`, with these fields instead."""
    return replace(MESSAGE, **changed)  # type: ignore[arg-type]


NO_TLS = client_context(Tls("alerts.there"))
"""Of destinations that nothing is connected to for."""


class Inbox:
    """Keeps what it takes. `failures` are raised first, one for each message that comes."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.taken: list[Message] = []
        self.came = 0

    async def send(self, message: Message) -> None:
        self.came += 1
        if self.failures:
            raise self.failures.pop(0)
        self.taken.append(message)

    @property
    def kinds(self) -> list[str]:
        return [message.kind for message in self.taken]


async def delivering(
    store: Store, inboxes: Mapping[str, Inbox], least: Severity = Severity.WARNING
) -> Delivering:
    """A process that delivers to these; what is raised from now on."""
    await store.run(partial(progress.enrol, inboxes.keys()))

    async def plain(message: Message) -> Message:
        return message

    ready = {name: Destination(least, inbox, NO_TLS) for name, inbox in inboxes.items()}
    return Delivering(store, ready, plain)


async def raising(store: Store, *kinds: str, severity: Severity = Severity.WARNING) -> None:
    for kind in kinds:
        await store.run(partial(raise_alert, replace(TROUBLE, kind=kind, severity=severity)))


async def everything(process: Delivering) -> None:
    """Delivers what can be delivered now."""
    for name in await process.waiting():
        while await process.one(name):
            pass


def trusting(authority: Path) -> ClientContext:
    return client_context(Tls("alerts.there", ca=authority))


async def alerts(store: Reader) -> list[Message]:
    """All that were raised, the oldest first."""
    return [read(row[:-2]) for row in reversed(await store.read(partial(progress.raised, 0, 100)))]
