"""How much of each scope was used, by the minute of the steady clock (server/steady_clock.py)."""

from collections.abc import Sequence
from typing import Any, Final

from policies.allowance import DAY_MINUTES, MINUTE, Minute, counting
from server.transaction import Later, Transaction

_SINCE: Final = "SELECT scope, minute, calls, records FROM scope_uses WHERE minute >= $1"
_OF_TOOL: Final = f"{_SINCE} AND scope IN (SELECT scope FROM delegations WHERE tool = $2)"  # noqa: S608 - names alone
_USE: Final = """
    INSERT INTO scope_uses (scope, minute, calls, records) VALUES ($1, $2, 1, $3)
    ON CONFLICT (scope, minute) DO UPDATE SET
        calls = scope_uses.calls + 1,
        records = scope_uses.records + excluded.records
"""
_FORGET: Final = "DELETE FROM scope_uses WHERE scope = $1 AND minute < $2"


def used_within_a_day(now: int) -> Transaction[dict[str, list[Minute]]]:
    """By scope. `now` is in microseconds of that clock."""
    return _by_scope((yield _SINCE, (counting(DAY_MINUTES, now),)))


def used_by(tool: str, now: int) -> Transaction[dict[str, list[Minute]]]:
    """The same, of the scopes of one tool."""
    return _by_scope((yield _OF_TOOL, (counting(DAY_MINUTES, now), tool)))


def use(scope: str, rows: int, now: int) -> Transaction[None]:
    """Counts one call, and forgets what counts no more."""
    yield Later(_FORGET, (scope, counting(DAY_MINUTES, now)), scope)
    yield Later(_USE, (scope, now // MINUTE, rows))


def _by_scope(rows: Sequence[Sequence[Any]]) -> dict[str, list[Minute]]:
    used: dict[str, list[Minute]] = {}
    for scope, *rest in rows:
        used.setdefault(scope, []).append(Minute(*rest))
    return used
