"""What a planned write keeps beside its changes, and carrying it out reads: as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self, cast

from policies.canonical import Json
from policies.change import Kind
from tools.postgres.rows import Filter
from tools.postgres.targets import Target
from tools.sql.rules import Relation
from tools.sql.toolset import WRITE


@dataclass(frozen=True, slots=True)
class Order:
    """`facts` is what the catalogue said of the table: another trigger or type voids the plan.

    `key` and `written` are columns. `rows` is the user's row filter, which holds before and after; `claims`
    are signed for row security, where the source has it.
    """

    relation: Relation
    kind: Kind
    key: tuple[str, ...]
    columns: tuple[str, ...]
    written: tuple[str, ...]
    facts: str = field(repr=False)
    rows: Filter = field(repr=False)
    claims: Mapping[str, Json] = field(repr=False)

    @property
    def target(self) -> Target:
        return Target.of(self.relation, self.facts)

    def to_json(self) -> dict[str, Json]:
        return {
            "verb": WRITE,
            "relation": list(self.relation),
            "kind": self.kind.value,
            "key": list(self.key),
            "columns": list(self.columns),
            "written": list(self.written),
            "facts": self.facts,
            "filter": self.rows.sql,
            "parameters": list(self.rows.parameters),
            "claims": dict(self.claims),
        }

    @classmethod
    def from_json(cls, request: Mapping[str, Json]) -> Self:
        """Of `to_json`, and nothing else: a plan never comes from outside."""
        return cls(
            relation=Relation(*cast("list[str]", request["relation"])),
            kind=Kind(cast("str", request["kind"])),
            key=tuple(cast("list[str]", request["key"])),
            columns=tuple(cast("list[str]", request["columns"])),
            written=tuple(cast("list[str]", request["written"])),
            facts=cast("str", request["facts"]),
            rows=Filter(cast("str", request["filter"]), tuple(cast("list[Json]", request["parameters"]))),
            claims=cast("dict[str, Json]", request["claims"]),
        )
