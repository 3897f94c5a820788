"""What comes of a text besides that it is there: whom a forge tells of it, and what merging it closes."""

import re
from collections.abc import Iterator
from typing import Final

_MENTION: Final = re.compile(r"(?<![\w/.@])@([A-Za-z0-9_][\w.\-/]{0,254})")
_CLOSING: Final = re.compile(
    r"\b(?:clos(?:e[sd]?|ing)|fix(?:e[sd]|ing)?|resolv(?:e[sd]?|ing)|implement(?:s|ed|ing)?)\b[^\n]{0,200}#\d",
    re.IGNORECASE,
)
_COMMAND: Final = re.compile(r"^[^\S\n]*/[A-Za-z]", re.MULTILINE)
_TOLD: Final = 10  # names


def told(system: str, *texts: str) -> Iterator[str]:
    """Whom the system tells, for whoever confirms the texts."""
    names = dict.fromkeys(found.rstrip(".-/") for text in texts for found in _MENTION.findall(text))
    if names:
        listed = ", ".join(f"@{name}" for name in list(names)[:_TOLD])
        more = f" and {len(names) - _TOLD} more" if len(names) > _TOLD else ""
        yield f"{system} tells {listed}{more} of it"


def closes(*texts: str) -> Iterator[str]:
    """The same, for texts of a proposed change."""
    if any(map(_CLOSING.search, texts)):
        yield "to merge it closes the issues that it names"


def commands(text: str) -> bool:
    """Whether a line begins with a slash and a word, as commands of forges and of their bots do."""
    return _COMMAND.search(lines(text)) is not None


def lines(text: str) -> str:
    """With the ends of lines that forges keep."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
