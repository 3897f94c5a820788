"""What users do, in the store: a row for each hour and tool, and one for each day with what was touched.

Hours are since 1970, by the store's clock, and so are days: a day ends at midnight UTC. A call is counted in
the transaction that puts on record how it ended; what it touched is put together once a second
(server/anomalies/watching.py).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from policies.anomalies import ERRORS, Day, Figures, History
from policies.distinct import Distinct
from policies.milliseconds import HOUR
from server.anomalies.ended import Ended, Touched, Whose
from server.transaction import Later, Transaction, now_ms

_COUNT: Final = """
    INSERT INTO activity (tenant, user_id, hour, tool, source, calls, errors, bytes, largest)
    VALUES ($1, $2, now_ms() / 3600000, $3, $4, 1, $5, $6, $7)
    ON CONFLICT (tenant, user_id, hour, tool) DO UPDATE SET
        calls = activity.calls + 1,
        errors = activity.errors + excluded.errors,
        bytes = activity.bytes + excluded.bytes,
        largest = CASE WHEN excluded.largest > activity.largest
            THEN excluded.largest ELSE activity.largest END
"""
_SINCE: Final = """
    SELECT tenant, user_id, hour, tool, source, calls, errors, bytes, largest FROM activity WHERE hour >= $1
"""
_ACTIVE: Final = "SELECT DISTINCT tenant, user_id FROM activity WHERE hour >= $1"
_KEEP: Final = """
    INSERT INTO activity_days (tenant, user_id, day, records, different, targets)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (tenant, user_id, day) DO UPDATE SET
        records = excluded.records, different = excluded.different, targets = excluded.targets
"""
_TENANT_TODAY: Final = "SELECT sum(calls) FROM activity WHERE tenant = $1 AND hour >= $2"
_TENANT_DAYS: Final = """
    SELECT hour / 24, sum(calls), sum(bytes), count(DISTINCT user_id)
    FROM activity WHERE tenant = $1 AND hour >= $2 AND hour < $3
    GROUP BY hour / 24 ORDER BY hour / 24
"""
_TENANT_RECORDS: Final = """
    SELECT day, sum(different) FROM activity_days WHERE tenant = $1 AND day >= $2 AND day < $3 GROUP BY day
"""
_FORGET: Final = "DELETE FROM activity WHERE hour < $1"
_FORGET_DAYS: Final = "DELETE FROM activity_days WHERE day < $1"


@dataclass(slots=True)
class _Sums:
    calls: int = 0
    bytes: int = 0
    tools: dict[str, int] = field(default_factory=dict[str, int])
    hours: dict[int, int] = field(default_factory=dict[int, int])
    largest: tuple[int, int, str, str] = (0, 0, "", "")
    recent: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Today:
    """What a user did today, by UTC.

    `recent` are calls and errors of the hour that runs and the one before. `largest` is the largest answer of
    those hours, in bytes, with its hour, and the source and the tool that it came from.
    """

    day: Day
    recent: tuple[int, int]
    largest: tuple[int, int, str, str]


def count(ended: Ended) -> Later:
    error = int(ended.code in ERRORS)
    whose = (ended.tenant, ended.user, ended.tool, ended.source)
    return Later(_COUNT, (*whose, error, ended.bytes, ended.whole))


def keep(touched: Mapping[Whose, Touched]) -> Transaction[None]:
    """Adds to what was touched today."""
    day = (yield from now_ms()) // (24 * HOUR)
    former = {
        (tenant, user): Touched(Distinct(tuple(json.loads(records))), frozenset(json.loads(targets)))
        for tenant, user, records, targets in (
            yield _of(
                "SELECT tenant, user_id, records, targets FROM activity_days WHERE day = $1", touched, day
            )
        )
    }
    for whose, new in touched.items():
        now = former[whose].together(new) if whose in former else new
        if now != former.get(whose):
            records, targets = json.dumps(now.records.smallest), json.dumps(sorted(now.targets))
            yield Later(_KEEP, (*whose, day, records, now.records.count, targets), (whose, day))


def active(since: int) -> Transaction[list[Whose]]:
    """Who has called within so many milliseconds before now."""
    now = yield from now_ms()
    return [(tenant, user) for tenant, user in (yield _ACTIVE, ((now - since) // HOUR,))]


def today(users: Sequence[Whose]) -> Transaction[tuple[int, dict[Whose, Today]]]:
    """The time in milliseconds, and what each of them did."""
    now = yield from now_ms()
    hour = now // HOUR
    first = hour - hour % 24
    sums = {whose: _Sums() for whose in users}
    for tenant, user, at, tool, source, calls, errors, size, largest in (
        yield _of(_SINCE, users, min(first, hour - 1))
    ):
        its = sums[tenant, user]
        if at >= hour - 1:
            its.recent = its.recent[0] + calls, its.recent[1] + errors
            its.largest = max(its.largest, (largest, at, source, tool))
        if at >= first:
            its.calls += calls
            its.bytes += size
            its.hours[at % 24] = its.hours.get(at % 24, 0) + calls
            if tool:
                its.tools[tool] = its.tools.get(tool, 0) + calls
    kept = {
        (tenant, user): (different, frozenset(json.loads(targets)))
        for tenant, user, different, targets in (
            yield _of(
                "SELECT tenant, user_id, different, targets FROM activity_days WHERE day = $1",
                users,
                hour // 24,
            )
        )
    }
    return now, {
        whose: Today(
            Day(its.calls, its.bytes, its.tools, its.hours, *kept.get(whose, (0, frozenset()))),
            its.recent,
            its.largest,
        )
        for whose, its in sums.items()
    }


def histories(users: Sequence[Whose], day: int, days: int) -> Transaction[dict[Whose, History]]:
    """What each did on so many days before `day`."""
    first, last = (day - days) * 24, day * 24
    within = f"FROM activity WHERE hour >= $1 AND hour < {last}"
    figures = yield _of(
        f"SELECT tenant, user_id, hour / 24, sum(calls), sum(bytes) {within}",
        users,
        first,
        "GROUP BY tenant, user_id, hour / 24",
    )
    tools = yield _of(
        f"SELECT tenant, user_id, tool, sum(calls) {within} AND tool <> ''",
        users,
        first,
        "GROUP BY tenant, user_id, tool",
    )
    hours = yield _of(f"SELECT DISTINCT tenant, user_id, hour % 24 {within}", users, first)
    touched = yield _of(
        f"SELECT tenant, user_id, day, different, targets FROM activity_days WHERE day >= $1 AND day < {day}",  # noqa: S608
        users,
        day - days,
    )
    records = {(tenant, user, at): different for tenant, user, at, different, _ in touched}
    targets = {
        whose: frozenset(target for row in rows for target in json.loads(row[2]))
        for whose, rows in _by_user(touched).items()
    }
    its_days, its_tools, its_hours = _by_user(figures), _by_user(tools), _by_user(hours)
    return {
        whose: History(
            [
                Figures(int(calls), int(size), records.get((*whose, at), 0))
                for at, calls, size in its_days.get(whose, ())
            ],
            {tool: int(calls) for tool, calls in its_tools.get(whose, ())},
            {at for (at,) in its_hours.get(whose, ())},
            targets.get(whose, frozenset()),
        )
        for whose in users
    }


def tenant_days(tenant: str, day: int, days: int) -> Transaction[list[tuple[int, Figures]]]:
    """Of so many days before `day` on which somebody called: all calls, and what a user had on average."""
    rows = yield _TENANT_DAYS, (tenant, (day - days) * 24, day * 24)
    different = {at: int(count) for at, count in (yield _TENANT_RECORDS, (tenant, day - days, day))}
    return [
        (int(calls), Figures(int(calls) / users, int(size) / users, different.get(at, 0) / users))
        for at, calls, size, users in rows
    ]


def tenant_today(tenant: str, day: int) -> Transaction[int]:
    rows = yield _TENANT_TODAY, (tenant, day * 24)
    return int(rows[0][0] or 0)


def forget(days: int) -> Transaction[None]:
    """What is older than so many days."""
    day = (yield from now_ms()) // (24 * HOUR)
    yield _FORGET, ((day - days) * 24,)
    yield _FORGET_DAYS, (day - days,)


def _of(select: str, users: Sequence[Whose] | Mapping[Whose, object], first: int, more: str = "") -> Any:
    """A statement about these users alone; its `$1` is `first`."""
    places = ", ".join(f"(${2 * number + 2}, ${2 * number + 3})" for number in range(len(users)))
    arguments = tuple(part for whose in users for part in whose)
    return f"{select} AND (tenant, user_id) IN (VALUES {places}) {more}", (first, *arguments)


def _by_user(rows: Sequence[Sequence[Any]]) -> dict[Whose, list[Sequence[Any]]]:
    """The rows of each, without the columns that say whose they are."""
    found: dict[Whose, list[Sequence[Any]]] = {}
    for tenant, user, *rest in rows:
        found.setdefault((tenant, user), []).append(rest)
    return found
