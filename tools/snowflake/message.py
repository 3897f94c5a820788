"""What a plan keeps, and carrying it out reads: one statement for Snowflake, as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self, cast

from policies.call import Origin
from policies.canonical import Json
from tools.sql import origins


@dataclass(frozen=True, slots=True)
class Message:
    """`sql` has a `?` for each of `parameters`. `made` says what each column of the answer is made of, and
    `query` and `offset` make the cursor of the next page.
    """

    verb: str
    sql: str
    parameters: tuple[Json, ...] = ()
    made: tuple[tuple[Origin, ...], ...] = ()
    query: str = ""
    offset: int = 0

    def to_json(self) -> dict[str, Json]:
        return {
            "verb": self.verb,
            "sql": self.sql,
            "parameters": list(self.parameters),
            "made": [origins.to_json(each) for each in self.made],
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
            made=tuple(map(origins.from_json, cast("list[Json]", request["made"]))),
            query=cast("str", request["query"]),
            offset=cast("int", request["offset"]),
        )
