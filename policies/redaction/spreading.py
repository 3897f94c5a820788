"""A secret that its neighbours gave away in one place is the same secret in all others."""

from collections.abc import Sequence
from typing import Final

from policies.redaction.spans import Finding, Span, Weight, merge

_SHORTEST: Final = 8  # characters: a shorter one is a word elsewhere
_SEAM: Final = "\x00"  # in no clean text


def spread(texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> list[list[Span]]:
    """`spans`, and wherever in `texts` a secret among them stands again."""
    secrets = {
        text[span.start : span.end]: span.label
        for text, found in zip(texts, spans, strict=True)
        for span in found
        if span.label.islower() and span.end - span.start >= _SHORTEST
    }
    if not secrets:
        return [list(found) for found in spans]
    findings = [[Finding(span.start, span.end, span.label, Weight.NAME) for span in found] for found in spans]
    whole = _SEAM.join(texts)
    for secret, label in secrets.items():
        if whole.count(secret) == 1:
            continue
        for text, found in zip(texts, findings, strict=True):
            start = text.find(secret)
            while start >= 0:
                found.append(Finding(start, start + len(secret), label, Weight.SECRET))
                start = text.find(secret, start + len(secret))
    return [[Span(f.start, f.end, f.label) for f in merge(found)] for found in findings]
