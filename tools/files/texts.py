"""What is kept of a file: its fields, and a text that can be written again as it was."""

from collections.abc import Awaitable, Callable
from typing import Final

from policies.canonical import Json
from tools.documents.forms import restorable
from tools.files.store import Entry
from tools.files.toolset import MAX_TEXT

_WIDEST: Final = 4  # bytes of UTF-8 for one character


def fields_of(file: Entry, folder: str | None) -> dict[str, Json]:
    """As `Store.records` calls them, without the text."""
    return {
        "name": file.name,
        "folder": folder,
        "version": file.version,
        "former": file.former,
        "size": file.size,
    }


async def replaceable(size: int | None, content: Callable[[], Awaitable[bytes]]) -> str | None:
    """What a file of so many bytes holds; None where that is no text, or too long a one. What can't be one is
    not fetched.
    """
    if size is None or size > _WIDEST * MAX_TEXT:
        return None
    return restorable(await content(), MAX_TEXT)
