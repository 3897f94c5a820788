"""Which sources are off, or not enabled yet, and which scopes are on: durable, and the same everywhere.

A call is refused by what the transaction that admits it, or that starts what it does, reads
(server/limits.py, server/autonomous). What a process remembers here only spares a call that way; a list of
tools looks again, as its client may have heard of a change from another worker.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

import anyio

from policies.call import Receipt, Tool, User
from policies.errors import AuditUnavailable, not_open
from policies.scopes import Scope
from server.audit import Audit
from server.autonomous.delegations import Delegations, hold
from server.digests import printable
from server.inventory import Inventory, entries
from server.store import Reader, Store
from server.transaction import Transaction, now_ms

log = logging.getLogger("remit.switches")

EVERY = 0.5  # seconds between two looks: a client hears of a change within one
READ_OFF = "SELECT source, why FROM sources_off ORDER BY source"
SWITCH_OFF = """
    INSERT INTO sources_off (source, at, why) VALUES ($1, $2, $3)
    ON CONFLICT (source) DO UPDATE SET at = excluded.at, why = excluded.why
"""


@dataclass(frozen=True, slots=True)
class Switched:
    """The sources that nobody may use now, and the scopes that count."""

    off: frozenset[str]
    scopes: Mapping[str, Scope] = field(default_factory=dict[str, Scope])


class Switches:
    def __init__(self, store: Reader, inventory: Inventory, delegations: Delegations) -> None:
        self._store = store
        self._inventory = inventory
        self._delegations = delegations
        self._known = Switched(frozenset(inventory.sources))

    def hold(self, user: User, tool: Tool) -> None:
        """Raises `Denied` for a tool of a source that is off or not enabled, or of no scope that is on."""
        if tool.source in self._known.off:
            raise not_open(tool.name, why="its source is switched off, or not enabled")
        hold(self._known.scopes, user, tool)

    async def look(self) -> Switched:
        """Raises `AuditUnavailable`."""
        self._known = await self._store.read(self._read)
        return self._known

    async def watch(self, changed: Callable[[], Awaitable[None]]) -> None:
        """Looks until it is cancelled, and calls at each change."""
        told = self._known
        while True:
            await anyio.sleep(EVERY)
            try:
                if (now := await self.look()) != told:
                    told = now
                    await changed()
            except AuditUnavailable as error:
                # Without the traceback: a driver's text may quote values.
                log.error("the switches can't be read", extra={"detail": error.detail})  # noqa: TRY400

    def _read(self) -> Transaction[Switched]:
        off = yield from sources_off()
        known = yield from entries()
        shut = {
            name for name in self._inventory.sources if not self._inventory.is_enabled(name, known.get(name))
        }
        return Switched(frozenset(off) | shut, (yield from self._delegations.look()))


def sources_off() -> Transaction[dict[str, str]]:
    """Each source that is off, and why."""
    rows = yield READ_OFF, ()
    return {row[0]: row[1] for row in rows}


async def switch_off(store: Store, audit: Audit, source: str, *, why: str, by: str) -> None:
    """Durable on return, and on record in the same transaction. Raises `AuditUnavailable`.

    `Inventory.enable` switches on again.
    """
    audit.acknowledge(await store.run(partial(_switch_off, audit, source, why, by)))


def _switch_off(audit: Audit, source: str, why: str, by: str) -> Transaction[Receipt]:
    now = yield from now_ms()
    yield SWITCH_OFF, (source, now, why)
    return (
        yield from audit.append(
            "",
            lambda _: {
                "event": "source_off",
                "source": source,
                "user": printable(by),
                "why": printable(why),
            },
        )
    )
