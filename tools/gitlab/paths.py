"""Projects as a caller names them: each has one form, and anything else is refused unsent (threat T30)."""

import re
from typing import Final

from policies.errors import InvalidArgument

PROJECT: Final = r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}(/[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}){1,20}$"
MAX_PROJECT: Final = 500
_PROJECT: Final = re.compile(PROJECT)
_ENDINGS: Final = (".", ".git", ".atom")  # which GitLab gives another meaning


def project(text: str) -> str:
    """The full path of a project. Raises `InvalidArgument`."""
    segments = text.split("/")
    if len(text) > MAX_PROJECT or not _PROJECT.fullmatch(text) or any(map(_is_odd, segments)):
        raise InvalidArgument("project: write its full path, as in group/project. The list of them tells it.")
    return text


def _is_odd(segment: str) -> bool:
    return segment.lower().endswith(_ENDINGS) or ".." in segment
