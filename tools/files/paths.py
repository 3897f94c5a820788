"""Paths of files, compared by their segments: `tenant-a` is no part of `tenant-a-evil` (threat T32)."""

from collections.abc import Sequence
from typing import Final

from policies.paths import segments

EVERYTHING: Final = "*"
"""Among the folders of a source: all that it has."""


def folder_of(path: str) -> str:
    """ "" for what is in no folder."""
    return path.rpartition("/")[0]


def name_of(path: str) -> str:
    return path.rpartition("/")[2]


def joined(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def is_within(path: str, folders: Sequence[str]) -> bool:
    """Whether one of the folders is the path, or somewhere above it."""
    asked = segments(path)
    if asked is None:
        return False
    return any(each == EVERYTHING or asked[: each.count("/") + 1] == segments(each) for each in folders)
