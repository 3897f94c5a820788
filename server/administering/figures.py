"""The six figures with a threshold of their own, each with what the store has of its last hours.

The store keeps calls, errors and sizes by the hour. Of the others it has how they are now, and the anomalies
that were found: those are what is shown of the hours before.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final

from policies.anomalies import Kind
from policies.milliseconds import HOUR
from policies.thresholds import Anomalies
from server.inventory import Inventory
from server.metrics.figures import Figures as Metrics
from server.metrics.figures import look
from server.moments import moment
from server.store import Reader
from server.transaction import Transaction, now_ms

HOURS: Final = 24
FRESH: Final = 5.0  # seconds that one look is good for: whoever looks again and again costs calls nothing

_HOURS: Final = """
    SELECT hour, sum(calls), sum(errors), max(largest) FROM activity WHERE hour > $1 GROUP BY hour
"""
_WORST: Final = """
    SELECT sum(errors), sum(calls) FROM activity WHERE hour >= $1
    GROUP BY tenant, user_id HAVING sum(calls) >= $2
    ORDER BY sum(errors) * 1000000 / sum(calls) DESC LIMIT 1
"""
_FOUND: Final = """
    SELECT kind, at / 3600000, count(*) FROM anomalies WHERE at >= $1 GROUP BY kind, at / 3600000
"""


@dataclass(frozen=True, slots=True)
class Bar:
    """`when` is as people read it, in UTC; `figure` is as it is counted, and `said` as people read it."""

    when: str
    figure: float
    said: str


@dataclass(frozen=True, slots=True)
class Figure:
    """`now` and `most` are as people read them, and `over` says that the first is above the second.

    `bars` are what `bars_of` says, the oldest first; `line` is the threshold where it is of the same.
    """

    kind: Kind
    title: str
    now: str
    most: str
    over: bool
    of: str
    bars_of: str
    bars: Sequence[Bar]
    line: float | None = None


@dataclass(frozen=True, slots=True)
class _Seen:
    now: int
    metrics: Metrics
    hours: Mapping[int, Sequence[Any]]
    worst: tuple[int, int] | None
    found: Mapping[tuple[str, int], int]


class Figures:
    """`volume_ratio` is what this process has found of its users: see `server.anomalies.watching.Watch`."""

    def __init__(
        self,
        store: Reader,
        inventory: Inventory,
        settings: Anomalies,
        volume_ratio: Callable[[], float],
        *,
        context_minutes: int,
    ) -> None:
        self._store = store
        self._inventory = inventory
        self._settings = settings
        self._volume_ratio = volume_ratio
        self._context_minutes = context_minutes
        self._known: tuple[float, Sequence[Figure]] | None = None

    async def look(self) -> Sequence[Figure]:
        """Raises `StoreUnavailable`."""
        if self._known is None or monotonic() - self._known[0] > FRESH:
            self._known = monotonic(), self._figures(await self._store.read(self._look))
        return self._known[1]

    def _look(self) -> Transaction[_Seen]:
        now = yield from now_ms()
        hour = now // HOUR
        metrics = yield from look(
            self._inventory,
            context_minutes=self._context_minutes,
            failure_minutes=self._settings.authentication_failures.minutes,
        )
        hours = {int(row[0]): row[1:] for row in (yield _HOURS, (hour - HOURS,))}
        worst = yield _WORST, (hour - 1, self._settings.errors.calls)
        found = {
            (kind, int(at)): int(count) for kind, at, count in (yield _FOUND, ((hour - HOURS + 1) * HOUR,))
        }
        return _Seen(now, metrics, hours, (int(worst[0][0]), int(worst[0][1])) if worst else None, found)

    def _figures(self, seen: _Seen) -> Sequence[Figure]:
        its = self._settings
        ratio = self._volume_ratio()
        errors, calls = seen.worst or (0, 0)
        percent = 100 * errors / calls if calls else 0
        largest = max((int(row[3]) for row in seen.metrics.recent), default=0)
        return (
            Figure(
                Kind.VOLUME,
                "Request volume",
                f"{ratio:.1f} x",
                f"{its.volume.times:g} x",
                ratio > its.volume.times,
                "calls of today over those of a normal day, of the user for whom that is highest among "
                "those that this process serves",
                "Calls of everybody, by the hour",
                _by_hour(seen, lambda row: int(row[0]), count),
            ),
            Figure(
                Kind.ERRORS,
                "Error rate",
                f"{percent:.1f} %",
                f"{its.errors.percent:g} %",
                percent > its.errors.percent,
                f"of a user's calls of this hour and the one before, of {its.errors.calls} at the least",
                "Errors of everybody, in percent of the calls of the hour",
                _by_hour(seen, lambda row: 100 * int(row[1]) / int(row[0]), lambda share: f"{share:.1f} %"),
                its.errors.percent,
            ),
            Figure(
                Kind.RESPONSE_SIZE,
                "Response size",
                size(largest),
                size(its.response_size.bytes),
                largest > its.response_size.bytes,
                "the largest answer of this hour and the one before",
                "The largest answer, by the hour",
                _by_hour(seen, lambda row: int(row[2]), size),
                its.response_size.bytes,
            ),
            Figure(
                Kind.OUTSIDE,
                "Connections outside change management",
                str(seen.metrics.outside),
                "0",
                seen.metrics.outside > 0,
                "sources that are connected beside the way that sources are enabled",
                *_anomalies(seen, Kind.OUTSIDE),
            ),
            Figure(
                Kind.AUTHENTICATION,
                "Authentication failures",
                str(seen.metrics.failures),
                str(its.authentication_failures.most),
                seen.metrics.failures > its.authentication_failures.most,
                f"within {its.authentication_failures.minutes} minutes, of the one user or address that "
                "failed most often",
                *_anomalies(seen, Kind.AUTHENTICATION),
            ),
            Figure(
                Kind.SOURCES,
                "Sources combined",
                str(seen.metrics.combined),
                str(its.sources_combined.most),
                seen.metrics.combined > its.sources_combined.most,
                "in the conversation that combines most",
                *_anomalies(seen, Kind.SOURCES),
            ),
        )


def _by_hour(seen: _Seen, of: Callable[[Sequence[Any]], float], said: Callable[[Any], str]) -> Sequence[Bar]:
    return [
        Bar(clock(at), figure := of(seen.hours[at]) if at in seen.hours else 0, said(figure))
        for at in _hours(seen)
    ]


def _anomalies(seen: _Seen, kind: Kind) -> tuple[str, Sequence[Bar]]:
    found = [(at, seen.found.get((kind.value, at), 0)) for at in _hours(seen)]
    return "Anomalies found, by the hour", [Bar(clock(at), number, str(number)) for at, number in found]


def _hours(seen: _Seen) -> range:
    last = seen.now // HOUR
    return range(last - HOURS + 1, last + 1)


def clock(hour: int) -> str:
    return f"{moment(hour * HOUR):%H:%M}"


def count(number: float) -> str:
    return f"{number:,.0f}"


def size(number: float) -> str:
    """Bytes as people read them."""
    for unit, least in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if number >= least:
            return f"{number / least:.1f} {unit}"
    return f"{number:.0f} B"
