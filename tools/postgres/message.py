"""What a plan keeps, and carrying it out reads: one statement for the server, as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self, cast

from policies.canonical import Json
from tools.postgres.constants import parted
from tools.postgres.values import Output, rendered
from tools.postgres.witness import EXPLAIN
from tools.sql.rules import Relation


@dataclass(frozen=True, slots=True)
class Message:
    """`claims` are signed for row security, where the source has it.

    `query` and `offset` make the cursor of the next page.
    """

    verb: str
    sql: str
    parameters: tuple[Json, ...]
    claims: Mapping[str, Json]
    relations: frozenset[Relation] = frozenset()
    outputs: tuple[Output, ...] = ()
    query: str = ""
    offset: int = 0

    @property
    def explained(self) -> str:
        return EXPLAIN + self.sql

    def rendered(self, outputs: tuple[Output, ...], cell_bytes: int) -> Self:
        """The same, with the columns of its answer in the forms that `outputs` says."""
        return self.sent_as(rendered(self.sql, outputs, cell_bytes), outputs)

    def sent_as(self, sql: str, outputs: tuple[Output, ...]) -> Self:
        """The same, where `sql` is what `rendered` made of it before."""
        return self._asking(sql, self.parameters, outputs)

    def parted(self) -> Self:
        """The same, with parameters for the integers that it compares with, where it may be so."""
        sql, values = parted(self.sql, len(self.parameters))
        return self._asking(sql, (*self.parameters, *values), self.outputs) if values else self

    def _asking(self, sql: str, parameters: tuple[Json, ...], outputs: tuple[Output, ...]) -> Self:
        return type(self)(
            verb=self.verb,
            sql=sql,
            parameters=parameters,
            claims=self.claims,
            relations=self.relations,
            outputs=outputs,
            query=self.query,
            offset=self.offset,
        )

    def to_json(self) -> dict[str, Json]:
        return {
            "verb": self.verb,
            "sql": self.sql,
            "parameters": list(self.parameters),
            "claims": dict(self.claims),
            "relations": [list[Json](relation) for relation in sorted(self.relations)],
            "outputs": [output.to_json() for output in self.outputs],
            "query": self.query,
            "offset": self.offset,
        }

    @classmethod
    def from_json(cls, request: Mapping[str, Json]) -> Self:
        """Of `to_json`, and nothing else: a plan never comes from outside."""
        return cls(
            verb=cast("str", request["verb"]),
            sql=cast("str", request["sql"]),
            parameters=tuple(cast("list[Json]", request["parameters"])),
            claims=cast("dict[str, Json]", request["claims"]),
            relations=frozenset(Relation(*pair) for pair in cast("list[list[str]]", request["relations"])),
            outputs=tuple(map(Output.from_json, cast("list[Json]", request["outputs"]))),
            query=cast("str", request["query"]),
            offset=cast("int", request["offset"]),
        )
