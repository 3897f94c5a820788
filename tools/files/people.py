"""Who can read something, in words."""

from typing import Final

_SHOWN: Final = 10


def readers(found: tuple[str, ...]) -> str:
    more = len(found) - _SHOWN
    return ", ".join(found[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
