"""A secret that its neighbours gave away in one place is the same secret in all others."""

from collections.abc import Mapping, Sequence
from typing import Final

from policies.redaction.linear import Joined, Literals
from policies.redaction.spans import Finding, Span, Spans, Weight, merge
from policies.redaction.work import WITHHELD, TooMuchWork

_SHORTEST: Final = 8  # characters: a shorter one is a word elsewhere


def spread(texts: Sequence[Sequence[str]], spans: Sequence[Spans]) -> list[Spans]:
    """`spans` of groups of texts, and wherever in the texts a secret among them stands again.

    A text in which that takes too much work is found to be `WITHHELD`.
    """
    secrets = {
        text[span.start : span.end]: span.label
        for group in spans
        for text, found in group.items()
        for span in found
        if span.label.islower() and span.end - span.start >= _SHORTEST
    }
    if not secrets:
        return list(spans)
    literals = Literals(secrets)
    return [_spread(group, found, literals, secrets) for group, found in zip(texts, spans, strict=True)]


def _spread(texts: Sequence[str], spans: Spans, literals: Literals, labels: Mapping[str, str]) -> Spans:
    result = dict(spans)
    for number in Joined(texts).touched(literals):
        text = texts[number]
        findings = [Finding(span.start, span.end, span.label, Weight.NAME) for span in spans.get(text, ())]
        try:
            for start, end in literals.find(text):
                findings.append(Finding(start, end, labels[text[start:end]], Weight.SECRET))
        except TooMuchWork:
            findings = [Finding(0, len(text), WITHHELD, Weight.SECRET)]
        if findings:
            result[text] = tuple(Span(f.start, f.end, f.label) for f in merge(findings))
    return result
