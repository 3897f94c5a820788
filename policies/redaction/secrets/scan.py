"""All rules for credentials, over one text."""

from collections.abc import Iterator

from policies.redaction.secrets.assignments import find_assigned
from policies.redaction.secrets.keys import find_keys
from policies.redaction.secrets.looks import entropy, is_mixed
from policies.redaction.secrets.tokens import SHAPED, TOKENS
from policies.redaction.secrets.urls import find_urls
from policies.redaction.spans import Finding, Weight

_SHORTEST = 4  # characters: nothing shorter is a credential with its name


def find_secrets(text: str) -> list[Finding]:
    """Where credentials stand in `text`, perhaps overlapping. Linear in its length (threat T40)."""
    if len(text) <= _SHORTEST:
        return []
    return list(_find(text, text.lower()))


def _find(text: str, lowered: str) -> Iterator[Finding]:
    yield from find_keys(text)
    for token in TOKENS:
        if any(hint in lowered for hint in token.hints):
            for match in token.pattern.find(text):
                if token.check is None or token.check(match[1]):
                    yield Finding(match.start(1), match.end(1), token.label, Weight.SECRET)
    yield from find_urls(text)
    yield from find_assigned(text, lowered)
    if "_" in text or "-" in text:
        for match in SHAPED.find(text):
            if is_mixed(match[1]) and entropy(match[1]) > 4:
                yield Finding(match.start(1), match.end(1), "token", Weight.SECRET)
