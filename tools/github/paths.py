"""Repositories as a caller names them: each has one form; anything else is refused unsent (threat T30)."""

import re
from typing import Final

from policies.errors import InvalidArgument

REPOSITORY: Final = r"^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})/[A-Za-z0-9_.-]{1,100}$"
LONGEST: Final = 140
_REPOSITORY: Final = re.compile(REPOSITORY)
_ENDINGS: Final = (".git", ".wiki", ".atom")  # which GitHub gives another meaning


def repository(text: str) -> str:
    """`owner/name`. Raises `InvalidArgument`."""
    name = text.partition("/")[2].lower()
    if (
        len(text) > LONGEST
        or not _REPOSITORY.fullmatch(text)
        or name in {".", ".."}
        or name.endswith(_ENDINGS)
    ):
        raise InvalidArgument("repository: write owner/name. The list of them tells it.")
    return text
