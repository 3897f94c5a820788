"""What a planned write keeps for carrying it out, as data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self, cast

from policies.canonical import Json
from policies.change import Kind
from tools.sql.rules import Relation
from tools.sql.toolset import WRITE


@dataclass(frozen=True, slots=True)
class Order:
    """One kind of change to one table. `rows` is its row filter with `?` for each of `parameters`, or empty.

    `stamp` names the table as the catalogue described it.
    """

    relation: Relation
    kind: Kind
    written: tuple[str, ...]
    rows: str
    parameters: tuple[Json, ...]
    stamp: str

    def to_json(self) -> dict[str, Json]:
        return {
            "verb": WRITE,
            "relation": list(self.relation),
            "kind": self.kind.value,
            "written": list(self.written),
            "rows": self.rows,
            "parameters": list(self.parameters),
            "stamp": self.stamp,
        }

    @classmethod
    def from_json(cls, request: Mapping[str, Json]) -> Self:
        """Of `to_json`, and nothing else: a plan never comes from outside."""
        schema, name = cast("Sequence[str]", request["relation"])
        return cls(
            Relation(schema, name),
            Kind(cast("str", request["kind"])),
            tuple(cast("list[str]", request["written"])),
            cast("str", request["rows"]),
            tuple(cast("list[Json]", request["parameters"])),
            cast("str", request["stamp"]),
        )
