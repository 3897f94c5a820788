"""One write, from BEGIN to what became of its COMMIT (threats T47, T49)."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Final, TypeAlias

import anyio

from policies.canonical import Json
from policies.change import Effect
from policies.errors import InDoubt, Refusal, UpstreamFailed
from policies.sources import PostgresSource
from tools.connector import Ledger, Trace
from tools.postgres import tracing
from tools.postgres.carrying import Done, change_rows
from tools.postgres.failures import DRIVER, failures_of
from tools.postgres.order import Order
from tools.postgres.refusals import nothing_done
from tools.postgres.row_security import Signer
from tools.postgres.transactions import Link, hand_over, opening, transaction

Anew: TypeAlias = Callable[[], AbstractAsyncContextManager[Link]]
"""Another connection with the same credential."""

_LOOK_AGAIN_SECONDS: Final = 0.1


class Writing:
    """The writes of one session. `limit` is how long each step may take, in seconds."""

    def __init__(
        self,
        name: str,
        link: Link,
        anew: Anew,
        signer: Signer | None,
        *,
        source: PostgresSource,
        limit: float,
    ) -> None:
        self._source = name
        self._link = link
        self._anew = anew
        self._signer = signer
        self._timeout = source.timeout
        self._limit = limit
        self._most = source.max_cell_bytes

    async def write(self, order: Order, effect: Effect, ledger: Ledger) -> Done:
        """Raises `StaleConfirmation`, `Denied`, `UpstreamFailed` or what the ledger does: nothing is done.

        Raises `InDoubt` where not even the server can say yet.
        """
        async with transaction(self._link, opening(self._timeout, writes=True)):
            with nothing_done(self._source), anyio.fail_after(self._limit):
                await self._identify(self._link, order)
                done = await change_rows(self._link, order, effect, self._most)
                mark = await tracing.mark_of(self._link, order)
            await ledger.note(done.effect, mark)
            # The point of no return: whoever hangs up now still gets it done, once, and on record.
            with anyio.CancelScope(shield=True):
                await self._commit(done.effect, mark)
        return done

    async def trace(self, effect: Effect, mark: Json) -> Trace:
        """Raises `UpstreamFailed`."""
        with failures_of(self._source), anyio.fail_after(self._limit):
            return await self._traced(self._link, effect, mark)

    async def _commit(self, effect: Effect, mark: Json) -> None:
        try:
            if await self._link.execute("COMMIT", timeout=self._limit) == "COMMIT":
                return
        except DRIVER:
            # Whatever the driver says of a COMMIT, the server alone knows what became of it.
            pass
        match await self._outcome(effect, mark):
            case Trace.DONE:
                return
            case Trace.NOT_DONE:
                raise UpstreamFailed(
                    f"Nothing was changed. {self._source} gave up at the very end. Ask again."
                )
            case _:
                raise InDoubt(
                    f"{self._source} was lost at the very end. Whether it was done is being found out: look "
                    "with remit_actions, and do not ask for it again before."
                )

    async def _outcome(self, effect: Effect, mark: Json) -> Trace:
        """Asks on other connections, for as long as it may still come to be."""
        with anyio.move_on_after(self._limit):
            while True:
                try:
                    async with self._anew() as link:
                        with failures_of(self._source):
                            found = await self._traced(link, effect, mark)
                except Refusal:
                    found = Trace.UNDER_WAY
                if found is not Trace.UNDER_WAY:
                    return found
                await anyio.sleep(_LOOK_AGAIN_SECONDS)
        return Trace.UNKNOWN

    async def _traced(self, link: Link, effect: Effect, mark: Json) -> Trace:
        async with transaction(link, opening(self._timeout)):
            await self._identify(link, tracing.order_of(mark))
            return await tracing.trace(link, effect, mark, self._most)

    async def _identify(self, link: Link, order: Order) -> None:
        """Tells the database's own policies whose rows these are."""
        if self._signer:
            await hand_over(link, self._signer, order.claims, 2 * self._limit)
