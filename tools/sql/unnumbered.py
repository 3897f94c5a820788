"""For servers whose placeholders are `?`: the guard numbers its own, behind a private character."""

import re
from collections.abc import Sequence
from typing import Final

from policies.canonical import Json

MARK: Final = "\ue000"
"""What a placeholder of the guard's begins with, before its number."""
_PLACEHOLDER: Final = re.compile(rf"{MARK}([1-9][0-9]*)")


def bound(sql: str, claims: Sequence[Json]) -> tuple[str, tuple[Json, ...]]:
    """The guard's text with `?` for its placeholders, and the values in the order of these.

    No text that came from outside holds one: the guard refuses the character that they begin with.
    """
    numbers = [int(found[1]) for found in _PLACEHOLDER.finditer(sql)]
    return _PLACEHOLDER.sub("?", sql), tuple(claims[number - 1] for number in numbers)
