"""What a forge shows of a change to a file."""

import difflib


def hunks(old: bytes, new: bytes) -> str:
    """As git makes them, with three lines around each change and without the names of the file."""
    before, after = (text.decode().splitlines(keepends=True) for text in (old, new))
    return "".join([*difflib.unified_diff(before, after)][2:])
