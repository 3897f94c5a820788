"""Text from outside, shown to a person so that it can't deceive (threats T17, T34)."""

import json
import re
from typing import Final, NamedTuple

from policies.canonical import Json

_ESCAPE: Final = re.compile(r"\\(?:u[0-9a-f]{4}|U[0-9a-f]{8}|.)")
_SHORT: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\"}
_ACTIVE: Final = (('"', '\\"'), ("://", ":\\/\\/"), ("](", "]\\("))
_BLANK_ESCAPE: Final = "\\u0020"
# Letters and marks by category, and nothing to see (UAX #44, default-ignorable).
_BLANK: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")


def visible(text: str) -> str:
    """Every character that a reader would not see, or see elsewhere, as an escape; so is the backslash.

    Two texts that differ never read the same, except where letters of two scripts look alike.
    """
    if text.isascii() and text.isprintable() and "\\" not in text:
        return text
    return "".join(map(_shown, text))


def quoted(value: Json) -> str:
    """A value on one line: a text stands in quotes, so that its ends show, and no address in it is a link."""
    if isinstance(value, str):
        shown = visible(value)
        for plain, inert in _ACTIVE:
            shown = shown.replace(plain, inert)
        return f'"{shown}"'
    if isinstance(value, dict | list):
        return visible(json.dumps(value, ensure_ascii=False))
    return json.dumps(value)


class Piece(NamedTuple):
    """A part of a shown text: as it is, or an escape for what could not be shown as it is."""

    text: str
    escape: bool


def pieces(value: Json) -> tuple[Piece, ...]:
    """A value for a page, where nothing but our own markup is active, with its escapes told from the rest.

    A text stands in quotes, and blanks at its ends are escapes as well.
    """
    if not isinstance(value, str):
        return _split(quoted(value))
    body = value.strip(" ")
    if not body:
        return _split(f'"{_BLANK_ESCAPE * len(value)}"')
    start, _, end = value.partition(body)
    shown = visible(body).replace('"', '\\"')
    return _split(f'"{_BLANK_ESCAPE * len(start)}{shown}{_BLANK_ESCAPE * len(end)}"')


def plain_pieces(text: str) -> tuple[Piece, ...]:
    """The same for a name, without quotes."""
    return _split(visible(text))


def _split(shown: str) -> tuple[Piece, ...]:
    found: list[Piece] = []
    at = 0
    for escape in _ESCAPE.finditer(shown):
        found += [Piece(shown[at : escape.start()], escape=False), Piece(escape[0], escape=True)]
        at = escape.end()
    found.append(Piece(shown[at:], escape=False))
    return tuple(piece for piece in found if piece.text)


def _shown(character: str) -> str:
    if character in _SHORT:
        return _SHORT[character]
    code = ord(character)
    if character.isprintable() and character not in _BLANK and not _selects(code):
        return character
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _selects(code: int) -> bool:
    """Variation selectors: they change the looks of what is before them, and carry text that nobody sees."""
    return 0xFE00 <= code <= 0xFE0F or 0x180B <= code <= 0x180F or 0xE0000 <= code <= 0xE0FFF
