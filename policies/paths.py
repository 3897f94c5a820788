"""Paths of files in one reading: what somebody on the way could take for another is none (threat T32)."""

import re
from typing import Final
from unicodedata import is_normalized

_ENCODED: Final = re.compile("%[0-9A-Fa-f]{2}")
_LONGEST: Final = 1_024  # bytes of UTF-8, as of a key in S3


def segments(path: str) -> tuple[str, ...] | None:
    """None for what is no path, or could be read as another."""
    found = tuple(path.split("/"))
    if any(each in {"", ".", ".."} or "\\" in each or not each.isprintable() for each in found):
        return None
    if _ENCODED.search(path) or not is_normalized("NFC", path):
        return None
    return found if len(path.encode("utf-8", "surrogatepass")) <= _LONGEST else None
