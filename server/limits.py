"""Admits a call: counts it and puts it on record, in one transaction of the store of record."""

from functools import partial

from policies.call import Admission, Permit, Receipt
from policies.limits import Rate, spend
from server.audit import Record
from server.store import Store, Transaction, now_ms

READ_ARRIVAL = "SELECT tat FROM limits WHERE key = $1"
WRITE_ARRIVAL = (
    "INSERT INTO limits (key, tat) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET tat = excluded.tat"
)


class Limits:
    """How many calls a user may make. A refused call is not counted."""

    def __init__(self, store: Store, rate: Rate) -> None:
        self._store = store
        self._rate = rate

    async def admit(self, permit: Permit, record: Record) -> Admission:
        """Raises `LimitReached` or `AuditUnavailable`."""
        receipt = await self._store.run(partial(self._admit, permit, record))
        return Admission(permit, receipt)

    def _admit(self, permit: Permit, record: Record) -> Transaction[Receipt]:
        user = permit.call.user
        key = f"user:{user.tenant}:{user.id}"
        now = yield from now_ms()
        rows = yield READ_ARRIVAL, (key,)
        arrival = spend(self._rate, rows[0][0] if rows else None, now * 1000)
        yield WRITE_ARRIVAL, (key, arrival)
        return (yield from record.opening(permit))
