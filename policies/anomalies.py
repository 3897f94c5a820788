"""What is out of the ordinary: figures and what is normal in, anomalies with their evidence out.

The six thresholds of the source text come first: volume, errors, response size, connections outside change
management, authentication failures, sources combined (threats T25, T39). After them come what a single day's
volume does not show: bytes, different records, the mix of tools, the hours and the targets of one user, and
the volume of a whole tenant, over however many users it is split. Each is an anomaly above its threshold, and
not at it.
"""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum
from statistics import median
from typing import Final

from policies.canonical import Json
from policies.errors import (
    AuditUnavailable,
    Conflict,
    Denied,
    InvalidArgument,
    NotFound,
    UpstreamFailed,
)
from policies.sources import OWN
from policies.thresholds import Anomalies, Bytes, Records, Volume

FAULT: Final = "failed"
"""The code of a call that ended in a fault of remit's own."""
ERRORS: Final = frozenset(
    {FAULT}
    | {kind.code for kind in (AuditUnavailable, Conflict, Denied, InvalidArgument, NotFound, UpstreamFailed)}
)
"""Codes that count as errors. A question, a person's no, a limit and one who went away are no errors."""
MOST_TARGETS: Final = 1000
"""Targets of one day that are remembered."""


class Kind(StrEnum):
    VOLUME = "volume"
    ERRORS = "errors"
    RESPONSE_SIZE = "response_size"
    OUTSIDE = "outside_change_management"
    AUTHENTICATION = "authentication_failures"
    SOURCES = "sources_combined"
    TENANT_VOLUME = "tenant_volume"
    BYTES = "bytes"
    RECORDS = "records"
    ACTION_MIX = "action_mix"
    HOURS = "hours"
    TARGETS = "targets"


class Of(StrEnum):
    """Whose days tell what is normal."""

    USER = "user"
    TENANT = "tenant"
    """The cold start: what its users have on a day, on average."""
    NOBODY = "nobody"
    """Nobody of the tenant was seen before: the settings say what a day has."""


@dataclass(frozen=True, slots=True)
class Day:
    """What one user did on one day, by UTC. `tools` and `hours` are calls by tool and by hour, from 0.

    `records` are different rows in answers, `targets` the tables, projects and the like that were touched.
    """

    calls: int = 0
    bytes: int = 0
    tools: Mapping[str, int] = field(default_factory=dict[str, int])
    hours: Mapping[int, int] = field(default_factory=dict[int, int])
    records: int = 0
    targets: AbstractSet[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Normal:
    """A normal day. `days` are those that tell it.

    `tools`, in shares of 1, `hours` and `targets` are the user's own, and None without days of their own.
    """

    of: Of
    days: int
    calls: float
    bytes: float
    records: float
    tools: Mapping[str, float] | None = None
    hours: AbstractSet[int] | None = None
    targets: AbstractSet[str] | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one day: of a user, or of the users of a tenant who called on it, on average."""

    calls: float
    bytes: float
    records: float


@dataclass(frozen=True, slots=True)
class History:
    """What one user did on the days before: `days` are those on which they called, all else is of all days.

    `tools` are calls by tool.
    """

    days: Sequence[Figures] = ()
    tools: Mapping[str, int] = field(default_factory=dict[str, int])
    hours: AbstractSet[int] = frozenset()
    targets: AbstractSet[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Anomaly:
    """`figure` is more than `threshold`; `evidence` are counts and names, and never values."""

    kind: Kind
    figure: float
    threshold: float
    summary: str
    evidence: Mapping[str, Json]


def normal(history: History, tenant: Sequence[Figures], settings: Anomalies) -> Normal:
    """From the days of the user, or else from those of the tenant (threat T39).

    The median, because one day out of the ordinary, or a few of them, must not make the next one ordinary.
    """
    days = history.days
    if len(days) >= settings.active_days:
        total = sum(history.tools.values())
        shares = {tool: count / total for tool, count in history.tools.items()} if total else {}
        return _normal(Of.USER, days, shares, history.hours, history.targets)
    if tenant:
        return _normal(Of.TENANT, tenant)
    return Normal(Of.NOBODY, 0, settings.volume.unknown, settings.bytes.unknown, settings.records.unknown)


def _normal(
    of: Of,
    days: Sequence[Figures],
    tools: Mapping[str, float] | None = None,
    hours: AbstractSet[int] | None = None,
    targets: AbstractSet[str] | None = None,
) -> Normal:
    return Normal(
        of,
        len(days),
        median(day.calls for day in days),
        median(day.bytes for day in days),
        median(day.records for day in days),
        tools,
        hours,
        targets,
    )


def of_day(today: Day, usual: Normal, settings: Anomalies) -> list[Anomaly]:
    """What is out of the ordinary in what one user did today."""
    measured: tuple[tuple[Kind, int, float, Volume | Bytes | Records, str], ...] = (
        (Kind.VOLUME, today.calls, usual.calls, settings.volume, "calls"),
        (Kind.BYTES, today.bytes, usual.bytes, settings.bytes, "bytes of answers"),
        (Kind.RECORDS, today.records, usual.records, settings.records, "different rows"),
    )
    whose: dict[str, Json] = {"of": usual.of, "days": usual.days}
    found = [
        _over(kind, figure, max(day, wanted.least), wanted.times, {"what": what, **whose})
        for kind, figure, day, wanted, what in measured
    ]
    found += [rule(today, usual, settings) for rule in _OWN_RULES]
    return [each for each in found if each]


def of_tenant(calls: int, days: Sequence[int], settings: Anomalies) -> Anomaly | None:
    """`calls` are today's of all its users, `days` those of its active days before."""
    if len(days) < settings.active_days:
        return None
    wanted = settings.tenant_volume
    evidence: dict[str, Json] = {"what": "calls of all its users", "of": Of.TENANT, "days": len(days)}
    return _over(Kind.TENANT_VOLUME, calls, max(median(days), wanted.least), wanted.times, evidence)


def of_errors(calls: int, errors: int, settings: Anomalies) -> Anomaly | None:
    """Of one user, within the window."""
    wanted = settings.errors
    if calls < wanted.calls or errors * 100 <= wanted.percent * calls:
        return None
    return Anomaly(
        Kind.ERRORS,
        errors * 100 / calls,
        wanted.percent,
        "Too many of a user's calls end in errors.",
        {"calls": calls, "errors": errors},
    )


def of_response(size: int, settings: Anomalies) -> Anomaly | None:
    """`size` is in bytes."""
    most = settings.response_size.bytes
    if size <= most:
        return None
    return Anomaly(Kind.RESPONSE_SIZE, size, most, "An answer is larger than the maximum.", {"bytes": size})


def of_authentication(failures: int, settings: Anomalies) -> Anomaly | None:
    """Of one user or from one address, within the window."""
    wanted = settings.authentication_failures
    if failures <= wanted.most:
        return None
    return Anomaly(
        Kind.AUTHENTICATION,
        failures,
        wanted.most,
        "Authentication fails again and again.",
        {"failures": failures, "minutes": wanted.minutes},
    )


def of_sources(sources: AbstractSet[str], settings: Anomalies) -> Anomaly | None:
    """`sources` are all that one context has called. remit's own tools combine nothing."""
    named = sorted(sources - {OWN})
    most = settings.sources_combined.most
    if len(named) <= most:
        return None
    return Anomaly(
        Kind.SOURCES,
        len(named),
        most,
        "One conversation combines too many sources.",
        {"sources": [*named]},
    )


def outside(source: str, why: str) -> Anomaly:
    return Anomaly(
        Kind.OUTSIDE,
        1,
        0,
        "A source is connected outside change management.",
        {"source": source, "why": why},
    )


def done(kind: Kind, settings: Anomalies) -> str:
    """What the settings have done about it."""
    do: str = getattr(settings, kind.value).do
    return do


def _over(
    kind: Kind, figure: int, usual: float, times: float, evidence: Mapping[str, Json]
) -> Anomaly | None:
    if figure <= times * usual:
        return None
    return Anomaly(
        kind,
        figure,
        times * usual,
        f"There are more {evidence['what']} today than {times:g} times those of a normal day.",
        {"today": figure, "normal": usual, **evidence},
    )


def _mix(today: Day, usual: Normal, settings: Anomalies) -> Anomaly | None:
    """The share of calls that would have to be another tool's for the mix to be the usual one."""
    wanted = settings.action_mix
    total = sum(today.tools.values())
    if not usual.tools or total < wanted.calls:
        return None
    beyond = {tool: count / total - usual.tools.get(tool, 0) for tool, count in today.tools.items()}
    percent = 100 * sum(share for share in beyond.values() if share > 0)
    if percent <= wanted.percent:
        return None
    most = sorted(beyond, key=lambda tool: (-beyond[tool], tool))[:3]
    return Anomaly(
        Kind.ACTION_MIX,
        percent,
        wanted.percent,
        "A user calls other tools than usual.",
        {"calls": total, "days": usual.days, "tools": {tool: today.tools[tool] for tool in most}},
    )


def _hours(today: Day, usual: Normal, settings: Anomalies) -> Anomaly | None:
    wanted = settings.hours
    if usual.hours is None:
        return None
    near = {(hour + step) % 24 for hour in usual.hours for step in (-1, 0, 1)}
    strange = {hour: count for hour, count in today.hours.items() if hour not in near}
    calls = sum(strange.values())
    if calls <= wanted.calls:
        return None
    return Anomaly(
        Kind.HOURS,
        calls,
        wanted.calls,
        "A user calls in hours in which they never do.",
        {"calls": calls, "days": usual.days, "hours": [*sorted(strange)]},
    )


def _targets(today: Day, usual: Normal, settings: Anomalies) -> Anomaly | None:
    wanted = settings.targets
    if usual.targets is None:
        return None
    new = sorted(today.targets - usual.targets)
    if len(new) <= wanted.new:
        return None
    return Anomaly(
        Kind.TARGETS,
        len(new),
        wanted.new,
        "A user reaches for much that they have not touched before.",
        {"new": len(new), "days": usual.days, "first": [*new[:5]]},
    )


_OWN_RULES: Final[Sequence[Callable[[Day, Normal, Anomalies], Anomaly | None]]] = (_mix, _hours, _targets)
