"""JSON, and the one text of a JSON value: what is hashed, and what is signed."""

import json
from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def canonical(value: object) -> str:
    """Sorted keys, no spaces, no NaN."""
    return _CANONICAL.encode(value)
