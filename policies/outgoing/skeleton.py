"""A text as its letters and digits, in one form for all the ways in which it may be written."""

from collections.abc import Iterator
from typing import Final
from unicodedata import digit

from policies.lookalikes import folded, read
from policies.redaction.characters import clean

APART: Final = "\x1e"  # RECORD SEPARATOR: in no clean text
"""Between texts of which nothing runs from one into the next."""

# A figure that is read as a letter is one: a reader of leet takes them for the same.
_FIGURES: Final = dict(zip(b"0134567892@$", b"oieasgtbgzas", strict=True))
_KEPT: Final = frozenset(b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ@$") | frozenset(
    range(0x80, 0x100)
)
_FORM: Final = bytes(
    _FIGURES.get(
        code,
        ord("i") if chr(code) in "lL" else code + 32 if chr(code) in "ABCDEFGHIJKMNOPQRSTUVWXYZ" else code,
    )
    for code in range(256)
)
_FLAGS: Final = {0x1F1E6 + number: chr(ord("a") + number) for number in range(26)}
_FIGURE: Final = bytes(chr(code) in "0123456789@" for code in range(256))
_DROPPED: Final = bytes(code for code in range(256) if code not in _KEPT)
_LETTERS: Final = b"abcdefghijklmnopqrstuvwxyz"
_SHIFTED: Final = [
    bytes.maketrans(_LETTERS + _LETTERS.upper(), turned + turned.upper()).translate(_FORM)
    for turned in (*(_LETTERS[n:] + _LETTERS[:n] for n in range(1, 26) if n != 13), _LETTERS[::-1])
]
_DROPPED_BUT_APART: Final = _DROPPED.replace(APART.encode(), b"")


def skeleton(text: str) -> bytes:
    """Of what leaves: it may be in any disguise that a reader sees through."""
    return _seen(text).translate(_FORM, _DROPPED)


def figures(text: str) -> bytes:
    """For each of its letters and digits, 1 where a figure stands, or the sign of an address, and else 0."""
    return _seen(text).translate(_FIGURE, _DROPPED)


def skeletons(text: str) -> bytes:
    """Of clean texts, each of which ends at an `APART`."""
    return _bare(text).translate(_FORM, _DROPPED_BUT_APART)


def _seen(text: str) -> bytes:
    return _bare(text if text.isascii() else clean(text).text)


def _bare(text: str) -> bytes:
    if text.isascii():
        return text.encode()
    return read(folded(text.translate(_as_written(text)))).casefold().encode("utf-8", "replace")


def _as_written(text: str) -> dict[int, str]:
    """Figures of any script, and the signs of which flags are made, as the plain ones."""
    figures = {ord(each): str(digit(each)) for each in {*text} if each.isdecimal() and not each.isascii()}
    return {**_FLAGS, **figures}


def shifted(text: str) -> Iterator[bytes]:
    """Skeletons of it with each letter some places on in the alphabet, or mirrored: the oldest ciphers."""
    seen = _seen(text)
    for form in _SHIFTED:
        yield seen.translate(form, _DROPPED)
