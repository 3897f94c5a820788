"""Words as they read, whatever letters they are written with (threat T22; Unicode UTS #39, confusables)."""

import re
import unicodedata
from typing import Final

_CYRILLIC: Final = dict(
    zip("аеорсухіѕјһԁԛԝкмтвнгпАВЕКМНОРСТУХІЅЈ", "aeopcyxisjhdqwkmtbhrnABEKMHOPCTYXISJ", strict=True)
)
_GREEK: Final = dict(zip("αονρτυικεηγΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "aovptuikenyABEZHIKMNOPTYX", strict=True))
_ARMENIAN: Final = dict(zip("օսհցոյ", "ouhgnj", strict=True))
FOREIGN: Final = _CYRILLIC | _GREEK | _ARMENIAN
LATIN: Final = dict(zip("ɑıɩɡʟᴀʙᴄᴅᴇꜰɢʜɪᴊᴋᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢǃ", "aiiglabcdefghijkmnoprstuvwyzi", strict=True))
_TYPOGRAPHY: Final = dict(zip("‘’‚‛“”„‐‑‒–—―−", "''''\"\"\"-------", strict=True))  # noqa: RUF001
_LETTERS: Final = dict(zip("ßæœøłđÆØŁ", ("ss", "ae", "oe", "o", "l", "d", "AE", "O", "L"), strict=True))
_MARKS: Final = dict.fromkeys(range(0x300, 0x370))
_FOLDED: Final = _MARKS | str.maketrans({**LATIN, **_TYPOGRAPHY, **_LETTERS})
_SIGNS: Final = re.compile(r"[^\w\x00-\x7f]")
_READ: Final = str.maketrans(FOREIGN)


def folded(text: str) -> str:
    """Without accents, compatibility forms, typography and signs: ASCII where it is of Latin letters."""
    if text.isascii():
        return text
    plain = unicodedata.normalize("NFKD", text).translate(_FOLDED)
    return plain if plain.isascii() else _SIGNS.sub(" ", plain)


def read(text: str) -> str:
    """A folded text with letters of other scripts as the Latin ones that they look like."""
    return text if text.isascii() else text.translate(_READ)
