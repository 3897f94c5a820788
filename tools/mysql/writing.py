"""One write, from START TRANSACTION to what became of its COMMIT (threats T17, T18, T47).

Every change is made where all that was seen of its row still stands, in the statement itself; then it is read
back, noted, and only then made final.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Final, TypeAlias

import anyio

from policies.change import Change, Effect, Fields, Kind, stands
from policies.errors import Denied, InDoubt, Refusal, StaleConfirmation, UpstreamFailed
from tools.connector import Ledger, Trace
from tools.mysql.failures import DRIVER, failures_of, nothing_done, number_of
from tools.mysql.link import READING, WRITING, Link, transaction
from tools.mysql.planning import find, stamp_of
from tools.mysql.rows import Rows
from tools.mysql.targets import look_up
from tools.sql.changes import traced
from tools.sql.names import fold
from tools.sql.order import Order
from tools.sql.rules import Relation, Rules

Anew: TypeAlias = Callable[[], AbstractAsyncContextManager[Link]]
"""Another connection with the same credential."""

_STALE: Final = "What was confirmed no longer stands in the table, so nothing was changed. Plan it anew."
_LOOK_AGAIN_SECONDS: Final = 0.1
_LOCKED: Final = frozenset({1205, 1213, 1969, 3024})  # the last two where its own time is over before


class Writing:
    """The writes of one session to the source `name`. `limit` is how long each may take, in seconds."""

    def __init__(self, name: str, link: Link, anew: Anew, rules: Rules, limit: float) -> None:
        self._name = name
        self._link = link
        self._anew = anew
        self._rules = rules
        self._limit = limit

    async def write(self, order: Order, effect: Effect, ledger: Ledger) -> Sequence[Fields]:
        """The rows of the changes as they stand then; before, where they are deleted.

        Raises `StaleConfirmation`, `Denied`, `UpstreamFailed` or what the ledger does: nothing is done.
        Raises `InDoubt` where nobody can say.
        """
        async with transaction(self._link, WRITING):
            with nothing_done(self._name), anyio.fail_after(self._limit):
                done, rows = await self._make(order, effect)
            await ledger.note(done, None)
            # The point of no return: whoever hangs up now still gets it done, once, and on record.
            with anyio.CancelScope(shield=True):
                await self._commit(done)
        return rows

    async def trace(self, effect: Effect) -> Trace:
        """Compares each row with what was noted of it, once nobody else is at it. Raises `UpstreamFailed`."""
        try:
            with failures_of(self._name), anyio.fail_after(self._limit):
                async with self._anew() as link, transaction(link, READING):
                    found = [
                        (change, await find(link, await self._all_rows(link, change), change.key, lock=True))
                        for change in effect.changes
                    ]
        except UpstreamFailed as failed:
            # Whoever holds the lock may be about to make it final.
            if failed.__cause__ is not None and number_of(failed.__cause__) in _LOCKED:
                return Trace.UNDER_WAY
            raise
        return traced(found)

    async def _make(self, order: Order, effect: Effect) -> tuple[Effect, Sequence[Fields]]:
        target = await look_up(self._link, order.relation)
        if stamp_of(target) != order.stamp:
            raise StaleConfirmation(_STALE)
        own = Rows(target, self._rules.relations[order.relation], order.rows, order.parameters)
        keys = [await self._change(own, change) for change in effect.changes]
        # Only now: a trigger of one row may change another.
        made = [await self._read_back(own, *each) for each in zip(effect.changes, keys, strict=True)]
        changes = tuple(change for change, _ in made)
        return effect.holding(changes), [row for _, row in made]

    async def _change(self, own: Rows, change: Change) -> Fields:
        """The key of the row that it was made to."""
        answer = await self._link.ask(*own.changing(change))
        if answer.changed != 1:
            raise StaleConfirmation(_STALE)
        if change.key:
            return change.key
        after = change.after or {}
        counted = {
            name: str(answer.numbered)
            for name in own.readable.key
            if after.get(name) is None and own.target.columns[fold(name)].is_numbered
        }
        key = {name: after.get(name) or counted.get(name) for name in own.readable.key}
        if None in key.values():
            raise Denied(
                "The new row's key is none that could be told afterwards. Nothing was changed. Give it one.",
                rule="key",
            )
        return key

    async def _read_back(self, own: Rows, change: Change, key: Fields) -> tuple[Change, Fields]:
        """The change as it was really stored, and the row to show."""
        now = await find(self._link, own, key)
        if change.after is None:
            if now is not None:
                raise _differs()
            return change, change.before or {}
        if now is None:
            raise Denied(
                "A row would then be none of those that you may have. Nothing was changed.", rule="row_filter"
            )
        confirmed = {name: value for name, value in change.after.items() if name not in key or change.key}
        if not stands({name: value for name, value in confirmed.items() if name in now}, now):
            raise _differs()
        stored = now if change.kind is Kind.CREATE else {name: now[name] for name in change.after}
        return Change(change.target, key, change.before, stored), now

    async def _commit(self, done: Effect) -> None:
        try:
            with anyio.fail_after(self._limit):
                await self._link.say("COMMIT")
                return
        except DRIVER:
            # Whatever the driver says of a COMMIT, the server alone knows what became of it.
            self._link.hang_up()
        match await self._outcome(done):
            case Trace.DONE:
                return
            case Trace.NOT_DONE:
                raise UpstreamFailed(f"Nothing was changed. {self._name} gave up at the very end. Ask again.")
            case _:
                raise InDoubt(
                    f"{self._name} was lost at the very end. Whether it was done is being found out: look "
                    "with remit_actions, and do not ask for it again before."
                )

    async def _outcome(self, done: Effect) -> Trace:
        """Asks on other connections, for as long as it may still come to be."""
        with anyio.move_on_after(self._limit):
            while True:
                try:
                    found = await self.trace(done)
                except Refusal:
                    found = Trace.UNDER_WAY
                if found is not Trace.UNDER_WAY:
                    return found
                await anyio.sleep(_LOOK_AGAIN_SECONDS)
        return Trace.UNKNOWN

    async def _all_rows(self, link: Link, change: Change) -> Rows:
        """Whoever asks: what became of an action is looked up for nobody."""
        relation = Relation(*change.target.split(".", 1))
        readable = self._rules.relations.get(relation)
        if readable is None:
            raise UpstreamFailed("The table of this action is not open any more. Ask an administrator.")
        return Rows(await look_up(link, relation), readable)


def _differs() -> Exception:
    return Denied(
        "The table would store something else than what was confirmed, by rules of its own. Nothing was "
        "changed.",
        rule="stored_differently",
    )
