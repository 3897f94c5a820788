"""Which sources an administrator has switched off: durable, and the same for every process of the store.

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
from server.store import Reader, Store
from server.transaction import Transaction, now_ms

log = logging.getLogger("remit.switches")

EVERY = 1.0  # seconds between two looks
READ_OFF = "SELECT source, why FROM sources_off ORDER BY source"
SWITCH_OFF = """
    INSERT INTO sources_off (source, at, why) VALUES ($1, $2, $3)
    ON CONFLICT (source) DO UPDATE SET at = excluded.at, why = excluded.why
"""
SWITCH_ON = "DELETE FROM sources_off WHERE source = $1"


class Switches:
    def __init__(self, store: Reader) -> None:
        self._store = store
        self._off: frozenset[str] = frozenset()

    def hold(self, tool: Tool) -> None:
        """Raises `Denied` for a tool of a source that is off."""
        if tool.source in self._off:
            raise not_open(tool.name, why="its source is switched off")

    async def look(self) -> frozenset[str]:
        """The sources that are off now. Raises `AuditUnavailable`."""
        self._off = frozenset(await self._store.read(sources_off))
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


def sources_off() -> Transaction[dict[str, str]]:
    """Each source that is off, and why."""
    rows = yield READ_OFF, ()
    return {row[0]: row[1] for row in rows}


async def switch(store: Store, audit: Audit, source: str, *, on: bool, why: str, by: str) -> None:
    """Durable on return, and on record in the same transaction. Raises `AuditUnavailable`."""
    audit.acknowledge(await store.run(partial(_switch, audit, source, on, why, by)))


def _switch(audit: Audit, source: str, on: bool, why: str, by: str) -> Transaction[Receipt]:  # noqa: FBT001
    if on:
        yield SWITCH_ON, (source,)
    else:
        now = yield from now_ms()
        yield SWITCH_OFF, (source, now, why)
    return (
        yield from audit.append(
            "",
            lambda _: {
                "event": "source_on" if on else "source_off",
                "source": source,
                "user": printable(by),
                "why": printable(why),
            },
        )
    )
