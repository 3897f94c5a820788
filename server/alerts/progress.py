"""How far each destination is, in the store of record.

What is raised has a number, in the order of the commits, and a destination its position: up to there, each
alert for it was delivered or given up. One process at a time has the lease of a destination, so what it gets
is in that order. An alert that was held gets its number anew when it is let go.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from policies.alert import Severity
from policies.milliseconds import DAY
from server.alerts.message import COLUMNS, Message, read
from server.alerts.outbox import WINDOW
from server.transaction import Rows, Transaction, now_ms

LEASE: Final = 45_000  # milliseconds
KEPT: Final = 30 * DAY
LONGEST_PAUSE: Final = 300_000  # milliseconds between two tries
_FIRST_PAUSE: Final = 1_000  # milliseconds
REFUSALS: Final = 5  # of one alert, by a destination that takes others: then it is given up
DELIVERED: Final = "delivered"
GIVEN_UP: Final = "given up"

_COLUMNS: Final = "name, position, tries, refusals, due_at, failing_since, why, lease, leased_until"
_ENROL: Final = f"""
    INSERT INTO alert_destinations ({_COLUMNS})
    SELECT $1, coalesce(max(sequence), 0), 0, 0, 0, 0, '', '', 0 FROM alerts WHERE true
    ON CONFLICT (name) DO NOTHING
"""  # noqa: S608 - names alone
_HEAD: Final = "SELECT coalesce(max(sequence), 0) FROM alerts"
_HELD: Final = "SELECT sequence, held_until FROM alerts WHERE held_until > 0 ORDER BY held_until"
_LET_GO: Final = """
    UPDATE alerts SET held_until = 0, sequence = (SELECT max(sequence) + 1 FROM alerts) WHERE sequence = $1
"""
_ALL: Final = f"SELECT {_COLUMNS} FROM alert_destinations ORDER BY name"  # noqa: S608 - names alone
_LOOK: Final = f"""
    SELECT now_ms(), (SELECT coalesce(max(sequence), 0) FROM alerts),
    (SELECT coalesce(min(held_until), 0) FROM alerts WHERE held_until > 0),
    {_COLUMNS} FROM alert_destinations
"""  # noqa: S608 - names alone
_ONE: Final = f"SELECT {_COLUMNS} FROM alert_destinations WHERE name = $1"  # noqa: S608 - names alone
_TAKE: Final = "UPDATE alert_destinations SET lease = $1, leased_until = $2 WHERE name = $3"
_MOVE: Final = """
    UPDATE alert_destinations SET position = $1, tries = 0, refusals = 0, due_at = 0
    WHERE name = $2 AND position < $1
"""
_WELL: Final = "UPDATE alert_destinations SET failing_since = 0, why = '' WHERE name = $1"
_FAIL: Final = """
    UPDATE alert_destinations SET tries = tries + 1, refusals = refusals + $1, due_at = $2, why = $3,
    failing_since = CASE failing_since WHEN 0 THEN $4 ELSE failing_since END WHERE name = $5
"""
_FREE: Final = "UPDATE alert_destinations SET leased_until = 0 WHERE name = $1 AND lease = $2"
_LEAVE: Final = "UPDATE alert_destinations SET leased_until = 0 WHERE lease = $1"
_OUTCOME: Final = """
    INSERT INTO alert_outcomes (alert, destination, state, at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (alert, destination) DO NOTHING
"""
_RAISED: Final = f"""
    SELECT {COLUMNS}, held_until, sequence FROM alerts WHERE last_at >= $1 ORDER BY sequence DESC LIMIT $2
"""  # noqa: S608 - names alone
_FORGET_OUTCOMES: Final = """
    DELETE FROM alert_outcomes WHERE alert IN (SELECT id FROM alerts WHERE last_at < $1)
"""
# The highest number stays, so that no number is given twice.
_FORGET: Final = """
    DELETE FROM alerts WHERE last_at < $1 AND held_until = 0 AND sequence < (SELECT max(sequence) FROM alerts)
"""


@dataclass(frozen=True, slots=True)
class Progress:
    """`tries` are those of the next alert, `refusals` those of them that it was refused by, `why` is what the
    last one failed by. `failing_since` is 0 while all is well. Times are in milliseconds since 1970."""

    name: str
    position: int
    tries: int
    refusals: int
    due_at: int
    failing_since: int
    why: str
    lease: str
    leased_until: int

    def is_due(self, now: int, lease: str) -> bool:
        """A clock that was put back holds nothing up: what is further off than it can be has come."""
        waits = now < self.due_at <= now + LONGEST_PAUSE
        leased = self.lease != lease and now < self.leased_until <= now + LEASE
        return not waits and not leased


@dataclass(frozen=True, slots=True)
class Next:
    """`given_up` are those that became too old while their destination failed."""

    sequence: int
    message: Message | None
    given_up: int = 0


def enrol(names: Collection[str]) -> Transaction[None]:
    """A destination that is new gets what is raised from now on."""
    for name in names:
        yield _ENROL, (name,)


def everywhere() -> Transaction[dict[str, Progress]]:
    """By name."""
    return {row[0]: Progress(*row) for row in (yield _ALL, ())}


def waiting(least: Mapping[str, Severity], lease: str) -> Transaction[list[str]]:
    """The destinations for which something may be delivered now, by the process of this lease."""
    found: list[str] = []
    for now, head, held_until, *row in (yield _LOOK, ()):
        progress = Progress(*row)
        held = held_until > 0 and _is_over(held_until, now)
        if progress.name in least and (held or progress.position < head) and progress.is_due(now, lease):
            found.append(progress.name)
    return found


def claim(name: str, least: Severity, lease: str) -> Transaction[Next | None]:
    """The next alert for a destination, which is this lease's for `LEASE`. None where there is none to send,
    or where it is somebody else's."""
    now = yield from now_ms()
    rows = yield _ONE, (name,)
    if not rows or not (progress := Progress(*rows[0])).is_due(now, lease):
        return None
    yield from _let_go(now)
    head = (yield _HEAD, ())[0][0]
    given_up = 0
    if progress.failing_since and progress.failing_since < now - DAY:
        for row in (yield _after(least, "AND raised_at < $2", 1000), (progress.position, now - DAY)):
            yield _OUTCOME, (row[1], name, GIVEN_UP, now)
            yield _MOVE, (row[0], name)
            given_up += 1
    rows = yield _ONE, (name,)
    found = yield _after(least, "", 1), (rows[0][1],)
    if not found:
        yield _MOVE, (head, name)
        yield _FREE, (name, lease)
        return Next(head, None, given_up) if given_up else None
    yield _TAKE, (lease, now + LEASE, name)
    return Next(found[0][0], read(found[0][1:]), given_up)


def delivered(name: str, sent: Next) -> Transaction[None]:
    assert sent.message
    now = yield from now_ms()
    yield _OUTCOME, (sent.message.id, name, DELIVERED, now)
    yield _MOVE, (sent.sequence, name)
    yield _WELL, (name,)


def failed(name: str, sent: Next, lease: str, why: str, *, refused: bool) -> Transaction[bool]:
    """Whether it is given up: one that the destination refuses, after `REFUSALS`. Else it is tried again."""
    assert sent.message
    now = yield from now_ms()
    rows = yield _ONE, (name,)
    progress = Progress(*rows[0])
    if progress.lease != lease or progress.position >= sent.sequence:
        return False
    pause = min(LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(progress.tries, 20))
    yield _FAIL, (int(refused), now + pause, why, now, name)
    last = refused and progress.refusals + 1 >= REFUSALS
    if last:
        yield _OUTCOME, (sent.message.id, name, GIVEN_UP, now)
        yield _MOVE, (sent.sequence, name)
    yield _FREE, (name, lease)
    return last


def leave(lease: str) -> Transaction[None]:
    """Frees all that this lease has."""
    yield _LEAVE, (lease,)


def forget_old() -> Transaction[None]:
    now = yield from now_ms()
    yield _FORGET_OUTCOMES, (now - KEPT,)
    yield _FORGET, (now - KEPT,)


def raised(since: int, most: int) -> Transaction[Rows]:
    """Messages, the newest first: each row is that of `read`, then until when it is held, and its number."""
    return (yield _RAISED, (since, most))


def outcomes(since: int) -> Transaction[dict[tuple[str, str], str]]:
    """What became of each, by its id and the destination."""
    rows = yield (
        "SELECT alert, destination, state FROM alert_outcomes WHERE at >= $1",
        (since,),
    )
    return {(alert, destination): state for alert, destination, state in rows}


def backlog(position: int, least: Severity) -> Transaction[int]:
    """How many wait for a destination."""
    return len((yield _after(least, "", 10_000), (position,)))


def lost(name: str, since: int) -> Transaction[int]:
    """How many were given up for a destination."""
    rows = yield (
        "SELECT count(*) FROM alert_outcomes WHERE destination = $1 AND state = $2 AND at >= $3",
        (name, GIVEN_UP, since),
    )
    count: int = rows[0][0]
    return count


def _let_go(now: int) -> Transaction[None]:
    for sequence, until in (yield _HELD, ()):
        if _is_over(until, now):
            yield _LET_GO, (sequence,)


def _is_over(held_until: int, now: int) -> bool:
    return not now < held_until <= now + WINDOW


def _after(least: Severity, more: str, most: int) -> str:
    severities = ", ".join(f"'{severity}'" for severity in Severity if severity.reaches(least))
    return (
        f"SELECT sequence, {COLUMNS} FROM alerts WHERE sequence > $1 AND held_until = 0 "  # noqa: S608
        f"AND severity IN ({severities}) {more} ORDER BY sequence LIMIT {most}"
    )
