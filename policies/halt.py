"""The kill switch: what is halted, by whom and why, and whether a call is (threats T41, T42).

All of it is one text, so that a call reads it with one look. A text that is not there, not whole or of
another version says nothing, and whoever acts takes that for a halt.

Its `epoch` is higher after each change. So what was read before a change and what was read after it can be
told apart without a clock.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Literal, Self, TypeAlias

from pydantic import TypeAdapter, ValidationError

from policies.call import TWIN, Call, Tier
from policies.canonical import Json
from policies.errors import Denied, Halted, NotFound
from policies.sources import OWN

LIFTED_WITHIN: Final = 3_600_000
"""Milliseconds in which a second person has to confirm that a full halt is lifted."""

_REACH: Final[Mapping[Tier, frozenset[Tier]]] = {
    Tier.READ: frozenset({Tier.READ}),
    Tier.ACT: frozenset({Tier.ACT, Tier.AUTO}),  # who stops what people confirm stops what nobody does, too
    Tier.AUTO: frozenset({Tier.AUTO}),
}
_UNDO: Final = f"{OWN}_undo"

Happened: TypeAlias = Literal["halted", "resumed", "resume_asked"]


class Unreadable(ValueError):  # noqa: N818 - what it says of the text, not of a fault
    """The text is none of a kill switch."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a halt may be of in one call, or in one action. `tools` are all names that it goes by."""

    tenant: str
    user: str
    source: str
    tools: frozenset[str]
    tier: Tier

    @classmethod
    def of(cls, call: Call) -> Self:
        tool = call.tool
        names = _names(tool.name, undoing=call.undoing is not None)
        return cls(call.user.tenant, call.user.id, tool.source, names, tool.tier)

    @classmethod
    def of_action(cls, tenant: str, user: str, source: str, tool: str, tier: str, *, undoing: bool) -> Self:
        return cls(tenant, user, source, _names(tool, undoing=undoing), Tier(tier))


def _names(tool: str, *, undoing: bool) -> frozenset[str]:
    """A twin is stopped by the name of the tool that asks, too."""
    return frozenset({tool, tool.removesuffix(TWIN), *({_UNDO} if undoing else ())})


@dataclass(frozen=True, slots=True)
class Scope:
    """What is halted: all that has each of these. None stands for any, so five times None for everything."""

    tenant: str | None = None
    user: str | None = None
    source: str | None = None
    tool: str | None = None
    tier: Tier | None = None

    @property
    def is_everything(self) -> bool:
        return not self.to_json()

    def covers(self, subject: Subject) -> bool:
        return (
            self.tenant in {None, subject.tenant}
            and self.user in {None, subject.user}
            and self.source in {None, subject.source}
            and (self.tool is None or self.tool in subject.tools)
            and (self.tier is None or subject.tier in _REACH[self.tier])
        )

    def to_json(self) -> dict[str, Json]:
        named = {
            "tenant": self.tenant,
            "user": self.user,
            "source": self.source,
            "tool": self.tool,
            "tier": None if self.tier is None else self.tier.value,
        }
        return {name: value for name, value in named.items() if value is not None}

    def __str__(self) -> str:
        return ", ".join(f"{name} {value}" for name, value in self.to_json().items()) or "everything"


EVERYTHING: Final = Scope()


@dataclass(frozen=True, slots=True)
class Halt:
    """`at` is in milliseconds since 1970, `epoch` the switch's from which on it stands."""

    scope: Scope
    by: str
    why: str
    at: int
    epoch: int

    def to_json(self) -> dict[str, Json]:
        return {
            "scope": self.scope.to_json(),
            "by": self.by,
            "why": self.why,
            "at": self.at,
            "epoch": self.epoch,
        }


@dataclass(frozen=True, slots=True)
class Lifting:
    """Somebody asked that the full halt be lifted. `code` is the SHA-256 of what a second person needs."""

    code: str = field(repr=False)
    by: str
    why: str
    until: int


@dataclass(frozen=True, slots=True)
class Event:
    """One change, for the log. `asked_by` is who asked for what `by` confirmed, "" where nobody had to."""

    event: Happened
    scope: Scope
    by: str
    why: str
    at: int
    epoch: int
    asked_by: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """Who changes something and why, when, and the last epoch that is in the log already."""

    by: str
    why: str
    now: int
    recorded: int


@dataclass(frozen=True, slots=True)
class KillSwitch:
    """`events` are the changes that may not be in the log yet, `version` that of the text it is kept as."""

    epoch: int
    halts: tuple[Halt, ...]
    lifting: Lifting | None
    events: tuple[Event, ...]
    version: Literal[1]

    def of(self, subject: Subject) -> Halt | None:
        """A halt that the subject is in."""
        return next((halt for halt in self.halts if halt.scope.covers(subject)), None)

    def halted(self, scope: Scope, change: Change) -> "KillSwitch":
        """Whoever halts everything once more also takes back that it was to be lifted."""
        halt = Halt(scope, change.by, change.why, change.now, self.epoch + 1)
        return self._changed(
            "halted",
            scope,
            change,
            halts=(*self._others(scope), halt),
            lifting=None if scope.is_everything else self.lifting,
        )

    def resumed(self, scope: Scope, change: Change, epoch: int | None = None) -> "KillSwitch":
        """Raises `NotFound` for what is not halted under these very names, `Denied` for a full halt.

        With an `epoch` it is the halt of that one, and none that has taken its place since.
        """
        self._hold(scope, epoch)
        if scope.is_everything:
            raise Denied(
                "A full halt takes two people to lift. Ask for it with `remit resume --everything`.",
                rule="second_person",
            )
        return self._changed("resumed", scope, change, halts=self._others(scope), lifting=self.lifting)

    def asked(self, code: str, change: Change) -> "KillSwitch":
        """Raises `NotFound` where there is no full halt."""
        self._hold(EVERYTHING)
        lifting = Lifting(digest(code), change.by, change.why, change.now + LIFTED_WITHIN)
        return self._changed("resume_asked", EVERYTHING, change, halts=self.halts, lifting=lifting)

    def lifted(self, code: str, change: Change) -> "KillSwitch":
        """Raises `NotFound` for a code that is not that of now, `Denied` for whoever asked (threat T42)."""
        lifting = self.lifting
        if lifting is None or lifting.code != digest(code) or change.now >= lifting.until:
            raise NotFound(
                "This code lifts nothing: it was used, it is over an hour old, or a halt or request came "
                "after it. Ask for another one with `remit resume --everything`."
            )
        if lifting.by == change.by:
            raise Denied(
                f"{change.by} asked for it, so somebody else has to confirm it, from an account of theirs.",
                rule="second_person",
            )
        return self._changed(
            "resumed",
            EVERYTHING,
            change,
            halts=self._others(EVERYTHING),
            lifting=None,
            asked_by=lifting.by,
        )

    def to_text(self) -> str:
        state = _KEPT.dump_json(self).decode()
        return f"{digest(state)} {state}"

    def _hold(self, scope: Scope, epoch: int | None = None) -> None:
        if not any(halt.scope == scope and epoch in {None, halt.epoch} for halt in self.halts):
            raise NotFound(f"No halt of {scope} stands. `remit halt --list` shows those that do, by name.")

    def _others(self, scope: Scope) -> tuple[Halt, ...]:
        return tuple(halt for halt in self.halts if halt.scope != scope)

    def _changed(
        self,
        event: Happened,
        scope: Scope,
        change: Change,
        *,
        halts: tuple[Halt, ...],
        lifting: Lifting | None,
        asked_by: str = "",
    ) -> "KillSwitch":
        epoch = self.epoch + 1
        told = Event(event, scope, change.by, change.why, change.now, epoch, asked_by)
        left = tuple(one for one in self.events if one.epoch > change.recorded)
        return KillSwitch(epoch, halts, lifting, (*left, told), version=self.version)


NOTHING: Final = KillSwitch(0, (), None, (), version=1)
_KEPT: Final = TypeAdapter(KillSwitch)


@lru_cache(maxsize=8)
def read(kept: object) -> KillSwitch:
    """What is kept. Raises `Unreadable`."""
    if not isinstance(kept, str):
        raise Unreadable("it is not there")
    told, _, state = kept.partition(" ")
    if digest(state) != told:
        raise Unreadable("it is not whole")
    try:
        return _KEPT.validate_json(state, strict=True, extra="forbid")
    except ValidationError:
        raise Unreadable("it is of another form or version") from None


def hold(kept: object, call: Call, *, reads_need_it: bool = True) -> int:
    """The epoch of the switch, which does not halt the call. Raises `Halted`.

    One that can't be read halts each call that acts, and those that read where `reads_need_it`. The epoch is
    0 then.
    """
    try:
        switch = read(kept)
    except Unreadable as unreadable:
        if call.tool.tier is Tier.READ and not reads_need_it:
            return 0
        raise Halted(detail=f"the kill switch can't be read: {unreadable}") from None
    halt = switch.of(Subject.of(call))
    if halt is not None:
        raise Halted(detail=f"{halt.scope}, in epoch {halt.epoch}")
    return switch.epoch


def anew(epoch: int, now: int) -> KillSwitch:
    """In the place of one that can't be read: everything is halted, as nobody knows what was."""
    change = Change(OWN, "the kill switch could not be read", now, epoch)
    return KillSwitch(epoch, (), None, (), version=NOTHING.version).halted(EVERYTHING, change)


def digest(text: str) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def listed(switch: KillSwitch) -> Sequence[Halt]:
    """The widest first, then the oldest."""
    return sorted(switch.halts, key=lambda halt: (len(halt.scope.to_json()), halt.at))
