"""JSON, and the one text of a JSON value: what is hashed, and what is signed."""

import json
from collections.abc import Callable, Iterator
from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def canonical(value: object) -> str:
    """Sorted keys, no spaces, no NaN."""
    return _CANONICAL.encode(value)


def each_text(value: Json, change: Callable[[str], str]) -> Json:
    """The value with every text in it changed, and every key."""
    match value:
        case str():
            return change(value)
        case list():
            return [each_text(item, change) for item in value]
        case dict():
            return {change(key): each_text(item, change) for key, item in value.items()}
        case _:
            return value


def leaves(value: Json) -> Iterator[bool | int | float | str | None]:
    """The names and the plain values within it, in their order."""
    waiting = [value]
    while waiting:
        match each := waiting.pop():
            case list():
                waiting += reversed(each)
            case dict():
                for name in reversed(each):
                    waiting += (each[name], name)
            case _:
                yield each
