"""Names as the configuration writes them, and as Snowflake keeps them: those without quotes in upper case."""

import re
from typing import Final

_KEPT_WITHOUT_QUOTES: Final = re.compile(r"[A-Z_][A-Z0-9_$]*")


def quoted(name: str) -> str:
    return '"' + name.upper().replace('"', '""') + '"'


def plain(name: str) -> str:
    return name.lower() if _KEPT_WITHOUT_QUOTES.fullmatch(name) else name
