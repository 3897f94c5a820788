"""Characters that a reader can't see, taken out before anything is looked for (threats T22, T34).

A zero-width character splits a token in two for a pattern and not for the model; tags and bidirectional
controls carry text that no person sees; control characters drive terminals.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from policies.redaction.linear import Pattern

_KEPT: Final = frozenset("\n\t")
_JOINER: Final = "\u200d"
_EMOJI_STYLE: Final = "\ufe0f"
_OF_EMOJI: Final = re.compile(f"[{_JOINER}{_EMOJI_STYLE}]")
_KEYCAP: Final = "\u20e3"
_PICTORIAL: Final = frozenset({"So", "Sk", "Sm", "Po"})
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"})
# Letters and marks by category, but default-ignorable (UAX #44): they show as nothing.
_BLANK: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
_INVISIBLE: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]"
)
# Putting marks in order takes quadratic time in their number. No letter of any script has more than these
# (UAX #15, Stream-Safe Text Format).
_MOST_MARKS: Final = 30


def _ranges(characters: Iterable[str]) -> Iterator[str]:
    """Of a class in an expression, for sorted characters: some 900 one by one would be tried one by one."""
    first = last = ""
    for character in characters:
        if not last or ord(character) != ord(last) + 1:
            if first:
                yield f"{first}-{last}"
            first = character
        last = character
    yield f"{first}-{last}"


_MARK: Final = f"[{''.join(_ranges(filter(unicodedata.combining, map(chr, range(0x300, 0x1F000)))))}]"
_STACKED: Final = Pattern(f"{_MARK}{{{_MOST_MARKS + 1},}}")


@dataclass(frozen=True, slots=True)
class Clean:
    """`text` is in NFC. `hidden` counts what was taken out."""

    text: str
    hidden: int


def clean(text: str) -> Clean:
    """The visible text. Line ends of every kind become a newline and are not counted."""
    if is_clean(text):
        return Clean(text, 0)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    # Behind what is hidden, which would keep marks apart that come together without it.
    kept = _without_stacks(_seen_of(text))
    return Clean(unicodedata.normalize("NFC", kept), len(text) - len(kept))


def is_clean(text: str) -> bool:
    """Whether `clean` would change nothing, where that is seen at once."""
    return (
        text.replace("\n", "").replace("\t", "").isprintable()
        and (text.isascii() or (_INVISIBLE.search(text) is None and _STACKED.first(text) is None))
        and unicodedata.is_normalized("NFC", text)
    )


def _seen_of(text: str) -> str:
    of_emoji = _OF_EMOJI.sub(lambda found: found[0] if _seen(text, found.start()) else "", text)
    return of_emoji.translate(
        dict.fromkeys(ord(each) for each in {*of_emoji} - {_JOINER, _EMOJI_STYLE} if not _seen(each, 0))
    )


def _without_stacks(text: str) -> str:
    """The text with no more marks on a letter than any letter has."""
    parts: list[str] = []
    position = 0
    for marks in _STACKED.find(text):
        parts.append(text[position : marks.start() + _MOST_MARKS])
        position = marks.end()
    return "".join([*parts, text[position:]])


def origins(text: str) -> tuple[str, list[int]]:
    """The clean text, and for each of its characters and its end the position in `text` that it came from.

    Slower than `clean`, and for callers who have to point into what they were given.
    """
    clusters: list[tuple[str, int]] = []
    for position, character in enumerate(text):
        if character == "\r":
            if text[position + 1 : position + 2] == "\n":
                continue
            character = "\n"  # noqa: PLW2901 - the character as it stands in the clean text
        elif not _seen(text, position):
            continue
        if clusters and _composes(clusters[-1][0], character):
            if len(clusters[-1][0]) > _MOST_MARKS:
                continue
            clusters[-1] = (clusters[-1][0] + character, clusters[-1][1])
        else:
            clusters.append((character, position))
    parts: list[str] = []
    starts: list[int] = []
    for cluster, position in clusters:
        normal = unicodedata.normalize("NFC", cluster)
        parts.append(normal)
        starts += [position] * len(normal)
    return "".join(parts), [*starts, len(text)]


def _composes(cluster: str, character: str) -> bool:
    if character.isascii():
        return False
    last = cluster[-1]
    return unicodedata.combining(character) != 0 or len(unicodedata.normalize("NFC", last + character)) == 1


def _seen(text: str, position: int) -> bool:
    """Whether the character shows, or belongs to an emoji that does."""
    character = text[position]
    if character.isascii():
        return character.isprintable() or character in _KEPT
    before, after = text[position - 1 : position], text[position + 1 : position + 2]
    if character == _JOINER:
        return (_pictorial(before) or before == _EMOJI_STYLE) and _pictorial(after)
    if character == _EMOJI_STYLE:
        return _pictorial(before) or after == _KEYCAP
    code = ord(character)
    if (
        character in _BLANK
        or 0xFE00 <= code <= 0xFE0F
        or 0xE0000 <= code <= 0xE0FFF
        or 0x180B <= code <= 0x180F
    ):
        return False
    category = unicodedata.category(character)
    # An emoji that is newer than this Python's tables is unassigned to it, and shows.
    return category not in _UNSEEN or (category == "Cn" and 0x1F000 <= code <= 0x1FAFF)


def _pictorial(character: str) -> bool:
    return bool(character) and not character.isascii() and unicodedata.category(character) in _PICTORIAL
