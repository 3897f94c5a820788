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
from policies.injection.suspicion import Level as Suspicion
from policies.taint import Sensitivity, Taint
from server.keys.ring import Sealed, is_newest, key_of
from server.keys.rows import TenantKey
from server.transaction import Later, Transaction, now_ms

SWEPT: Final = 500  # contexts that one look ends
SETTLED: Final = 60_000
"""Milliseconds after its last turn in which a context that has no turn left may still be at work."""

COLUMNS: Final = (
    "id",
    "begun_at",
    "used_at",
    "turns",
    "sources",
    "suspicion",
    "level",
    "untrusted",
    "people",
    "trail",
)
"""Of the table, in the order of `context`."""
_TURN: Final = """
    INSERT INTO contexts (tenant, user_id, client, id, session, begun_at, used_at, turns, sources, trail)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    ON CONFLICT (tenant, user_id, client) DO UPDATE SET
        id = excluded.id,
        session = excluded.session,
        begun_at = excluded.begun_at,
        used_at = excluded.used_at,
        turns = excluded.turns,
        sources = excluded.sources,
        suspicion = CASE WHEN contexts.id = excluded.id THEN contexts.suspicion ELSE 0 END,
        level = CASE WHEN contexts.id = excluded.id THEN contexts.level ELSE 0 END,
        untrusted = CASE WHEN contexts.id = excluded.id THEN contexts.untrusted ELSE 0 END,
        people = CASE WHEN contexts.id = excluded.id THEN contexts.people ELSE '' END,
        trail = CASE WHEN contexts.id = excluded.id THEN contexts.trail ELSE excluded.trail END
"""
# By whose it is, and as it stands when it is answered: what is answered now is known to whoever calls next,
# though they have begun another meanwhile, or forgotten this one.
_KNOWS_THEM: Final = "excluded.people = '' OR ' ' || contexts.people || ' ' LIKE $8 ESCAPE '!'"
_RAISE: Final = f"""
    INSERT INTO contexts (
        tenant, user_id, client, id, session, begun_at, used_at, turns, sources,
        suspicion, level, untrusted, people, trail
    )
    VALUES ($1, $2, $3, $9, $10, now_ms(), now_ms(), 0, '', $4, $5, $6, $7, $9)
    ON CONFLICT (tenant, user_id, client) DO UPDATE SET
        suspicion = CASE
            WHEN contexts.suspicion < excluded.suspicion THEN excluded.suspicion ELSE contexts.suspicion
        END,
        level = CASE WHEN contexts.level < excluded.level THEN excluded.level ELSE contexts.level END,
        untrusted = CASE
            WHEN contexts.untrusted < excluded.untrusted THEN excluded.untrusted ELSE contexts.untrusted
        END,
        people = CASE
            WHEN {_KNOWS_THEM} THEN contexts.people
            WHEN contexts.people = '' THEN excluded.people
            ELSE contexts.people || ' ' || excluded.people
        END
    WHERE contexts.suspicion < excluded.suspicion
        OR contexts.level < excluded.level
        OR contexts.untrusted < excluded.untrusted
        OR NOT ({_KNOWS_THEM})
"""  # noqa: S608 - a condition of ours
# Nothing can be held against prints of another trail: then it is on record that some are lacking.
_PRINT: Final = """
    INSERT INTO context_prints (trail, number, source, sealed)
    SELECT
        trail,
        1 + (SELECT count(*) FROM context_prints AS former WHERE former.trail = contexts.trail),
        $5,
        CASE WHEN trail = $4 THEN $6 ELSE '' END
    FROM contexts WHERE tenant = $1 AND user_id = $2 AND client = $3 AND (trail <> $4 OR $6 IS NOT NULL)
"""
_PRINTS: Final = """
    SELECT number, source, sealed FROM context_prints WHERE trail = $1 AND number > $2 ORDER BY number
"""
_SEND: Final = """
    INSERT INTO context_sent (trail, number, sealed)
    SELECT $1, $2, $3
    WHERE EXISTS (SELECT 1 FROM contexts WHERE trail = $1)
        AND $2 = 1 + (SELECT count(*) FROM context_sent WHERE trail = $1)
    RETURNING number
"""
_SENT: Final = "SELECT sealed FROM context_sent WHERE trail = $1 ORDER BY number"
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
# A trail goes with the last context that has it.
_IS_ITS_TRAIL: Final = (
    "trail IN (SELECT trail FROM contexts WHERE id = $1) "
    "OR (trail = $1 AND NOT EXISTS (SELECT 1 FROM contexts WHERE contexts.trail = $1))"
)
_FORGET_PRINTS: Final = f"DELETE FROM context_prints WHERE {_IS_ITS_TRAIL}"  # noqa: S608 - a condition of ours
_FORGET_SENT: Final = f"DELETE FROM context_sent WHERE {_IS_ITS_TRAIL}"  # noqa: S608 - as above
_LEAVE_TRAIL: Final = """
    UPDATE contexts SET level = 0, people = '', trail = $2 WHERE id = $1 AND untrusted = 0
"""
_ANEW: Final = """
    UPDATE contexts SET id = $2, begun_at = used_at, turns = 0, sources = ''
    WHERE id = $1 AND (suspicion > 0 OR untrusted > 0)
"""
_FORGET_RESULTS: Final = "DELETE FROM context_results WHERE context = $1"
_IS_THEIRS: Final = "$1 IN ('', tenant) AND $2 IN ('', user_id) AND $3 IN ('', session)"
_END_PAGES: Final = f"DELETE FROM context_pages WHERE context IN (SELECT id FROM contexts WHERE {_IS_THEIRS})"  # noqa: S608
_END_RESULTS: Final = _END_PAGES.replace("context_pages", "context_results")
_TRAILS: Final = f"(SELECT trail FROM contexts WHERE {_IS_THEIRS})"  # noqa: S608 - as above
_END_PRINTS: Final = f"DELETE FROM context_prints WHERE trail IN {_TRAILS}"  # noqa: S608 - as above
_END_SENT: Final = f"DELETE FROM context_sent WHERE trail IN {_TRAILS}"  # noqa: S608 - as above
_END: Final = f"DELETE FROM contexts WHERE {_IS_THEIRS}"  # noqa: S608 - a condition of ours
_OVER: Final = f"""
    SELECT id FROM contexts WHERE used_at <= $1 OR (turns >= $2 AND used_at <= $3) LIMIT {SWEPT}
"""  # noqa: S608 - a number of ours
_LEFT: Final = f"""
    SELECT DISTINCT context FROM context_pages
    WHERE NOT EXISTS (SELECT 1 FROM contexts WHERE id = context) LIMIT {SWEPT}
"""  # noqa: S608 - a number of ours
_LEFT_TRAILS: Final = f"""
    SELECT trail FROM context_prints AS left_over
    WHERE NOT EXISTS (SELECT 1 FROM contexts WHERE contexts.trail = left_over.trail)
    UNION
    SELECT trail FROM context_sent AS left_over
    WHERE NOT EXISTS (SELECT 1 FROM contexts WHERE contexts.trail = left_over.trail) LIMIT {SWEPT}
"""  # noqa: S608 - as above
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
    id_, begun_at, used_at, turns, sources, suspicion, level, untrusted, people, trail = row
    if id_ is None:
        return None
    read = Taint(Sensitivity(level), bool(untrusted), frozenset(people.split()))
    return Context(
        id_, begun_at, used_at, turns, frozenset(sources.split()), Suspicion(suspicion), read, trail
    )


def keep_turn(owner: Owner, session: str, kept: Context) -> Later:
    counted = (kept.begun_at, kept.used_at, kept.turns, " ".join(sorted(kept.sources)), kept.trail)
    return Later(_TURN, (*owner, kept.id, session, *counted), owner)


def learn(owner: Owner, session: str, new: str, suspicion: Suspicion, read: Taint) -> Transaction[None]:
    """Their calls are judged by this from here on: part of the transaction that answers (T22, T23).

    `new` is the id of the context that holds it where they have none any more.
    """
    for people in sorted(read.people) or [""]:
        pattern = f"% {people.replace('_', '!_')} %"
        labels = (int(suspicion), int(read.level), int(read.untrusted), people, pattern)
        yield _RAISE, (*owner, *labels, new, session)


def add_prints(owner: Owner, trail: str, source: str, sealed: str | None) -> Transaction[None]:
    """`sealed` is "" where there is no room, and None where `trail` has them all.

    Part of the transaction that answers (threat T24).
    """
    yield _PRINT, (*owner, trail, source, sealed)


def read_prints(trail: str, after: int) -> Transaction[list[tuple[int, str, str]]]:
    """Number, source and what is sealed of those after."""
    rows = yield _PRINTS, (trail, after)
    return [(number, source, sealed) for number, source, sealed in rows]


def add_sent(trail: str, number: int, sealed: str) -> Transaction[bool]:
    """False where something else was sent first, or the context has ended."""
    return bool((yield _SEND, (trail, number, sealed)))


def read_sent(trail: str) -> Transaction[list[str]]:
    return [row[0] for row in (yield _SENT, (trail,))]


def read_pages(id: str, tenant: str, after: int) -> Transaction[list[Page]]:  # noqa: A002
    keys: dict[str, TenantKey | None] = {}
    pages: list[Page] = []
    for number, sealed in (yield _PAGES, (id, after)):
        version = sealed.split(".", 2)[1]
        if version not in keys:
            keys[version] = yield from key_of(tenant, sealed)
        pages.append(Page(number, sealed, keys[version]))
    return pages


def append(id: str, page: int, sealed: Sealed) -> Transaction[bool]:  # noqa: A002
    """False where another page came first, the context has ended, or the tenant has another key."""
    if not (yield from is_newest(sealed.key)):
        return False
    return bool((yield _APPEND, (id, page, sealed.text)))


def stands(id: str) -> Transaction[bool]:  # noqa: A002
    return bool((yield _STANDS, (id,)))


def forget(*ids: str) -> Transaction[None]:
    for each in ids:
        yield _FORGET_PAGES, (each,)
        yield _FORGET_RESULTS, (each,)
        yield _FORGET_PRINTS, (each,)
        yield _FORGET_SENT, (each,)
        yield _FORGET, (each,)


def begin_anew(id: str, new: str) -> Transaction[None]:  # noqa: A002
    """Ends it. What strangers wrote may have asked for that, so where any was read, the next knows what was.

    One that is suspicious leaves another as well, which holds that alone.
    """
    yield _LEAVE_TRAIL, (id, new)
    yield _ANEW, (id, new)
    yield from forget(id)


def end(tenant: str, user: str, session: str) -> Transaction[None]:
    """Those of a tenant, a user or a session; "" is any. Part of the transaction that ends a sign-in."""
    yield _END_PAGES, (tenant, user, session)
    yield _END_RESULTS, (tenant, user, session)
    yield _END_PRINTS, (tenant, user, session)
    yield _END_SENT, (tenant, user, session)
    yield _END, (tenant, user, session)


def over(window: Window) -> Transaction[list[str]]:
    """The ids of those that are over, and of what pages are left of others, at most SWEPT of each."""
    now = yield from now_ms()
    ended = yield _OVER, (now - window.minutes * 60_000, window.turns, now - SETTLED)
    left = yield _LEFT, ()
    trails = yield _LEFT_TRAILS, ()
    return [row[0] for row in (*ended, *left, *trails)]


def living(ids: Sequence[str]) -> Transaction[frozenset[str]]:
    """Those of them that the store still has."""
    places = ", ".join(f"${number}" for number in range(1, len(ids) + 1))
    found = yield f"SELECT id FROM contexts WHERE id IN ({places})", tuple(ids)  # noqa: S608 - places alone
    return frozenset(row[0] for row in found)
