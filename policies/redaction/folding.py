"""Text as the patterns see it: one plain character for each, at the same place.

A card number in full-width digits, or one that is spaced with no-break spaces, is one for a model too.
"""

import unicodedata
from typing import Final

_PLAIN: Final = {
    **dict.fromkeys("\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a", " "),
    **dict.fromkeys("\u202f\u205f\u3000", " "),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\ufe58\ufe63\uff0d", "-"),
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\uff07", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\uff02", '"'),
    **dict.fromkeys("\u2024\u3002\uff61", "."),
    **dict.fromkeys("\u2044\u2215", "/"),
    **dict.fromkeys("\u2236\ua789", ":"),
}  # fmt: skip


class _Plainly(dict[int, str]):
    """By code, what stands for a character; found when it is asked for."""

    def __missing__(self, code: int) -> str:
        self[code] = plain = _plain(chr(code))
        return plain


_PLAINLY: Final = _Plainly()


def fold(text: str) -> str:
    """Other scripts' digits, full-width letters, typographic spaces, dashes and quotes as their ASCII kin."""
    return text if text.isascii() else text.translate(_PLAINLY)


def _plain(character: str) -> str:
    if character.isascii():
        return character
    if (plain := _PLAIN.get(character)) is not None:
        return plain
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    if "\uff01" <= character <= "\uff5e":
        return chr(ord(character) - 0xFEE0)
    return character
