"""What a write changes, as data: the same words for a row, a record, a message or a file.

A connector makes an `Effect` in its plan, without changing anything. The user is asked about exactly this,
exactly this is carried out, and its inverse takes it back (threats T17, T18, T50).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias, cast

from policies.canonical import Json

Fields: TypeAlias = Mapping[str, Json]


class Kind(StrEnum):
    """What becomes of a record."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one record.

    `target` names what holds it, as the source's schema tool does: a table, a channel, a folder. `key` tells
    it from the others there; it is empty for a record whose key the system gives when it makes it.

    `before` is what must stand when the change is carried out: None where the record must not be there yet.
    `after` is what stands then: None where the record is gone. An update's `after` holds the fields that are
    written, its `before` at least these. Values are in the connector's own form, good for writing them back.
    """

    target: str
    key: Fields
    before: Fields | None = field(repr=False)
    after: Fields | None = field(repr=False)

    @property
    def kind(self) -> Kind:
        if self.before is None:
            return Kind.CREATE
        return Kind.DELETE if self.after is None else Kind.UPDATE

    def inverse(self) -> "Change":
        """What takes it back, where what it left still stands.

        An update gives back the fields that it wrote, whatever has become of the others since. A record that
        it made goes only as it was made.
        """
        if self.kind is not Kind.UPDATE:
            return Change(self.target, self.key, before=self.after, after=self.before)
        before, after = self.before or {}, self.after or {}
        return Change(self.target, self.key, before=after, after={name: before[name] for name in after})

    def to_json(self) -> dict[str, Json]:
        return {
            "target": self.target,
            "key": dict(self.key),
            "before": None if self.before is None else dict(self.before),
            "after": None if self.after is None else dict(self.after),
        }

    @classmethod
    def from_json(cls, value: Json) -> "Change":
        """Of `to_json`, and nothing else."""
        parts = cast("dict[str, dict[str, Json]]", value)
        return cls(cast("str", parts["target"]), parts["key"], before=parts["before"], after=parts["after"])


@dataclass(frozen=True, slots=True)
class Effect:
    """All that a plan changes.

    `destinations` are who else gets to see something: channels, addresses, other organisations; `readers` say
    in words who that is. `final` says why it can't be taken back, and is empty where it can. `hidden` are
    what the system may do besides, of which nobody can say more beforehand: triggers of a table.
    """

    changes: tuple[Change, ...]
    destinations: tuple[str, ...] = ()
    final: str = ""
    hidden: tuple[str, ...] = ()
    readers: tuple[str, ...] = ()

    def holding(self, changes: tuple[Change, ...]) -> "Effect":
        """The same of these changes, which say more than its own."""
        return Effect(changes, self.destinations, self.final, self.hidden, self.readers)

    def to_json(self) -> dict[str, Json]:
        return {
            "changes": [change.to_json() for change in self.changes],
            "destinations": list(self.destinations),
            "final": self.final,
            "hidden": list(self.hidden),
            **({"readers": list(self.readers)} if self.readers else {}),
        }

    @classmethod
    def from_json(cls, value: Json) -> "Effect":
        """Of `to_json`, and nothing else."""
        parts = cast("dict[str, list[Json]]", value)
        return cls(
            changes_from_json(parts["changes"]),
            destinations=tuple(cast("list[str]", parts["destinations"])),
            final=cast("str", parts["final"]),
            hidden=tuple(cast("list[str]", parts["hidden"])),
            readers=tuple(cast("list[str]", parts.get("readers", []))),
        )


def stands(expected: Fields | None, row: Fields | None) -> bool:
    """Whether all of `expected` is in the row; where it is None, whether there is none."""
    if expected is None or row is None:
        return expected is row
    return all(name in row and row[name] == value for name, value in expected.items())


def changes_to_json(changes: Sequence[Change]) -> list[Json]:
    return [change.to_json() for change in changes]


def changes_from_json(value: Json) -> tuple[Change, ...]:
    return tuple(map(Change.from_json, cast("list[Json]", value)))
