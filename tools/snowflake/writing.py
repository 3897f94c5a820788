"""One write: noted, sent once as one statement, looked for where nobody heard of it (threats T17, T18, T47).

There is no transaction that would be open while it is noted. So it is noted before it is sent, and a
statement that finds something else than was confirmed changes no row.
"""

import time
from collections.abc import Callable, Sequence
from typing import Final

import anyio

from policies.canonical import Json
from policies.change import Change, Effect, Fields, Kind
from policies.errors import Refusal, StaleConfirmation, UpstreamFailed
from tools.connector import Ledger, Trace
from tools.rest.marks import settled
from tools.rest.records import in_doubt
from tools.rest.unheard import Unheard
from tools.snowflake.api import Api
from tools.snowflake.changing import change
from tools.snowflake.planning import find, rows_of, stamp_of
from tools.snowflake.rows import Rows
from tools.snowflake.targets import look_up
from tools.sql.changes import traced
from tools.sql.order import Order
from tools.sql.rules import Relation, Rules

_STALE: Final = "What was confirmed no longer stands in the table, so nothing was changed. Plan it anew."


class Writing:
    """The writes of one session to the source `name`.

    `limit` is how long one may be handed in, and how long it may run then, in seconds; `now` the wall clock.
    """

    def __init__(
        self, name: str, api: Api, rules: Rules, limit: float, now: Callable[[], float] = time.time
    ) -> None:
        self._name = name
        self._api = api
        self._rules = rules
        self._limit = limit
        self._now = now

    async def write(self, order: Order, effect: Effect, ledger: Ledger, tag: str) -> Sequence[Fields]:
        """The rows of the changes as they stand then; before, where they are deleted.

        Raises `StaleConfirmation`, `UpstreamFailed` or what the ledger does: nothing is done.
        Raises `InDoubt` where nobody can say.
        """
        target = await look_up(self._api, order.relation)
        if stamp_of(target) != order.stamp:
            raise StaleConfirmation(_STALE)
        own = rows_of(target, order, self._rules)
        await ledger.note(effect, {"over": round(self._now() + 2 * self._limit)})
        # The point of no return: whoever hangs up now still gets it done, once, and on record.
        rows: list[Fields] = []
        with anyio.CancelScope(shield=True):
            await self._send(own, effect, tag)
            rows += await self._shown(own, effect)
        return rows

    async def trace(self, effect: Effect, mark: Json) -> Trace:
        """Compares each row with what was noted of it. Whoever asks: it is looked up for nobody."""
        return settled(await self._compared(effect), mark, self._now())

    async def _compared(self, effect: Effect) -> Trace:
        relation = Relation(*effect.changes[0].target.split(".", 1))
        readable = self._rules.relations.get(relation)
        if readable is None:
            raise UpstreamFailed("The table of this action is not open any more. Ask an administrator.")
        own = Rows(await look_up(self._api, relation), readable)
        return traced(await find(self._api, own, effect.changes))

    async def _send(self, own: Rows, effect: Effect, tag: str) -> None:
        try:
            changed = await change(self._api, *own.making(effect.changes), tag=tag)
        except Unheard:
            if not await self._is_done(effect):
                raise in_doubt(self._name) from None
            return
        if changed == 0:
            raise StaleConfirmation(_STALE)
        if changed != len(effect.changes):
            raise in_doubt(self._name)

    async def _is_done(self, effect: Effect) -> bool:
        """Where it is not, it may still come to be."""
        try:
            return await self._compared(effect) is Trace.DONE
        except Refusal:
            return False

    async def _shown(self, own: Rows, effect: Effect) -> Sequence[Fields]:
        try:
            found = await find(self._api, own, effect.changes)
        except Refusal:  # it was done all the same
            found = [(change, None) for change in effect.changes]
        return [_shown(change, row) for change, row in found]


def _shown(change: Change, row: Fields | None) -> Fields:
    before = change.before or {}
    return before if change.kind is Kind.DELETE else row or {**before, **(change.after or {})}
