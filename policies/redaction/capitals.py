"""Words with a capital that could be names: in a line without one the language model has nothing to find.

What is left out here would be refused as a name after reading, too (`detector._plausible`), but for one kind:
in a line of code, a word with a capital inside, as in `ValueError`.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final, TypeAlias

from policies.redaction.lexicon import NOT_NAMES
from policies.redaction.linear import Match, Pattern, Screen
from policies.redaction.spans import BLANK

_CAPITALIZED: Final = Pattern(r"(?:^|[^\p{L}\p{N}_./\\$-])(\p{Lu}[\p{L}'\x{2019}-]+)")
# The same in ASCII, for the standard library: nothing in it can be tried twice.
_PLAIN: Final = re.compile(r"(?:^|[^A-Za-z0-9_./\\$-])([A-Z][A-Za-z'-]+)")
SCREEN: Final = Screen([_CAPITALIZED])
_CODE: Final = Pattern(r"[{}\[\]=<>_]|[\p{L}\p{N}]\(|;$")
_JOINED: Final = Pattern(r"\p{Ll}\p{Lu}|\p{Lu}\p{Lu}\p{Ll}")
_PREFIXED: Final = Pattern(r"(?:Mac|Mc|[DL][aei]|D[eu]l?|Van|Von|Fitz|St|Ben|Al|El)\p{Lu}\p{Ll}+")  # McDonald
_BETWEEN: Final = Pattern(r"[ ,.\p{L}]{0,8}")  # SCHMIDT, ANNA and ANNA von SCHMIDT

_Word: TypeAlias = Match | re.Match[str]


def may_hold_a_name(line: str) -> bool:
    return next(possible_names(line), None) is not None


def possible_names(line: str) -> Iterator[tuple[int, int]]:
    """Where they stand. Runs of words in capitals are to be in title case: one alone names nobody."""
    line = line.replace(BLANK, "\n")  # no part of a word either, and ASCII
    shouted: list[_Word] = []
    is_code: bool | None = None
    words: Iterator[_Word] = _PLAIN.finditer(line) if line.isascii() else _CAPITALIZED.find(line)
    for word in words:
        name = word[1]
        if name.lower() in NOT_NAMES or _goes_on(line, word):
            continue
        if name.isupper():
            shouted.append(word)
            continue
        if _is_joined(name):
            if is_code is None:
                is_code = _CODE.first(line) is not None
            if is_code:
                continue
        yield word.span(1)
    for left, right in pairwise(shouted):
        if _BETWEEN.whole(line[left.end() : right.start(1)]):
            yield left.start(1), right.end()


def _goes_on(line: str, word: _Word) -> bool:
    """Whether it is the beginning of an identifier, as in `MAX_SIZE` and `Utf8`."""
    after = line[word.end() : word.end() + 1]
    return after == "_" or after.isdigit()


def _is_joined(word: str) -> bool:
    return _JOINED.first(word) is not None and not _PREFIXED.whole(word)
