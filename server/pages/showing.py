"""An effect as what a page shows of it: whole, and with no markup but our own (threat T17)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from policies.change import Change, Effect, Kind
from policies.question import differences
from policies.visible import Piece, pieces, plain_pieces

Shown: TypeAlias = tuple[Piece, ...]

VERBS: Final = {Kind.CREATE: "Create", Kind.UPDATE: "Change", Kind.DELETE: "Delete"}


@dataclass(frozen=True, slots=True)
class Field:
    """`before` is None where nothing was there, `after` where nothing will be."""

    name: Shown
    before: Shown | None
    after: Shown | None


@dataclass(frozen=True, slots=True)
class Record:
    """`key` is empty for one whose key the system gives when it makes it."""

    key: tuple[tuple[Shown, Shown], ...]
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """All records of one target with which the same is done."""

    kind: Kind
    target: Shown
    records: tuple[Record, ...]

    @property
    def verb(self) -> str:
        return VERBS[self.kind]


def groups(effect: Effect) -> tuple[Group, ...]:
    found: dict[tuple[Kind, str], list[Record]] = {}
    for change in effect.changes:
        found.setdefault((change.kind, change.target), []).append(_record(change))
    return tuple(
        Group(kind, plain_pieces(target), tuple(records)) for (kind, target), records in found.items()
    )


def phrase(effect: Effect) -> str:
    """What a person types to show that they looked: how many records, or what becomes of the only one."""
    if len(effect.changes) == 1:
        return VERBS[effect.changes[0].kind].lower()
    return str(len(effect.changes))


def _record(change: Change) -> Record:
    key = tuple((plain_pieces(name), pieces(value)) for name, value in change.key.items())
    return Record(key, tuple(_fields(change)))


def _fields(change: Change) -> Iterator[Field]:
    for name, before, after in differences(change):
        yield Field(
            plain_pieces(name),
            pieces(before[0]) if before else None,
            pieces(after[0]) if after else None,
        )
