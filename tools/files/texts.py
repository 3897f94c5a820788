"""Texts that are written, and that can be written again as they were."""

from collections.abc import Awaitable, Callable
from typing import Final

from tools.documents.forms import restorable
from tools.files.toolset import MAX_TEXT

_WIDEST: Final = 4  # bytes of UTF-8 for one character


async def replaceable(size: int | None, content: Callable[[], Awaitable[bytes]]) -> str | None:
    """What a file of so many bytes holds; None where that is no text, or too long a one. What can't be one is
    not fetched.
    """
    if size is None or size > _WIDEST * MAX_TEXT:
        return None
    return restorable(await content(), MAX_TEXT)
