"""What the store says of all processes: the same from each replica, so it is to be taken once (`max`)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily

from policies.anomalies import Kind
from policies.halt import Unreadable
from policies.milliseconds import HOUR, MINUTE
from policies.sources import OWN
from server.anomalies.demotions import in_force
from server.halting.rows import state
from server.inventory import Inventory, known
from server.transaction import Transaction, now_ms

_VOLUME: Final = "SELECT source, tool, sum(calls) FROM activity WHERE hour >= $1 GROUP BY source, tool"
_RECENT: Final = """
    SELECT source, sum(calls), sum(errors), max(largest) FROM activity WHERE hour >= $1 GROUP BY source
"""
_FAILURES: Final = """
    SELECT max(failures) FROM (
        SELECT sum(failures) AS failures FROM authentication_failures WHERE at > $1 GROUP BY subject
    ) AS by_subject
"""
_COMBINED: Final = "SELECT DISTINCT sources FROM contexts WHERE used_at > $1"
_STARTED: Final = "SELECT count(*) FROM actions WHERE state = 'started'"
_IN_DOUBT: Final = """
    SELECT count(*) FROM actions WHERE state = 'in_doubt' OR (state = 'started' AND until <= $1)
"""
_OPEN: Final = "SELECT count(*) FROM actions WHERE state = 'open' AND until > $1"
_ASKED: Final = "SELECT sum(asked) FROM actions WHERE asked_at > $1"
_FOUND: Final = "SELECT kind, count(*) FROM anomalies WHERE at > $1 GROUP BY kind"

Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Figures:
    """At one moment. `volume` are calls of today by source and tool, `recent` those of this hour and the one
    before: calls, errors and the largest answer in bytes by source. `failures` and `combined` are the most of
    any user or address, and of any context. `asked` are questions within the hour, `found` anomalies by kind;
    `halts` are None where nobody can say.
    """

    volume: Rows = ()
    recent: Rows = ()
    outside: int = 0
    failures: int = 0
    combined: int = 0
    started: int = 0
    in_doubt: int = 0
    open: int = 0
    asked: int = 0
    demotions: int = 0
    halts: int | None = 0
    found: dict[str, int] = field(default_factory=dict[str, int])


def look(inventory: Inventory, *, context_minutes: int, failure_minutes: int) -> Transaction[Figures]:
    now = yield from now_ms()
    hour = now // HOUR

    def count(sql: str, *arguments: int) -> Transaction[int]:
        rows = yield sql, arguments
        return int(rows[0][0] or 0)

    contexts = yield _COMBINED, (now - context_minutes * MINUTE,)
    return Figures(
        volume=(yield _VOLUME, (hour - hour % 24,)),
        recent=(yield _RECENT, (hour - 1,)),
        outside=len(inventory.outside((yield from known()))),
        failures=(yield from count(_FAILURES, now - failure_minutes * MINUTE)),
        combined=max((len({*sources.split()} - {OWN}) for (sources,) in contexts), default=0),
        started=(yield from count(_STARTED)),
        in_doubt=(yield from count(_IN_DOUBT, now)),
        open=(yield from count(_OPEN, now)),
        asked=(yield from count(_ASKED, now - HOUR)),
        demotions=(yield from in_force()),
        halts=(yield from _halts()),
        found={kind: int(number) for kind, number in (yield _FOUND, (now - HOUR,))},
    )


def _halts() -> Transaction[int | None]:
    """None where nobody can say."""
    try:
        return len((yield from state())[0].halts)
    except Unreadable:
        return None


class Collected:
    """A collector of figures that took `seconds` to read; None where they could not be read."""

    def __init__(self, figures: Figures | None, seconds: float) -> None:
        self._figures = figures
        self._seconds = seconds

    def collect(self) -> Iterator[Metric]:
        up = self._figures is not None
        yield _gauge("remit_store_up", "Whether the store of record answers.", int(up))
        if self._figures is None:
            return
        yield _gauge("remit_store_read_seconds", "What reading these figures took.", self._seconds)
        readable = self._figures.halts is not None
        yield _gauge("remit_kill_switch_readable", "Whether the kill switch can be read.", int(readable))
        for name, says, figure in SINGLE:
            yield _gauge(name, says, figure(self._figures))
        yield from _by_source(self._figures)
        found = GaugeMetricFamily(
            "remit_anomalies_found", "Anomalies that were found within the hour, by kind.", labels=("kind",)
        )
        for kind in Kind:
            found.add_metric((kind.value,), self._figures.found.get(kind.value, 0))
        yield found


SINGLE: Final[Sequence[tuple[str, str, Callable[[Figures], int]]]] = (
    (
        "remit_connections_outside_change_management",
        "Sources that are connected beside the way that sources are enabled.",
        lambda its: its.outside,
    ),
    (
        "remit_authentication_failures",
        "Of the one user or address that failed most often within the window.",
        lambda its: its.failures,
    ),
    (
        "remit_sources_combined",
        "Sources of the context that combines most of them.",
        lambda its: its.combined,
    ),
    ("remit_actions_in_flight", "Actions that were started and have not ended.", lambda its: its.started),
    (
        "remit_actions_in_doubt",
        "Actions of which nobody can say yet whether they were done.",
        lambda its: its.in_doubt,
    ),
    ("remit_approvals_pending", "Actions that wait for somebody's yes.", lambda its: its.open),
    ("remit_halts_in_force", "Halts that stand; 0 where none can be read.", lambda its: its.halts or 0),
    ("remit_questions_asked", "Times that somebody was asked within the hour.", lambda its: its.asked),
    (
        "remit_demotions_in_force",
        "Demotions of autonomous actions to assisted ones.",
        lambda its: its.demotions,
    ),
)


def _by_source(its: Figures) -> Iterator[Metric]:
    volume = GaugeMetricFamily(
        "remit_request_volume", "Calls since midnight UTC, by tool.", labels=("source", "tool")
    )
    for source, tool, calls in its.volume:
        volume.add_metric((source, tool), int(calls))
    yield volume
    recent = GaugeMetricFamily(
        "remit_recent_calls", "Calls of this hour and the one before.", labels=("source",)
    )
    errors = GaugeMetricFamily(
        "remit_error_ratio", "Share of those calls that ended in errors.", labels=("source",)
    )
    largest = GaugeMetricFamily(
        "remit_response_size_max_bytes", "The largest answer of those calls.", labels=("source",)
    )
    for source, calls, failed, size in its.recent:
        recent.add_metric((source,), int(calls))
        errors.add_metric((source,), int(failed) / int(calls))
        largest.add_metric((source,), int(size))
    yield from (recent, errors, largest)


def _gauge(name: str, says: str, value: float) -> Metric:
    return GaugeMetricFamily(name, says, value=value)
