"""The origins of an answer's columns as data, for the request that a plan keeps."""

from collections.abc import Iterable
from typing import cast

from policies.call import Origin
from policies.canonical import Json


def to_json(origins: Iterable[Origin]) -> Json:
    return [
        [origin.table, origin.column, origin.label, origin.changed, list(origin.path)] for origin in origins
    ]


def from_json(value: Json) -> tuple[Origin, ...]:
    """Of `to_json`, and nothing else: a plan never comes from outside."""
    rows = cast("list[tuple[str, str, str, bool, list[str]]]", value)
    return tuple(
        Origin(table, column, label, changed, tuple(path)) for table, column, label, changed, path in rows
    )
