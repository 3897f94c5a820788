"""Refs and files as a caller names them: each has one form, and anything else is refused unsent.

They end up in addresses, where `..`, `%2f` and their like would lead elsewhere (threat T30).
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from policies.errors import InvalidArgument

MAX_REF: Final = 255
MAX_FILE: Final = 1000
_REF: Final = re.compile(r"[^\x00-\x20\x7f~^:?*\[\\]+")  # git-check-ref-format(1)
_NO_FILE: Final = re.compile(r"[\x00-\x1f\x7f\\]|%[0-9A-Fa-f]{2}")


def is_named(path: str, patterns: Sequence[str]) -> bool:
    """Whether a project's path is one of the configuration's: GitLab knows no case in paths."""
    return any(_fits(path.lower(), pattern.lower()) for pattern in patterns)


def _fits(path: str, pattern: str) -> bool:
    group, star, _ = pattern.partition("/*")
    return path.startswith(f"{group}/") if star else path == pattern


def ref(text: str) -> str:
    """The name of a branch or tag, or a commit. Raises `InvalidArgument`."""
    parts = text.split("/")
    if (
        len(text.encode()) > MAX_REF
        or not _REF.fullmatch(text)
        or ".." in unicodedata.normalize("NFKC", text)
        or "@{" in text
        or text[0] == "-"
        or text[-1] == "."
        or any(not part or part[0] == "." or part.endswith(".lock") for part in parts)
    ):
        raise InvalidArgument(
            "ref: write the name of a branch or a tag, or a commit's id. HEAD is the default."
        )
    return text


def file(text: str) -> str:
    """The path of a file or folder within its repository. Raises `InvalidArgument`."""
    parts = unicodedata.normalize("NFKC", text).replace("\u2215", "/").split("/")
    if (
        len(text.encode()) > MAX_FILE
        or _NO_FILE.search(text)
        or any(part.strip() in {"", ".", ".."} for part in parts)
    ):
        raise InvalidArgument(
            "path: write it from the top of the repository, as in src/main.py, without . and .. in it and "
            "without a slash before it."
        )
    return text
