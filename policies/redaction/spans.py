"""Where something was found, and how findings that overlap become spans that do not."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, TypeAlias

from policies.labels import ANY, LONG_NUMBERS


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """`text[start:end]` is of the kind `label`: a label of personal data or, in lower case, of secrets."""

    start: int
    end: int
    label: str

    def whole(self, text: str) -> bool:
        return self.start == 0 and self.end == len(text)


Spans: TypeAlias = dict[str, tuple[Span, ...]]
"""By text, what was found in it: sorted, apart from each other, and never nothing."""


class Weight(IntEnum):
    """Whose label wins where findings overlap."""

    GUESS = 0  # the language model
    SHAPE = 1  # a pattern
    NAME = 2  # the name of the column or key
    PROOF = 3  # a pattern with a checksum or with words that say what it is
    DECLARED = 4  # the source's own word
    SECRET = 5


@dataclass(frozen=True, slots=True)
class Finding:
    start: int
    end: int
    label: str
    weight: Weight

    @property
    def length(self) -> int:
        return self.end - self.start


BLANK: Final = "\ufffc"  # OBJECT REPLACEMENT CHARACTER: no letter, no digit, no space
"""What stands for a mask while a text is looked through."""

_BETWEEN: Final = "\x1e"  # RECORD SEPARATOR: in no clean text
SIGN: Final = "\x1a"  # SUBSTITUTE: in no clean text, and ASCII
"""What stands for a mask in `blanked`."""

# Held to the letter, and the number short: what merely looks like a placeholder could carry a card number.
# Nothing in it can be tried twice, so that the standard library's engine is linear, and faster, here.
_PLACEHOLDER = re.compile(
    rf"<{ANY}(?:_[1-9][0-9]{{0,5}}_[a-z2-7]{{6}})?>"
    rf"|<(?:{'|'.join(LONG_NUMBERS)}) \*[0-9]{{4}}>"
    r"|\[secret: [a-z_0-9]{1,24} #[1-9][0-9]{0,5}\]"
)


def merge(findings: Iterable[Finding]) -> list[Finding]:
    """One finding for each run of overlapping ones: as wide as all, named by the weightiest, then longest.

    Wide, because a character that any of them meant must not stay.
    """
    merged: list[Finding] = []
    best = 0  # the length of the finding that the last run takes its label from
    for found in sorted(findings, key=lambda f: (f.start, -f.end)):
        last = merged[-1] if merged else None
        if last is None or found.start >= last.end:
            merged.append(found)
            best = found.length
            continue
        label, weight = last.label, last.weight
        if (found.weight, found.length) > (weight, best):
            label, weight, best = found.label, found.weight, found.length
        merged[-1] = Finding(last.start, max(last.end, found.end), label, weight)
    return merged


def placeholders(text: str) -> list[tuple[int, int]]:
    """Where `text` already holds masks of ours."""
    if "<" not in text and "[secret: " not in text:
        return []
    return [(match.start(), match.end()) for match in _PLACEHOLDER.finditer(text)]


def blanked(text: str, sign: str = SIGN) -> str:
    """`text` with one plain sign that is no letter, digit or space in place of each mask of ours."""
    return _PLACEHOLDER.sub(sign, text) if "<" in text or "[secret: " in text else text


def each_blanked(texts: Sequence[str]) -> Sequence[str]:
    """`blanked` of each, at less than the cost of each."""
    whole = _BETWEEN.join(texts)
    plain = blanked(whole)
    return texts if plain == whole else plain.split(_BETWEEN)


def beside(findings: Iterable[Finding], taken: Sequence[tuple[int, int]]) -> list[Finding]:
    """What is left of the findings outside `taken`, whose places are sorted and apart."""
    if not taken:
        return list(findings)
    ends = [right for _, right in taken]
    rest: list[Finding] = []
    for found in findings:
        start = found.start
        for place in range(bisect_right(ends, start), len(taken)):
            left, right = taken[place]
            if left >= found.end:
                break
            if left > start:
                rest.append(Finding(start, left, found.label, found.weight))
            start = max(start, right)
        if start < found.end:
            rest.append(Finding(start, found.end, found.label, found.weight))
    return rest


def substitute(text: str, spans: Iterable[Span], mask: Callable[[Span], str]) -> str:
    """`text` with each span replaced. Spans are sorted and do not overlap."""
    parts: list[str] = []
    position = 0
    for span in spans:
        parts += (text[position : span.start], mask(span))
        position = span.end
    return "".join([*parts, text[position:]])
