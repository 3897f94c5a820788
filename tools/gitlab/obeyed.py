"""What GitLab does of its own because of what a text says (docs.gitlab.com/user/project/quick_actions).

A line that begins with a slash and a word is a command to it, whoever wrote it. It is refused, because a plan
would not show what it does. Whom a text calls by name GitLab tells of it, and the plan says so.
"""

import re
from collections.abc import Iterator
from typing import Final

from policies.errors import Denied

_COMMAND: Final = re.compile(r"^[^\S\n]*/[A-Za-z]", re.MULTILINE)
_MENTION: Final = re.compile(r"(?<![\w/.@])@([A-Za-z0-9_][\w.\-/]{0,254})")
_CLOSING: Final = re.compile(
    r"\b(?:clos(?:e[sd]?|ing)|fix(?:e[sd]|ing)?|resolv(?:e[sd]?|ing)|implement(?:s|ed|ing)?)\b[^\n]{0,200}#\d",
    re.IGNORECASE,
)
_TOLD: Final = 10  # names


def normal(text: str) -> str:
    """With the ends of lines that GitLab keeps. Raises `Denied` for one that holds a command."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    if _COMMAND.search(lines):
        raise Denied(
            "A line begins with a slash and a word, which GitLab takes for a command and obeys. Put it "
            "between backticks, or a word before it.",
            rule="quick_action",
        )
    return lines


def followed(*texts: str) -> Iterator[str]:
    """What else comes of these texts, for whoever confirms them."""
    names = dict.fromkeys(found.rstrip(".-/") for text in texts for found in _MENTION.findall(text))
    if names:
        listed = ", ".join(f"@{name}" for name in list(names)[:_TOLD])
        more = f" and {len(names) - _TOLD} more" if len(names) > _TOLD else ""
        yield f"GitLab tells {listed}{more} of it"


def closes(*texts: str) -> Iterator[str]:
    """The same, for texts of a proposed change."""
    if any(map(_CLOSING.search, texts)):
        yield "to merge it closes the issues that it names"
