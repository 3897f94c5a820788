"""What a plan keeps, and carrying it out reads: one statement for the server, as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self, cast

from policies.canonical import Json
from tools.mysql.values import Output, rendered


@dataclass(frozen=True, slots=True)
class Message:
    """`sql` has a `?` for each of `parameters`. `query` and `offset` make the cursor of the next page."""

    verb: str
    sql: str
    parameters: tuple[Json, ...] = ()
    outputs: tuple[Output, ...] = ()
    query: str = ""
    offset: int = 0

    def rendered(self, outputs: tuple[Output, ...], cell_bytes: int) -> Self:
        """The same, with the columns of its answer in the forms that `outputs` says."""
        sql = rendered(self.sql, outputs, cell_bytes)
        return type(self)(self.verb, sql, self.parameters, outputs, self.query, self.offset)

    def to_json(self) -> dict[str, Json]:
        return {
            "verb": self.verb,
            "sql": self.sql,
            "parameters": list(self.parameters),
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
            outputs=tuple(map(Output.from_json, cast("list[Json]", request["outputs"]))),
            query=cast("str", request["query"]),
            offset=cast("int", request["offset"]),
        )
