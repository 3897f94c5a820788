"""Which sources are off, or not enabled yet: durable, and the same for every process of the store.

A call is refused by what the transaction that admits it reads (server/limits.py). What a process remembers
here only spares a call that way; a list of tools looks again, as its client may have heard of a change from
another worker.
"""

import logging
from collections.abc import Awaitable, Callable
from functools import partial

import anyio

from policies.call import Receipt, Tool
from policies.errors import AuditUnavailable, not_open
from server.audit import Audit
from server.digests import printable
from server.inventory import Inventory, entries
from server.store import Reader, Store
from server.transaction import Transaction, now_ms

log = logging.getLogger("remit.switches")

EVERY = 1.0  # seconds between two looks
READ_OFF = "SELECT source, why FROM sources_off ORDER BY source"
SWITCH_OFF = """
    INSERT INTO sources_off (source, at, why) VALUES ($1, $2, $3)
    ON CONFLICT (source) DO UPDATE SET at = excluded.at, why = excluded.why
"""


class Switches:
    def __init__(self, store: Reader, inventory: Inventory) -> None:
        self._store = store
        self._inventory = inventory
        self._off: frozenset[str] = frozenset(inventory.sources)

    def hold(self, tool: Tool) -> None:
        """Raises `Denied` for a tool of a source that is off or not enabled."""
        if tool.source in self._off:
            raise not_open(tool.name, why="its source is switched off, or not enabled")

    async def look(self) -> frozenset[str]:
        """The sources that nobody may use now. Raises `AuditUnavailable`."""
        self._off = await self._store.read(self._shut)
        return self._off

    async def watch(self, changed: Callable[[], Awaitable[None]]) -> None:
        """Looks until it is cancelled, and calls at each change."""
        told = self._off
        while True:
            await anyio.sleep(EVERY)
            try:
                if (off := await self.look()) != told:
                    told = off
                    await changed()
            except AuditUnavailable as error:
                # Without the traceback: a driver's text may quote values.
                log.error("the switches can't be read", extra={"detail": error.detail})  # noqa: TRY400

    def _shut(self) -> Transaction[frozenset[str]]:
        off = yield from sources_off()
        known = yield from entries()
        return frozenset(off) | {
            name for name in self._inventory.sources if not self._inventory.is_enabled(name, known.get(name))
        }


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
