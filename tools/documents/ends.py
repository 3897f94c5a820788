"""Where a text ends that is too long: behind a line, and never within a private key.

What knows people and secrets sees one page at a time, and half of either is neither (threat T27).
"""

import re
from collections.abc import Iterator
from typing import Final

_KEYS: Final = (("-----BEGIN", "-----END"), ("PuTTY-User-Key-File", "Private-MAC"))
"""What private keys begin and end with."""
_BETWEEN: Final = " \t,;\"'<>&|"
_INDENTED: Final = re.compile(r"\n(?=([ \t]*)\S)")
_NEAR: Final = 32  # characters
_WORD: Final = 4_096  # characters of what may be one secret


def pieces(text: str, size: int) -> Iterator[tuple[str, bool]]:
    """The text in pieces of at most `size` bytes of UTF-8, and whether the rest of its line is left out.

    Of a line that is longer than a piece there is the beginning. No key is as long as the smallest piece.
    """
    if not text:
        yield "", False
    start = 0
    while start < len(text):
        most = start + _fitting(text[start : start + size], size)
        end = _behind_a_line(text, start, most)
        if end > start:
            yield text[start:end], False
            start = end
        else:
            yield text[start : _between_words(text, start, most)], True
            start = text.find("\n", most) + 1 or len(text)


def beginning(text: str, most: int) -> str:
    """At most so many characters of it."""
    if len(text) <= most:
        return text
    return text[: _behind_a_line(text, 0, most) or _between_words(text, 0, most)]


def _fitting(text: str, size: int) -> int:
    """How many of its characters fit in so many bytes."""
    return len(text) if text.isascii() else len(text.encode()[:size].decode(errors="ignore"))


def _behind_a_line(text: str, start: int, most: int) -> int:
    """`start` where no line ends until `most`.

    Best where the next line is the least indented of those near: a deeper one belongs to what is before it.
    """
    if most >= len(text):
        return len(text)
    near = reversed([*_INDENTED.finditer(text, max(start, most - _WORD), most)])
    least = min(near, key=lambda line: len(line[1]), default=None)
    end = least.end() if least else text.rfind("\n", start, most) + 1
    before = text.rfind("\n", start, _key_within(text, start, end)) + 1
    return before or end or start


def _between_words(text: str, start: int, most: int) -> int:
    """Within a line. Best where no number, name or field is near: what is one may be several words."""
    least = max(start, most - _WORD)
    ends = [at + 1 for at in range(least, most) if text[at] in _BETWEEN]
    quiet = [end for end in ends if not any(map(_tells, text[max(start, end - _NEAR) : end + _NEAR]))]
    return _key_within(text, start, (quiet or ends or [least])[-1])


def _tells(character: str) -> bool:
    return character in ":=@" or character.isdigit() or character.isupper()


def _key_within(text: str, start: int, end: int) -> int:
    """Where a key begins that goes on beyond `end`; `end` where none does."""
    for first, last in _KEYS:
        begun = text.rfind(first, start, end)
        if begun >= 0 and text.find(last, begun, end) < 0:
            end = begun
    return end
