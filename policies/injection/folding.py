"""Words as they read, whatever letters they are written with (threat T22; Unicode UTS #39, confusables)."""

import re
import unicodedata
from typing import Final

from policies.redaction.linear import Pattern

_CYRILLIC: Final = dict(
    zip("аеорсухіѕјһԁԛԝкмтвнгпАВЕКМНОРСТУХІЅЈ", "aeopcyxisjhdqwkmtbhrnABEKMHOPCTYXISJ", strict=True)
)
_GREEK: Final = dict(zip("αονρτυικεηγΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "aovptuikenyABEZHIKMNOPTYX", strict=True))
_ARMENIAN: Final = dict(zip("օսհցոյ", "ouhgnj", strict=True))
_FOREIGN: Final = _CYRILLIC | _GREEK | _ARMENIAN
_LATIN: Final = dict(zip("ɑıɩɡʟᴀʙᴄᴅᴇꜰɢʜɪᴊᴋᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢǃ", "aiiglabcdefghijkmnoprstuvwyzi", strict=True))
_TYPOGRAPHY: Final = dict(zip("‘’‚‛“”„‐‑‒–—―−", "''''\"\"\"-------", strict=True))  # noqa: RUF001
_LETTERS: Final = dict(zip("ßæœøłđÆØŁ", ("ss", "ae", "oe", "o", "l", "d", "AE", "O", "L"), strict=True))
_MARKS: Final = dict.fromkeys(range(0x300, 0x370))
_FOLDED: Final = _MARKS | str.maketrans({**_LATIN, **_TYPOGRAPHY, **_LETTERS})
_SIGNS: Final = re.compile(r"[^\w\x00-\x7f]")
_READ: Final = str.maketrans(_FOREIGN)

_LOOKS: Final = "".join(_FOREIGN)
_MIXED: Final = Pattern(rf"[A-Za-z{_LOOKS}]*(?:[A-Za-z][{_LOOKS}]|[{_LOOKS}][A-Za-z])[A-Za-z{_LOOKS}]*")
_ODD: Final = Pattern(rf"[A-Za-z{_LOOKS}]*[{''.join(_LATIN)}{_LOOKS}][A-Za-z{''.join(_LATIN)}{_LOOKS}]*")
# Letters that are made for width, for mathematics or for a circle, and read as plain ones.
_STYLED: Final = (
    r"[\x{ff21}-\x{ff3a}\x{ff41}-\x{ff5a}\x{1d400}-\x{1d6a5}\x{24b6}-\x{24e9}\x{1f130}-\x{1f189}]"
)
_COSTUME: Final = Pattern(rf"{_STYLED}{{2,}}[^\w\n]+{_STYLED}+[^\w\n]+{_STYLED}{{2,}}")
_STRANGE: Final = Pattern(rf"{_STYLED}|[{''.join(_LATIN)}{_LOOKS}]")
_ORDERS: Final = frozenset(
    """
    admin approve assistant bypass confirm credential credentials delete disable disregard execute
    export forget ignore instruction instructions override password policy previous prompt reveal rules
    safety secret secrets security system token transfer user
    """.split()  # noqa: SIM905 - read as words
)


def folded(text: str) -> str:
    """Without accents, compatibility forms, typography and signs: ASCII where it is of Latin letters."""
    if text.isascii():
        return text
    plain = unicodedata.normalize("NFKD", text).translate(_FOLDED)
    return plain if plain.isascii() else _SIGNS.sub(" ", plain)


def read(text: str) -> str:
    """A folded text with letters of other scripts as the Latin ones that they look like."""
    return text if text.isascii() else text.translate(_READ)


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
