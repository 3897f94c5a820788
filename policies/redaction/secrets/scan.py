"""All rules for credentials, over one text."""

import re
from collections.abc import Iterable, Iterator

from policies.redaction.linear import Pattern
from policies.redaction.secrets.assignments import find_assigned
from policies.redaction.secrets.keys import find_keys
from policies.redaction.secrets.looks import entropy, is_mixed
from policies.redaction.secrets.tokens import SCREEN, SHAPED, TOKENS, Token
from policies.redaction.secrets.urls import find_urls
from policies.redaction.spans import Finding, Weight

_SHORTEST = 4  # characters: nothing shorter is a credential with its name
_SHORTEST_TOKEN = 12  # characters without a space: a form of TOKENS is longer, but for `basic_auth`
_HINTS = tuple((hint, token) for token in TOKENS for hint in token.hints)
_SIGNS = tuple((hint, token) for hint, token in _HINTS if len(hint) == 1)  # nearly every text has one
_WORDS = Pattern("|".join(sorted({re.escape(hint) for hint, _ in _HINTS if len(hint) > 1})))


def find_secrets(text: str) -> list[Finding]:
    """Where credentials stand in `text`, perhaps overlapping. Linear in its length (threat T40)."""
    if len(text) <= _SHORTEST:
        return []
    return list(_find(text, text.lower()))


def _hinted(text: str, lowered: str) -> Iterable[Token]:
    if "basic" not in lowered and max(map(len, text.split()), default=0) < _SHORTEST_TOKEN:
        return ()
    hints = _SIGNS if _WORDS.first(lowered) is None else _HINTS
    return dict.fromkeys([token for hint, token in hints if hint in lowered])


def _find(text: str, lowered: str) -> Iterator[Finding]:
    yield from find_keys(text)
    shaped = SCREEN.passes(text)
    if shaped:
        for token in _hinted(text, lowered):
            for match in token.pattern.find(text):
                if token.check is None or token.check(match[1]):
                    yield Finding(match.start(1), match.end(1), token.label, Weight.SECRET)
    yield from find_urls(text)
    yield from find_assigned(text, lowered)
    if shaped and ("_" in text or "-" in text):
        for match in SHAPED.find(text):
            if is_mixed(match[1]) and entropy(match[1]) > 4:
                yield Finding(match.start(1), match.end(1), "token", Weight.SECRET)
