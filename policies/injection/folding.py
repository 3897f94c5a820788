"""Words in disguise: of the letters of several scripts, or in costume (threat T22)."""

from typing import Final

from policies.lookalikes import FOREIGN, LATIN, folded, read
from policies.redaction.linear import Pattern

_LOOKS: Final = "".join(FOREIGN)
_MIXED: Final = Pattern(rf"[A-Za-z{_LOOKS}]*(?:[A-Za-z][{_LOOKS}]|[{_LOOKS}][A-Za-z])[A-Za-z{_LOOKS}]*")
_ODD: Final = Pattern(rf"[A-Za-z{_LOOKS}]*[{''.join(LATIN)}{_LOOKS}][A-Za-z{''.join(LATIN)}{_LOOKS}]*")
# Letters that are made for width, for mathematics or for a circle, and read as plain ones.
_STYLED: Final = (
    r"[\x{ff21}-\x{ff3a}\x{ff41}-\x{ff5a}\x{1d400}-\x{1d6a5}\x{24b6}-\x{24e9}\x{1f130}-\x{1f189}]"
)
_COSTUME: Final = Pattern(rf"{_STYLED}{{2,}}[^\w\n]+{_STYLED}+[^\w\n]+{_STYLED}{{2,}}")
_STRANGE: Final = Pattern(rf"{_STYLED}|[{''.join(LATIN)}{_LOOKS}]")
_ORDERS: Final = frozenset(
    """
    admin approve assistant bypass confirm credential credentials delete disable disregard execute
    export forget ignore instruction instructions override password policy previous prompt reveal rules
    safety secret secrets security system token transfer user
    """.split()  # noqa: SIM905 - read as words
)


def in_disguise(text: str) -> bool:
    """Whether words of a clean text are of the letters of several scripts, or a stretch is in costume."""
    if text.isascii() or _STRANGE.first(text) is None:
        return False
    if _COSTUME.first(text) is not None:
        return True
    mixed = {read(folded(found[0])) for found in _MIXED.find(text)}
    if sum(word.isascii() and len(word) > 1 for word in mixed) > 1:
        return True
    return any(read(folded(found[0])).lower() in _ORDERS for found in _ODD.find(text))
