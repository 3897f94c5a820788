"""What may be done without a person, as data: who, by which tool, where, what and how much.

A scope by itself grants nothing: an administrator switches it on until a day (server/autonomous). What it
does not say, it does not allow; an empty list is nobody and nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Final, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from policies.call import User
from policies.canonical import Json
from policies.change import Change, Effect, Kind
from policies.field_rules import FieldRule
from policies.risk import FORM_CHANGES
from policies.sources import Source
from policies.values import Frozen, Role
from policies.visible import visible

MOST_DAYS: Final = 90
"""For how long a scope can be switched on."""
BELOW: Final = "*"
"""As the last segment of a target: whatever is below the others."""
EVERYBODY: Final = "*"
"""Among destinations: all of them. Those that the organisation's directory lacks are asked about anyway."""

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_DAYS: Final[Sequence[Day]] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        raise ValueError(
            "this machine knows no time zone of that name: write one like Europe/Berlin"
        ) from error
    return name


class Hours(Frozen):
    """On these days from `from` until `to`, which is on the next day where it is not later than `from`."""

    days: tuple[Day, ...]
    begin: time = Field(alias="from")
    end: time = Field(alias="to")
    zone: Annotated[str, AfterValidator(_zone)]

    def hold(self, now: int) -> bool:
        """`now` is in milliseconds since 1970."""
        local = datetime.fromtimestamp(now / 1000, UTC).astimezone(ZoneInfo(self.zone))
        at, today = local.time(), _DAYS[local.weekday()]
        if self.begin < self.end:
            return today in self.days and self.begin <= at < self.end
        yesterday = _DAYS[(local - timedelta(days=1)).weekday()]
        return (today in self.days and at >= self.begin) or (yesterday in self.days and at < self.end)

    @model_validator(mode="after")
    def _they_are_of_the_zone(self) -> Self:
        if self.begin.tzinfo or self.end.tzinfo:
            raise ValueError("from and to are times of the zone: write 08:00")
        return self

    def __str__(self) -> str:
        return f"{', '.join(self.days)} {self.begin:%H:%M}-{self.end:%H:%M} {self.zone}"


class Amount(Frozen):
    """So many calls, that change so many records in all."""

    calls: int = Field(ge=1, le=1_000_000)
    rows: int = Field(ge=1, le=1_000_000)


def _no_wildcard(target: str) -> str:
    if BELOW in target[:-1] or target == BELOW:
        raise ValueError("name what holds the records, or all below something: folder/*, schema.*")
    return target


class Scope(Frozen):
    """All that it says must fit. Of `users`, `roles` and `tenants` it says at least one.

    `tool` is the assisted one's name. `targets` are named as the source's schema tool does, whole or with
    `/*` (of tables `.*`) for all below. `fields` are those that may be written, with what they may then hold;
    `where` says what a record must hold before, or when it is made. `rows` are those of one call. The amounts
    are of everybody together. `irreversible` also lets through what the system may do besides. `outside` says
    what becomes of a call that does not fit.
    """

    tool: str = Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")
    users: tuple[str, ...] | None = None
    roles: tuple[Role, ...] | None = None
    tenants: tuple[str, ...] | None = None
    targets: tuple[Annotated[str, AfterValidator(_no_wildcard)], ...]
    kinds: tuple[Kind, ...]
    fields: dict[str, FieldRule] = {}
    where: dict[str, FieldRule] = {}
    rows: int = Field(ge=1, le=FORM_CHANGES)
    per_hour: Amount
    per_day: Amount
    hours: Hours | None = None
    destinations: tuple[str, ...] = ()
    irreversible: bool = False
    outside: Literal["ask", "refuse"] = "ask"

    @model_validator(mode="after")
    def _it_says_who(self) -> Self:
        if self.users is None and self.roles is None and self.tenants is None:
            raise ValueError("say who: users, roles or tenants")
        return self

    @model_validator(mode="after")
    def _more_time_is_not_less(self) -> Self:
        hour, day = self.per_hour, self.per_day
        if not self.rows <= hour.rows <= day.rows or hour.calls > day.calls:
            raise ValueError(
                "it contradicts itself: a day allows at least what an hour does, and that a call"
            )
        return self

    def covers(self, user: User) -> bool:
        return (
            (self.users is None or user.id in self.users)
            and (self.roles is None or not user.roles.isdisjoint(self.roles))
            and (self.tenants is None or user.tenant in self.tenants)
        )


def judge(scope: Scope, user: User, source: Source, effect: Effect, now: int) -> tuple[str, ...]:
    """Why this may not be done without a person, as sentences for whoever asks; nothing where it may.

    They name fields and limits, and no value of a record. `now` is in milliseconds since 1970.
    """
    return tuple(dict.fromkeys(_reasons(scope, user, source, effect, now)))


def _reasons(scope: Scope, user: User, source: Source, effect: Effect, now: int) -> Iterator[str]:
    if not scope.covers(user):
        yield "It is not for this user."
    if scope.hours is not None and not scope.hours.hold(now):
        yield f"It is only for {scope.hours}."
    count = len(effect.changes)
    if not count:
        yield "It does not say what it would change."
    if count > scope.rows:
        yield f"It changes {count} records, of at most {scope.rows} at once."
    if effect.final and not scope.irreversible:
        yield "It can't be taken back."
    if effect.hidden and not scope.irreversible:
        yield "The system may do more than is shown."
    if EVERYBODY not in scope.destinations and not set(effect.destinations) <= set(scope.destinations):
        yield "Others would see it, to whom it is not open."
    for change in effect.changes:
        yield from _of_a_change(scope, source, change)


def _of_a_change(scope: Scope, source: Source, change: Change) -> Iterator[str]:
    target = visible(change.target)
    if not any(is_within(source.segments(change.target), source.segments(each)) for each in scope.targets):
        yield f"{target} is not among its targets."
    if change.kind not in scope.kinds:
        yield f"It may not {change.kind} a record of {target}."
    stands = change.before if change.before is not None else change.after or {}
    for name, rule in scope.where.items():
        if not _allows(rule, stands, name):
            yield f"A record of {target} is none that it covers, by {visible(name)}."
    for name, value in (change.after or {}).items():
        if name not in scope.fields:
            yield f"{visible(name)} is not among its fields."
        elif not scope.fields[name].allows(value):
            yield f"{visible(name)} would hold what it does not allow."


def _allows(rule: FieldRule, fields: Mapping[str, Json], name: str) -> bool:
    return name in fields and rule.allows(fields[name])


def is_within(target: Sequence[str], of: Sequence[str]) -> bool:
    """By whole segments: `a/bc` is not in `a/b`, and nothing is by a segment that leads elsewhere."""
    if any(part in {"", ".", "..", BELOW} for part in target):
        return False
    if of and of[-1] == BELOW:
        return len(target) >= len(of) > 1 and [*target[: len(of) - 1]] == [*of[:-1]]
    return bool(of) and [*target] == [*of]
