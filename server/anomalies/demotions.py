"""Demotions: whose autonomous actions a person is asked about, since when, until when, and why."""

from typing import Final

from policies.call import Call
from server.anomalies.ended import whose
from server.moments import moment
from server.transaction import Transaction, now_ms

_DEMOTE: Final = """
    INSERT INTO demotions (id, tenant, user_id, kind, at, until, why, lifted_at, lifted_by)
    VALUES ($1, $2, $3, $4, $5, $6, $7, 0, '')
"""
_STANDING: Final = """
    SELECT why, until FROM demotions
    WHERE tenant = $1 AND user_id IN ('', $2) AND until > now_ms() AND lifted_at = 0
    ORDER BY at, id
"""
_COUNT: Final = "SELECT count(*) FROM demotions WHERE until > now_ms() AND lifted_at = 0"
_LIFT: Final = """
    UPDATE demotions SET lifted_at = $2, lifted_by = $3
    WHERE id = $1 AND until > $2 AND lifted_at = 0
    RETURNING tenant, user_id, kind
"""


def reasons(call: Call) -> Transaction[tuple[str, ...]]:
    """Why its user's actions may not go without a person now, as sentences for that person; mostly none.

    One statement that reads, for the transaction in which it is decided whether the call goes alone.
    """
    found = yield _STANDING, whose(call.user.tenant, call.user.id)
    return tuple(
        f"Until {moment(until):%Y-%m-%d %H:%M} UTC nothing goes without a person: {why[:1].lower()}{why[1:]}"
        for why, until in found
    )


def demote(
    id: str,  # noqa: A002 - it is what it is called everywhere
    tenant: str,
    user: str,
    kind: str,
    *,
    now: int,
    until: int,
    why: str,
) -> Transaction[None]:
    """`user` is "" for all of the tenant. `id` is that of the anomaly; times are in milliseconds."""
    yield _DEMOTE, (id, tenant, user, kind, now, until, why)


def in_force() -> Transaction[int]:
    """How many there are."""
    rows = yield _COUNT, ()
    count: int = rows[0][0]
    return count


def lift(id: str, by: str) -> Transaction[tuple[str, str, str] | None]:  # noqa: A002
    """Ends it, and gives its tenant, user and kind; None where none is in force by this id."""
    now = yield from now_ms()
    lifted = yield _LIFT, (id, now, by)
    return tuple(lifted[0]) if lifted else None
