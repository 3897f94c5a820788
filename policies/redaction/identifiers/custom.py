"""An operator's own kinds of personal data (policies/recognizers.py), found as remit's own are."""

from collections.abc import Iterator, Sequence
from typing import Final

from policies.recognizers import ENOUGH, Recognizer, as_presidio
from policies.redaction.characters import clean
from policies.redaction.folding import fold
from policies.redaction.identifiers import Finder
from policies.redaction.identifiers.cues import left_of
from policies.redaction.linear import Match, Pattern, Screen, escaped
from policies.redaction.spans import Finding, Weight
from policies.redaction.words import words_of

_VALUE: Final = "value"
_TOGETHER: Final = 50  # words of a list in one expression
_BEHIND: Final = r"(?:[^\p{L}\p{N}_]|$)"


def finder_of(recognizer: Recognizer) -> Finder:
    patterns = [(Pattern(as_presidio(each.regex)), each.score) for each in recognizer.patterns]
    lists = list(_lists(recognizer.deny_list))
    context = list(_lists(recognizer.context))
    label = recognizer.supported_entity

    def find(text: str, before: str) -> Iterator[Finding]:
        for pattern, score in patterns:
            for match in pattern.find(text):
                start, end = _span(pattern, match)
                if start < end and (score >= ENOUGH or _near(context, text, match.start(), before)):
                    yield Finding(start, end, label, Weight.PROOF)
        for words in lists:
            for start, end in _words(words, text):
                yield Finding(start, end, label, Weight.PROOF)

    return Finder([Screen([pattern]) for pattern in (*(each for each, _ in patterns), *lists)], find)


def _span(pattern: Pattern, match: Match) -> tuple[int, int]:
    """Of the group `value`, where the expression has one that took part."""
    span = match.span(_VALUE) if pattern.has(_VALUE) else (-1, -1)
    return match.span() if span[0] < 0 else span


def _lists(words: Sequence[str]) -> Iterator[Pattern]:
    """Expressions for words that end there. A longer one stands before those that it begins with."""
    ordered = sorted({fold(clean(word).text) for word in words}, key=lambda word: (-len(word), word))
    for start in range(0, len(ordered), _TOGETHER):
        either = "|".join(map(escaped, ordered[start : start + _TOGETHER]))
        yield Pattern(rf"(?P<{_VALUE}>{either}){_BEHIND}", fold_case=True)


def _words(words: Pattern, text: str) -> Iterator[tuple[int, int]]:
    for match in words.find(text):
        start, end = match.span(_VALUE)
        if not start or not (text[start - 1].isalnum() or text[start - 1] == "_"):
            yield start, end


def _near(context: Sequence[Pattern], text: str, start: int, before: str) -> bool:
    """Whether a word of the context stands to the left, on the same line or in the name of the column."""
    window = left_of(text, start, " ".join(words_of(before)))
    return any(True for words in context for _ in _words(words, window))
