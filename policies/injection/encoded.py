"""What a text says once it is undone: the ways of writing that a model reads and a filter does not.

Each reading is given only where the text has the looks of it, so that a plain text has none. Work is
bounded: so many pieces of a text, of so many characters each.
"""

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from policies.decoding import (
    ascii85_bytes,
    base32_bytes,
    base64_bytes,
    base85_bytes,
    bits,
    entities,
    escapes,
    hex_bytes,
)
from policies.redaction.linear import Pattern

_PIECES: Final = 8
_LONGEST: Final = 4096  # characters of a piece
_SHORTEST: Final = 12  # characters of what is worth reading
_ENOUGH: Final = 3  # distinct words of a language that nobody writes

_LEET: Final = str.maketrans("013456789@$!|+", "oieasgtbgasilt")
_FIGURED: Final = r"[A-Za-z]*(?:[A-Za-z][0134567@$!]|[0134567@$!][A-Za-z])[A-Za-z0134567@$!]*"
_FIGURES: Final = rf"{_FIGURED}[^\w\n]{{1,3}}(?:\w+ ){{0,3}}{_FIGURED}"
_ROTATED: Final = r"\b(?i:gur|naq|lbh|lbhe|jvgu|sebz|guvf|gung|abg|nyy|unf|ner|gura|gurz|nyfb|bayl|nal)\b"
_ROTATED_TOO: Final = Pattern(
    r"\b(?i:gb|bs|va|vf|vg|nf|na|sbe|or|ol|vs|zr|zl|ba|vagb|gura|jura|bhg|hfre|yvfg|frag)\b"
)
_REVERSED: Final = r"\b(?i:eht|dna|htiw|morf|siht|taht|uoy|ruoy|lla|ton|rof|tnatsissa|erongi|metsys)\b"
_COMMON: Final = frozenset(
    """
    a about account add all an and any are as at be before but by call close code confirm do export file
    for forward from get has have if ignore in into is it its just list make me merge my new no not now
    of on once one only open or our out output own paste previous print read replace reply request reset
    reveal role send set should show so system tell test that the their then there they this to token
    update use user what when where which will with you your yourself
    """.split()  # noqa: SIM905 - read as words
)

_FIGURED_WORD: Final = Pattern(_FIGURED)
_ROTATED_WORD: Final = Pattern(_ROTATED)
_REVERSED_WORD: Final = Pattern(_REVERSED)
_STRETCH: Final = Pattern(r"(?:[!-~][ .*|_-]{1,3}){5,}[!-~]\b")
_BETWEEN: Final = re.compile(r"(?<=[!-~])[ .*|_-]{1,3}(?=[!-~](?:[ .*|_-]|$))")


@dataclass(frozen=True, slots=True)
class Code:
    """A way of writing. `cue` is what every text has that is written so, `readings` what one may say.

    `certain` is whether the words are of no language, so that it need not be known what they say.
    """

    cue: Pattern
    readings: Callable[[str], Iterator[str]]
    certain: Callable[[str], bool] = lambda _: False


def _base64(piece: str) -> str:
    return base64_bytes(piece).decode("ascii")


def _base32(piece: str) -> str:
    if not piece.rstrip("=").isupper():
        raise ValueError("base32 is of capitals")
    return base32_bytes(piece).decode("ascii")


def _hex(piece: str) -> str:
    return hex_bytes(piece).decode("ascii")


def _bits(piece: str) -> str:
    return bits(piece).decode("ascii")


def _base85(piece: str) -> str:
    if sum(not character.isalnum() for character in set(piece)) < _ENOUGH:
        raise ValueError("base85 is of signs, too")
    return base85_bytes(piece).decode("ascii")


def _ascii85(piece: str) -> str:
    return ascii85_bytes(piece).decode("ascii")


def _pieces(expression: str, *ways: Callable[[str], str]) -> Code:
    """A code that stands in a text: each piece by itself says something."""
    pattern = Pattern(expression)

    def readings(text: str) -> Iterator[str]:
        for found, _ in zip(pattern.find(text), range(_PIECES), strict=False):
            for undo in ways:
                try:
                    plain = undo(found[0][:_LONGEST])
                except ValueError:
                    continue
                if len(plain) >= _SHORTEST and plain.isascii() and " " in plain:
                    yield plain

    return Code(pattern, readings)


def _leet(text: str) -> Iterator[str]:
    yield text.translate(_LEET)


def _is_leet(text: str) -> bool:
    return len({found[0].translate(_LEET).lower() for found in _FIGURED_WORD.find(text)} & _COMMON) > _ENOUGH


def _rotated(text: str) -> Iterator[str]:
    yield codecs.encode(text, "rot13")


def _reversed(text: str) -> Iterator[str]:
    yield text[::-1]


def _has_enough(*patterns: Pattern) -> Callable[[str], bool]:
    def has_enough(text: str) -> bool:
        return len({found[0].lower() for pattern in patterns for found in pattern.find(text)}) >= _ENOUGH

    return has_enough


def _together(text: str) -> Iterator[str]:
    parts: list[str] = []
    position = 0
    for found in _STRETCH.find(text):
        parts += (text[position : found.start()], _BETWEEN.sub(_gap, found[0]))
        position = found.end()
    yield "".join([*parts, text[position:]])


def _gap(between: re.Match[str]) -> str:
    return "" if len(between[0]) == 1 else " "


def _is_spaced(text: str) -> bool:
    """Whether a sentence stands letter by letter, and not the columns of a table."""
    return any(
        found.end() - found.start() > 3 * _SHORTEST and sum(map(str.islower, found[0])) > _SHORTEST
        for found in _STRETCH.find(text)
    )


CODES: Final = (
    Code(Pattern(_FIGURES), _leet, _is_leet),
    Code(_ROTATED_WORD, _rotated, _has_enough(_ROTATED_WORD, _ROTATED_TOO)),
    Code(_REVERSED_WORD, _reversed, _has_enough(_REVERSED_WORD)),
    Code(_STRETCH, _together, _is_spaced),
    _pieces(r"[A-Za-z0-9+/_-]{20,}={0,6}", _base64, _base32),
    _pieces(r"(?:(?:0x|\\x|%)?[2-7][0-9a-fA-F][\s,]?){12,}", _hex),
    _pieces(r"(?:[01]{8}\s?){6,}", _bits),
    _pieces(r"(?:\\u\{?00[2-7][0-9a-fA-F]\}?){6,}", escapes),
    _pieces(r"(?:&#[xX]?[0-9a-fA-F]{2,4};\s?){6,}", entities),
    _pieces(r"(?:[A-Za-z0-9._~:,-]*%(?:20|0[aA])){3,}[A-Za-z0-9._~:,-]*", unquote),
    _pieces(r"<~[!-uz\s]{16,}~>", _ascii85),
    _pieces(r"[!#-&(-+\--Z^-~]{40,}", _base85),
)
