"""Where the next page of a list starts, for systems that say it in words of their own (decision 0003)."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from policies.canonical import Json, canonical
from policies.errors import InvalidArgument
from tools.rest.parts import CURSOR as _CURSOR
from tools.rest.parts import Part
from tools.sql import cursors

_LONGEST: Final = 4_096
CURSOR: Final[Part] = {**_CURSOR, "maxLength": _LONGEST}
_START: Final = ""


@dataclass(frozen=True, slots=True)
class Bookmark:
    """`query` is the digest of what is asked, `place` is what the system calls where its page starts ("" for
    the first), and `skipped` counts what was handed out of that page already.
    """

    query: str
    place: str = _START
    skipped: int = 0

    @classmethod
    def of(cls, verb: str, arguments: Mapping[str, Json]) -> "Bookmark":
        """Where a call goes on. Raises `InvalidArgument`."""
        asked = {name: value for name, value in arguments.items() if name != "cursor"}
        query, cursor = cursors.digest(canonical([verb, asked])), arguments.get("cursor")
        return cls(query) if cursor is None else cls(query, *_decoded(query, str(cursor)))

    def going_on(self, place: str, skipped: int) -> "Bookmark":
        return Bookmark(self.query, place, skipped)

    def encode(self) -> str:
        text = json.dumps([self.query, self.place, self.skipped], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()

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


def _decoded(query: str, cursor: str) -> tuple[str, int]:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        value: object = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError):
        value = None
    match value:
        case [str() as named, str() as place, int() as skipped]:
            if named == query and 0 <= skipped <= 2**31 and not isinstance(skipped, bool):
                return place, skipped
        case _:
            pass
    raise InvalidArgument(
        "cursor: it does not belong to this list. Pass `next` of the answer before, with the same other "
        "arguments, or leave cursor out to start over."
    )
