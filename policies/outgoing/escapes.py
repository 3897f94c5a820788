"""Characters that are written as numbers or names in the midst of a text."""

import html
import quopri
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

_HIGHEST: Final = 0x10FFFF


@dataclass(frozen=True, slots=True)
class Escape:
    """`unit` is one such character, and begins with `sign`. `of_turned`: it is looked for in any reading."""

    way: str
    sign: str
    unit: re.Pattern[str]
    undone: Callable[[str], str]
    of_turned: bool = True

    def is_in(self, text: str) -> bool:
        return self.sign in text and self.unit.search(text) is not None

    def hides(self, text: str) -> bool:
        """Whether it stands for a letter or digit that could stand there itself."""
        return any(
            said.isascii() and said.isalnum()
            for said in {self.undone(unit) for unit in {found[0] for found in self.unit.finditer(text)}}
        )


_PROGRAMS: Final = re.compile(
    r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2})|([0-3][0-7]{2}))"
)


def _character(found: re.Match[str]) -> str:
    *hexadecimal, octal = found.groups()
    digits = next(filter(None, hexadecimal), "")
    code = int(digits, 16) if digits else int(octal, 8)
    return chr(code) if code <= _HIGHEST else found[0]


_PRINTABLE: Final = re.compile(r"=(?:[0-9A-Fa-f]{2}|\r?\n)")


def _printable(text: str) -> str:
    """RFC 2045, section 6.7. What is no ASCII stays as it stands."""
    return quopri.decodestring(text.encode()).decode("utf-8", "replace")


_BREAKS: Final = re.compile(r"\\[nrtbfv]")
_MARKUP: Final = re.compile(r"</?[A-Za-z!][^<>]{0,200}>|\[/?[A-Za-z]{1,12}\]")

ESCAPES: Final = (
    Escape("markup", "", _MARKUP, lambda text: _MARKUP.sub("", text), of_turned=False),
    Escape("percent", "%", re.compile(r"%[0-9A-Fa-f]{2}"), unquote),
    Escape("entities", "&", re.compile(r"&#?\w{1,31};?"), html.unescape),
    Escape("escapes", "\\", _PROGRAMS, lambda text: _PROGRAMS.sub(_character, text)),
    Escape("breaks", "\\", _BREAKS, lambda text: _BREAKS.sub(" ", text), of_turned=False),
    Escape("quoted-printable", "=", _PRINTABLE, _printable),
)
