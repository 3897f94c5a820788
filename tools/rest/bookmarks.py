"""Where the next page of a list starts, for systems that say it in words of their own (decision 0003)."""

from collections.abc import Mapping
from dataclasses import dataclass

from policies.canonical import Json
from tools.rest.lists import marked
from tools.sql import cursors


@dataclass(frozen=True, slots=True)
class Bookmark:
    """`query` is the digest of what is asked, `place` is what the system calls where its page starts ("" for
    the first), and `skipped` counts what was handed out of that page already.
    """

    query: str
    place: str = ""
    skipped: int = 0

    @classmethod
    def of(cls, verb: str, arguments: Mapping[str, Json]) -> "Bookmark":
        """Where a call goes on. Raises `InvalidArgument`."""
        query, skipped, place = marked(verb, arguments)
        return cls(query, place, skipped)

    def going_on(self, place: str, skipped: int) -> "Bookmark":
        return Bookmark(self.query, place, skipped)

    def encode(self) -> str:
        return cursors.encode(self.query, self.skipped, self.place)

    def to_json(self) -> list[Json]:
        return [self.query, self.place, self.skipped]

    @classmethod
    def from_json(cls, value: Json) -> "Bookmark":
        """Of `to_json`, and nothing else."""
        match value:
            case [str() as query, str() as place, int() as skipped]:
                return cls(query, place, skipped)
            case _:
                raise ValueError(value)
