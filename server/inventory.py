"""The inventory of connected systems: which of them passed a test call, and who enabled them.

The configuration says what a source is; the store says what was done about it. A source may be used while its
record names the digest of the very settings that this process has, so that one whose settings changed is
tested anew before anybody reaches it. The transaction that admits a call reads that (server/limits.py).
"""

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, TypeAlias

from policies.call import Receipt
from policies.canonical import Json, canonical
from policies.checklist import TESTED, Point, settled
from policies.errors import Denied, not_open
from policies.milliseconds import DAY
from policies.sources import OWN, Source
from server.audit import Audit
from server.digests import printable
from server.moments import day, moment
from server.store import Reader, Store
from server.transaction import Later, Transaction, now_ms
from tools.connector import Finding
from tools.outbound.expiry import left

log = logging.getLogger("remit.inventory")

Noticing: TypeAlias = Callable[[str, str, str], Transaction[object]]

START: Final = "start"
"""Who tests and enables a file of this machine."""
NOT_ENABLED: Final = "its source is not enabled"
EMBEDDED: Final = "a file of this machine: tested at every start"
UNTESTED: Final = frozenset(
    {
        "max_rows",
        "max_bytes",
        "max_cell_bytes",
        "max_cost",
        "max_changed_rows",
        "timeout",
        "limits",
        "tool_limits",
        "user_limits",
        "renew_days",
        "review_days",
    }
)
"""Settings of how much and how long: a source that has others of them is the same."""

COLUMNS: Final = (
    "source",
    "digest",
    "tested_at",
    "tested_by",
    "enabled_at",
    "enabled_by",
    "why",
    "review_at",
    "used_at",
)
"""Of the table, in the order of `Entry`."""
_READ: Final = f"SELECT {', '.join(COLUMNS)} FROM source_records"  # noqa: S608 - names alone
_ONE: Final = f"{_READ} WHERE source = $1"
_TEST: Final = """
    INSERT INTO source_records
    (source, digest, tested_at, tested_by, enabled_at, enabled_by, why, review_at, used_at)
    VALUES ($1, $2, $3, $4, 0, '', '', 0, 0)
    ON CONFLICT (source) DO UPDATE
    SET digest = excluded.digest, tested_at = excluded.tested_at, tested_by = excluded.tested_by
"""
_ENABLE: Final = """
    UPDATE source_records SET enabled_at = $1, enabled_by = $2, why = $3, review_at = $4 WHERE source = $5
"""
_ON: Final = "DELETE FROM sources_off WHERE source = $1"
_TAKE: Final = """
    UPDATE source_records SET enabled_at = $1, enabled_by = $2, why = $3, review_at = $4
    WHERE source = $5 AND enabled_at = 0
"""
_FORGET: Final = "DELETE FROM source_records WHERE source = $1"
_CONNECTED: Final = (
    "SELECT source, count(*) FROM connections WHERE sealed <> '' GROUP BY source ORDER BY source"
)
_USE: Final = "UPDATE source_records SET used_at = $1 WHERE source = $2"


@dataclass(frozen=True, slots=True)
class Entry:
    """What the store knows of a source. Times are in milliseconds since 1970, 0 for never.

    `digest` is of the settings that passed the last test call, empty where they did not.
    """

    source: str
    digest: str
    tested_at: int
    tested_by: str
    enabled_at: int
    enabled_by: str
    why: str
    review_at: int
    used_at: int


@dataclass(frozen=True, slots=True)
class Known:
    """What the store has about sources: their entries, and how many users have a connection to each."""

    entries: Mapping[str, Entry] = field(default_factory=dict[str, Entry])
    connections: Mapping[str, int] = field(default_factory=dict[str, int])

    @property
    def sources(self) -> frozenset[str]:
        return frozenset(self.entries) | frozenset(self.connections)


class Inventory:
    """What this process requires of the record of each source that it has."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self.sources = sources
        self._digests = {name: digest(source) for name, source in sources.items()}
        self._whole = {
            name for name, source in sources.items() if all(point.met for point in settled(source))
        }

    def is_tested(self, source: str, entry: Entry | None) -> bool:
        return entry is not None and bool(entry.digest) and entry.digest == self._digests.get(source)

    def is_enabled(self, source: str, entry: Entry | None) -> bool:
        if source == OWN:
            return True
        tested = source in self._whole and self.is_tested(source, entry)
        return tested and entry is not None and entry.enabled_at > 0

    def tests_itself(self, source: str, entry: Entry | None) -> bool:
        """Whether a start tests and enables it: a file of this machine with a whole configuration."""
        return (
            not self.sources[source].asks_who_comes
            and source in self._whole
            and not self.is_enabled(source, entry)
        )

    def may_be_tried(self, source: str, entry: Entry | None) -> bool:
        """Whether remit reaches it by itself, to look what is wrong there."""
        return self.is_enabled(source, entry) or self.tests_itself(source, entry)

    def points(self, source: str, entry: Entry | None) -> tuple[Point, ...]:
        tested = f"passed on {day(entry.tested_at)}" if entry and self.is_tested(source, entry) else ""
        remedy = f"Run `remit source test {source}`."
        return (*settled(self.sources[source]), Point(TESTED, tested, remedy))

    def outside(self, known: Known) -> list[Finding]:
        """A finding for each source that nobody may use, and why: one that is configured and was not enabled,
        or one that is on record, or connected by users, and not configured."""
        return [
            *(
                self._not_enabled(name, known)
                for name in self.sources
                if not self.may_be_tried(name, known.entries.get(name))
            ),
            *(_not_configured(name, known) for name in sorted(known.sources - self.sources.keys())),
        ]

    def due(self, entries: Mapping[str, Entry], now: int) -> list[Finding]:
        """A finding for each review that is overdue, or due within 30, 7 or 1 days. `now` as in `Entry`."""
        return [
            Finding(
                name,
                f"its review {when}",
                f'Look at who uses it and why, and run `remit source enable {name} --why "..."`.',
                fatal=False,
            )
            for name, entry in entries.items()
            if name in self.sources
            and self.is_enabled(name, entry)
            and (when := left(moment(entry.review_at), moment(now), "is due", "was due"))
        ]

    def _not_enabled(self, source: str, known: Known) -> Finding:
        missing = [point for point in self.points(source, known.entries.get(source)) if not point.met]
        why = f"missing {', '.join(point.name for point in missing)}" if missing else "it was not enabled"
        remedy = " ".join(point.remedy for point in missing)
        return Finding(
            source,
            f"nobody may use it{_connected(known, source)}: {why}",
            f'{remedy} Then run `remit source enable {source} --why "..."`.'.strip(),
            fatal=False,
        )

    async def hold(self, store: Reader, source: str) -> None:
        """Raises `Denied` where this source may not be reached, or `StoreUnavailable`."""
        if not self.is_enabled(source, (await store.read(entries)).get(source)):
            raise not_open(source, why=NOT_ENABLED)

    async def hold_on_record(
        self, store: Reader, audit: Audit, source: str, by: str, finding: Noticing
    ) -> None:
        """The same for somebody who asked for it. Raises `AuditUnavailable`."""
        try:
            await self.hold(store, source)
        except Denied:
            await self.alert(audit, source, by, NOT_ENABLED, finding)
            raise

    async def alert(self, audit: Audit, source: str, by: str, why: str, finding: Noticing) -> None:
        """That something is there, or was tried, beside the way that sources are enabled.

        `finding` is done in the same commit, with the source, who did it, and why it is beside the way.
        """
        facts: dict[str, Json] = {
            "event": "source_outside_inventory",
            "source": source,
            "by": printable(by),
            "why": why,
        }
        await audit.put("", lambda _: facts, partial(finding, source, by, why))
        log.warning("a source is outside the inventory", extra={"source": source, "by": by, "why": why})

    async def test(
        self, store: Store, audit: Audit, source: str, by: str, *, passed: bool, unsafe: bool
    ) -> None:
        """Puts on record how a test call went. Raises `AuditUnavailable`.

        One that failed takes the last one's place where the source is `unsafe`: one that is down comes back.
        """
        settings = self._digests[source] if passed else ""

        def testing() -> Transaction[Receipt]:
            if passed or unsafe:
                now = yield from now_ms()
                yield _TEST, (source, settings, now, by)
            return (yield from self._said(audit, source, "source_tested", by, passed=passed))

        audit.acknowledge(await store.run(testing))

    async def enable(self, store: Store, audit: Audit, source: str, by: str, why: str) -> list[Point]:
        """Gives the points that are missing, and then nothing is changed. Raises `AuditUnavailable`."""

        def enabling() -> Transaction[Receipt | list[Point]]:
            rows = yield _ONE, (source,)
            entry = _entry(rows[0]) if rows else None
            if missing := [point for point in self.points(source, entry) if not point.met]:
                return missing
            now = yield from now_ms()
            review = now + self.sources[source].review_days * DAY
            yield _ENABLE, (now, by, why, review, source)
            yield _ON, (source,)
            return (
                yield from self._said(audit, source, "source_on", by, why=printable(why), review=day(review))
            )

        done = await store.run(enabling)
        if isinstance(done, list):
            return done
        audit.acknowledge(done)
        return []

    async def take_in(self, store: Store, audit: Audit, source: str) -> None:
        """A file of this machine, which has just passed its test. Raises `AuditUnavailable`.

        Who switched it off, and when it is to be reviewed, stays as it is.
        """
        review_days = self.sources[source].review_days

        def taking() -> Transaction[Receipt]:
            now = yield from now_ms()
            yield _TEST, (source, self._digests[source], now, START)
            yield _TAKE, (now, START, EMBEDDED, now + review_days * DAY, source)
            return (yield from self._said(audit, source, "source_tested", START, passed=True))

        audit.acknowledge(await store.run(taking))

    async def forget(self, store: Store, audit: Audit, source: str, by: str, why: str) -> None:
        """It has to be tested and enabled anew, should it come back. Raises `AuditUnavailable`."""

        def forgetting() -> Transaction[Receipt]:
            yield _FORGET, (source,)
            yield _ON, (source,)
            return (yield from self._said(audit, source, "source_off", by, why=printable(why)))

        audit.acknowledge(await store.run(forgetting))

    def _said(self, audit: Audit, source: str, event: str, by: str, **more: Json) -> Transaction[Receipt]:
        facts: dict[str, Json] = {"event": event, "source": source, "user": printable(by), **more}

        def said(_: object) -> Mapping[str, Json]:
            return facts

        return (yield from audit.append("", said))


def digest(source: Source) -> str:
    """Of the settings that a test call tests: SHA-256 in hex. A setting left at its default is not in it."""
    settings = source.model_dump(mode="json", exclude_defaults=True, exclude=set(UNTESTED))
    return hashlib.sha256(canonical(settings).encode()).hexdigest()


def entries() -> Transaction[dict[str, Entry]]:
    """By source."""
    rows = yield _READ, ()
    return {row[0]: _entry(row) for row in rows}


def known() -> Transaction[Known]:
    """All that the store has about sources."""
    connections = {row[0]: row[1] for row in (yield _CONNECTED, ())}
    return Known((yield from entries()), connections)


def used(source: str, at: int) -> Later:
    """Notes that it is used, at a time in milliseconds."""
    return Later(_USE, (at, source), source)


def _not_configured(source: str, known: Known) -> Finding:
    return Finding(
        source,
        f"nobody may use it{_connected(known, source)}: the configuration does not name it",
        f'Put it back there, or run `remit source disable {source} --why "..."`: that ends its '
        "connections and its record.",
        fatal=False,
    )


def _connected(known: Known, source: str) -> str:
    count = known.connections.get(source, 0)
    return f", though {count} connected it" if count else ""


def _entry(row: Sequence[Any]) -> Entry:
    return Entry(*row)
