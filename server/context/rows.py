"""The contexts of the store of record: a row for each, and pages of what it holds.

Reading one and counting its turn is part of the transaction that admits a call (server/limits.py). A page is
written once and stands behind those before it, so what a context holds is its pages in their order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from policies.call import Call
from policies.context import Context
from policies.document import Window
from policies.injection.suspicion import Level
from server.keys.ring import key_of
from server.keys.rows import TenantKey
from server.transaction import Later, Transaction, now_ms

SWEPT: Final = 500  # contexts that one look ends
SETTLED: Final = 60_000
"""Milliseconds after its last turn in which a context that has no turn left may still be at work."""

COLUMNS: Final = ("id", "begun_at", "used_at", "turns", "sources", "suspicion")
"""Of the table, in the order of `context`."""
_TURN: Final = """
    INSERT INTO contexts (tenant, user_id, client, id, session, begun_at, used_at, turns, sources)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    ON CONFLICT (tenant, user_id, client) DO UPDATE SET
        id = excluded.id,
        session = excluded.session,
        begun_at = excluded.begun_at,
        used_at = excluded.used_at,
        turns = excluded.turns,
        sources = excluded.sources,
        suspicion = CASE WHEN contexts.id = excluded.id THEN contexts.suspicion ELSE 0 END
"""
_SUSPECT: Final = "UPDATE contexts SET suspicion = $2 WHERE id = $1 AND suspicion < $2"
_PAGES: Final = "SELECT page, sealed FROM context_pages WHERE context = $1 AND page > $2 ORDER BY page"
_APPEND: Final = """
    INSERT INTO context_pages (context, page, sealed)
    SELECT $1, $2, $3
    WHERE EXISTS (SELECT 1 FROM contexts WHERE id = $1)
        AND $2 = 1 + (SELECT count(*) FROM context_pages WHERE context = $1)
    RETURNING page
"""
_FORGET: Final = "DELETE FROM contexts WHERE id = $1"
_FORGET_PAGES: Final = "DELETE FROM context_pages WHERE context = $1"
_ANEW: Final = """
    UPDATE contexts SET id = $2, begun_at = used_at, turns = 0, sources = '' WHERE id = $1 AND suspicion > 0
"""
_FORGET_RESULTS: Final = "DELETE FROM context_results WHERE context = $1"
_IS_THEIRS: Final = "$1 IN ('', tenant) AND $2 IN ('', user_id) AND $3 IN ('', session)"
_END_PAGES: Final = f"DELETE FROM context_pages WHERE context IN (SELECT id FROM contexts WHERE {_IS_THEIRS})"  # noqa: S608
_END_RESULTS: Final = _END_PAGES.replace("context_pages", "context_results")
_END: Final = f"DELETE FROM contexts WHERE {_IS_THEIRS}"  # noqa: S608 - a condition of ours
_OVER: Final = f"""
    SELECT id FROM contexts WHERE used_at <= $1 OR (turns >= $2 AND used_at <= $3) LIMIT {SWEPT}
"""  # noqa: S608 - a number of ours
_LEFT: Final = f"""
    SELECT DISTINCT context FROM context_pages
    WHERE NOT EXISTS (SELECT 1 FROM contexts WHERE id = context) LIMIT {SWEPT}
"""  # noqa: S608 - a number of ours
_STANDS: Final = "SELECT 1 FROM contexts WHERE id = $1"

Owner: TypeAlias = tuple[str, str, str]
"""Tenant, user and client."""


@dataclass(frozen=True, slots=True)
class Page:
    """`key` is the row of the key that it was sealed under, None where there is none."""

    number: int
    sealed: str
    key: TenantKey | None


def owner_of(call: Call) -> Owner:
    """What the client calls itself decides nothing (T11): over HTTP it is the one that the token names."""
    return call.user.tenant, call.user.id, f"{call.transport.value} {call.user.client}"


def context(row: Sequence[Any]) -> Context | None:
    """Of the values of COLUMNS, all None where there is no row."""
    id_, begun_at, used_at, turns, sources, suspicion = row
    if id_ is None:
        return None
    return Context(id_, begun_at, used_at, turns, frozenset(sources.split()), Level(suspicion))


def keep_turn(owner: Owner, session: str, kept: Context) -> Later:
    counted = (kept.begun_at, kept.used_at, kept.turns, " ".join(sorted(kept.sources)))
    return Later(_TURN, (*owner, kept.id, session, *counted), owner)


def suspect(id: str, level: Level) -> Transaction[None]:  # noqa: A002
    """From here on its calls are assessed by this, part of the transaction that answers (threat T22)."""
    yield _SUSPECT, (id, int(level))


def read_pages(id: str, tenant: str, after: int) -> Transaction[list[Page]]:  # noqa: A002
    keys: dict[str, TenantKey | None] = {}
    pages: list[Page] = []
    for number, sealed in (yield _PAGES, (id, after)):
        version = sealed.split(".", 2)[1]
        if version not in keys:
            keys[version] = yield from key_of(tenant, sealed)
        pages.append(Page(number, sealed, keys[version]))
    return pages


def append(id: str, page: int, sealed: str) -> Transaction[bool]:  # noqa: A002
    """False where another page came first, or the context has ended."""
    return bool((yield _APPEND, (id, page, sealed)))


def stands(id: str) -> Transaction[bool]:  # noqa: A002
    return bool((yield _STANDS, (id,)))


def forget(*ids: str) -> Transaction[None]:
    for each in ids:
        yield _FORGET_PAGES, (each,)
        yield _FORGET_RESULTS, (each,)
        yield _FORGET, (each,)


def begin_anew(id: str, new: str) -> Transaction[None]:  # noqa: A002
    """Ends it. One that is suspicious leaves another, which holds that alone."""
    yield _ANEW, (id, new)
    yield from forget(id)


def end(tenant: str, user: str, session: str) -> Transaction[None]:
    """Those of a tenant, a user or a session; "" is any. Part of the transaction that ends a sign-in."""
    yield _END_PAGES, (tenant, user, session)
    yield _END_RESULTS, (tenant, user, session)
    yield _END, (tenant, user, session)


def over(window: Window) -> Transaction[list[str]]:
    """The ids of those that are over, and of what pages are left of others, at most SWEPT of each."""
    now = yield from now_ms()
    ended = yield _OVER, (now - window.minutes * 60_000, window.turns, now - SETTLED)
    left = yield _LEFT, ()
    return [row[0] for row in (*ended, *left)]


def living(ids: Sequence[str]) -> Transaction[frozenset[str]]:
    """Those of them that the store still has."""
    places = ", ".join(f"${number}" for number in range(1, len(ids) + 1))
    found = yield f"SELECT id FROM contexts WHERE id IN ({places})", tuple(ids)  # noqa: S608 - places alone
    return frozenset(row[0] for row in found)
