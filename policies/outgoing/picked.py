"""What a text says to whoever knows which of its letters to read, or from which side."""

import re
from collections.abc import Callable, Mapping
from typing import Final

_NUMBER: Final = re.compile(r"(?m)^[ \t>*-]*\(?[0-9]{1,4}[.):]*[ \t]*")
_TURNED: Final = str.maketrans("ɐqɔpǝɟƃɥᴉɾʞlɯuodbɹsʇnʌʍʎ", "abcdefghijklmnopqrstuvwy")  # noqa: RUF001


def without_numbers(text: str) -> str:
    """Without the numbers before its lines, as anybody reads a list."""
    return _NUMBER.sub("", text)


def _each_backwards(text: str) -> str:
    """Words with letters alone: many a date is another one backwards."""
    return " ".join(word[::-1] for word in text.split() if any(map(str.isalpha, word)))


def _upside_down(text: str) -> str:
    return "" if text.isascii() else text.casefold().translate(_TURNED)[::-1]


PICKED: Final[Mapping[str, Callable[[str], str]]] = {
    "first letters of lines": lambda text: "".join(line.strip()[:1] for line in text.split("\n")),
    "last letters of lines": lambda text: "".join(line.strip()[-1:] for line in text.split("\n")),
    "first letters of words": lambda text: "".join(word[0] for word in text.split()),
    "every other letter": lambda text: "\n".join(text[start::2] for start in (0, 1)),
    "each word backwards": _each_backwards,
    "upside down": _upside_down,
}
"""By the way: what is read. It is looked at as it stands, and not undone any further."""
