"""Whether a transaction was committed, after nobody heard (threat T47).

PostgreSQL keeps what became of a transaction by its id. It may give an id out anew after a crash that took
the first one with it. So an id counts only while the server has not crashed since, and is the same one: a
crash resets all statistics, which say when they were reset.
"""

from typing import Final, cast

from policies.canonical import Json
from policies.change import Effect
from tools.connector import Trace
from tools.postgres.carrying import key_of, look_up, standing
from tools.postgres.order import Order
from tools.postgres.rows import Filter
from tools.postgres.transactions import Link
from tools.sql.changes import traced

_EPOCH: Final = """
    (SELECT extract(epoch FROM stats_reset)::text FROM pg_stat_archiver) AS epoch,
    (SELECT oid::text FROM pg_database WHERE datname = current_database()) AS database
"""
MARK: Final = f"SELECT pg_current_xact_id()::text AS xid, {_EPOCH}"
_STATUS: Final = f"""
    SELECT CASE WHEN (seen.epoch, seen.database) = ($2, $3) THEN pg_xact_status($1::text::xid8) END
    FROM (SELECT {_EPOCH}) AS seen
"""  # noqa: S608 - all of it is ours
_ENDED: Final = {
    "committed": Trace.DONE,
    "aborted": Trace.NOT_DONE,
    "in progress": Trace.UNDER_WAY,
}


async def mark_of(link: Link, order: Order) -> Json:
    """Of the transaction that is open, which has written."""
    row = await link.fetchrow(MARK)
    assert row is not None
    return {"xid": row["xid"], "epoch": row["epoch"], "database": row["database"], "order": order.to_json()}


def order_of(mark: Json) -> Order:
    return Order.from_json(cast("dict[str, dict[str, Json]]", mark)["order"])


async def trace(link: Link, effect: Effect, mark: Json, most: int) -> Trace:
    """In a transaction that is open. Raises what the driver does."""
    parts = cast("dict[str, str]", mark)
    status = await link.fetchval(_STATUS, parts["xid"], parts["epoch"], parts["database"])
    return _ENDED.get(status) or await _read_back(link, effect, order_of(mark), most)


async def _read_back(link: Link, effect: Effect, order: Order, most: int) -> Trace:
    """What the rows themselves tell: it is nothing where both or neither of before and after stand."""
    if await look_up(link, order.relation) != order.facts:
        return Trace.UNKNOWN
    now = await standing(link, order, [change.key for change in effect.changes], most, within=Filter())
    found = [(change, now.get(key_of(order, change.key))) for change in effect.changes]
    return traced(found)
