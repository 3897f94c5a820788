"""Switches scopes on and off: durable on return, and on record in the same transaction."""

from collections.abc import Sequence
from functools import partial
from typing import Final

from policies.call import Receipt
from policies.canonical import Json
from policies.errors import InvalidArgument
from policies.milliseconds import DAY
from policies.scopes import MOST_DAYS
from server.audit import Audit
from server.autonomous.delegations import COLUMNS, Delegations
from server.digests import printable
from server.moments import day
from server.store import Store
from server.transaction import Transaction, now_ms

_ON: Final = f"""
    INSERT INTO delegations ({", ".join(COLUMNS)}) VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (scope) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in COLUMNS[1:])}
"""  # noqa: S608 - names alone
_OFF: Final = "DELETE FROM delegations WHERE tool = $1 AND $2 IN ('', scope) RETURNING scope"


async def switch_on(
    store: Store, audit: Audit, its: Delegations, scope: str, until_at: int, *, by: str, why: str
) -> None:
    """Raises `InvalidArgument` for an end that is over or too far off, or `AuditUnavailable`.

    `until_at` is in milliseconds since 1970, the moment at which its last day is over.
    """
    audit.acknowledge(await store.run(partial(_on, audit, its, scope, until_at, by=by, why=why)))


def _on(
    audit: Audit, its: Delegations, scope: str, until_at: int, *, by: str, why: str
) -> Transaction[Receipt]:
    now = yield from now_ms()
    if not now < until_at <= now + (MOST_DAYS + 1) * DAY:
        raise InvalidArgument(f"The last day is today or later, and at most {MOST_DAYS} days ahead.")
    tool, digest = its.scopes[scope].tool, its.digests[scope]
    yield _ON, (scope, tool, digest, now, by, why, until_at)
    facts: dict[str, Json] = {"scopes": [scope], "digest": digest, "until": day(until_at - 1)}
    return (yield from _said(audit, "autonomous_on", tool, facts, by=by, why=why))


async def switch_off(
    store: Store, audit: Audit, tool: str, scope: str, *, by: str, why: str
) -> Sequence[str]:
    """Every scope of the tool, or the one of this name. Gives those that were on.

    Raises `AuditUnavailable`.
    """
    ended, receipt = await store.run(partial(_off, audit, tool, scope, by=by, why=why))
    audit.acknowledge(receipt)
    return ended


def _off(audit: Audit, tool: str, scope: str, *, by: str, why: str) -> Transaction[tuple[list[str], Receipt]]:
    ended = sorted(row[0] for row in (yield _OFF, (tool, scope)))
    named: dict[str, Json] = {"scopes": [printable(each) for each in ended]}
    return ended, (yield from _said(audit, "autonomous_off", tool, named, by=by, why=why))


def _said(
    audit: Audit, event: str, tool: str, more: dict[str, Json], *, by: str, why: str
) -> Transaction[Receipt]:
    facts: dict[str, Json] = {
        "event": event,
        "tool": printable(tool),
        "user": printable(by),
        "why": printable(why),
        **more,
    }
    return (yield from audit.append("", lambda _: facts))
