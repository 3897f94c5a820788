"""Results too large for one answer, kept within their user's context: redacted, sealed, and for a while.

What one has asked for under one context no other context reads. It is gone with its context, with the
connection that it came over, after its own time, and when newer ones take its place.
"""

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from policies.call import Call, Kept, Table, Tier
from policies.context import Context
from policies.document import Results as Settings
from policies.errors import NotFound
from policies.milliseconds import MINUTE
from policies.results import Room, from_json, to_json
from policies.sources import OWN
from server.keys import MasterUnavailable, Ring
from server.keys.ring import key_of
from server.keys.rows import TenantKey
from server.seal import DoesNotOpen
from server.store import Store
from server.transaction import Transaction, now_ms

log = logging.getLogger("remit.context")

_KEEP: Final = """
    INSERT INTO context_results (id, context, source, tool, kept_at, turn, sealed)
    SELECT $1, $2, $3, $4, now_ms(), $5, $6 WHERE EXISTS (SELECT 1 FROM contexts WHERE id = $2)
    RETURNING id
"""
_OLDEST: Final = """
    DELETE FROM context_results WHERE context = $1 AND id NOT IN (
        SELECT id FROM context_results WHERE context = $1 ORDER BY kept_at DESC, id LIMIT $2
    )
"""
_FIND: Final = "SELECT tool, kept_at, turn, sealed FROM context_results WHERE id = $1 AND context = $2"
_FORGET_OLD: Final = """
    DELETE FROM context_results WHERE kept_at <= $1
        OR NOT EXISTS (SELECT 1 FROM contexts WHERE contexts.id = context AND turns - turn <= $2)
"""
_FORGET_OF: Final = """
    DELETE FROM context_results WHERE source = $3
        AND context IN (SELECT id FROM contexts WHERE tenant = $1 AND user_id = $2)
"""


@dataclass(frozen=True, slots=True)
class _Found:
    tool: str
    sealed: str
    key: TenantKey | None


class Results:
    def __init__(self, store: Store, ring: Ring, settings: Settings) -> None:
        self.settings = settings
        self._store = store
        self._ring = ring

    def room(self, call: Call) -> Room | None:
        """That of an answer to the call. What was done is told whole."""
        if call.tool.tier is not Tier.READ or call.tool.source == OWN:
            return None
        return Room(self.settings.characters, secrets.token_hex(16))

    async def keep(self, context: Context, call: Call, kept: Kept) -> bool:
        """Durable on return. False where the context has ended, or the tenant's key can't be had.

        Raises `StoreUnavailable`.
        """
        try:
            sealed = await self._ring.seal(
                call.user.tenant, to_json(kept.table), *_bound(context, kept.handle)
            )
        except (DoesNotOpen, MasterUnavailable) as error:
            log.error("a result can't be kept", extra={"call": call.id, "detail": error.detail})  # noqa: TRY400
            return False
        row = (kept.handle, context.id, call.tool.source, call.tool.name, context.turns, sealed)
        return await self._store.run(partial(self._keep, row))

    async def read(self, context: Context, call: Call, handle: str, is_open: Callable[[str], bool]) -> Table:
        """`is_open` says whether the tool that it came from is open to the user still.

        Raises `NotFound` alike for one that there is not, another's, and one that is over.
        """
        found = await self._store.read(partial(self._find, context, call.user.tenant, handle))
        if found is None or not is_open(found.tool):
            raise NotFound(
                "Nothing is kept under this id for this conversation now. Call the tool that it came from."
            )
        return from_json(await self._ring.open_under(found.key, found.sealed, *_bound(context, handle)))

    async def sweep(self) -> None:
        """Forgets those that are over, or whose contexts are. Raises `StoreUnavailable`."""
        await self._store.run(self._forget_old)

    def _forget_old(self) -> Transaction[None]:
        now = yield from now_ms()
        yield _FORGET_OLD, (now - self.settings.minutes * MINUTE, self.settings.turns)

    def _keep(self, row: tuple[str | int, ...]) -> Transaction[bool]:
        if not (yield _KEEP, row):
            return False
        yield _OLDEST, (row[1], self.settings.most)
        return True

    def _find(self, context: Context, tenant: str, handle: str) -> Transaction[_Found | None]:
        now = yield from now_ms()
        for tool, kept_at, turn, sealed in (yield _FIND, (handle, context.id)):
            over = now - kept_at >= self.settings.minutes * MINUTE
            if not over and context.turns - turn <= self.settings.turns:
                return _Found(tool, sealed, (yield from key_of(tenant, sealed)))
        return None


def forget_of(tenant: str, user: str, source: str) -> Transaction[None]:
    """What came over a connection that ends, part of the transaction that ends it (threat T28)."""
    yield _FORGET_OF, (tenant, user, source)


def _bound(context: Context, handle: str) -> tuple[str, ...]:
    return "result", context.id, handle
