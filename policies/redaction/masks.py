"""The masks of one result: the same secret has the same number throughout, and no mask leads back."""

from collections import Counter

from policies.redaction.spans import Span


class Masks:
    """Hands masks out and counts them, by label."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._numbers: dict[str, int] = {}

    def of(self, span: Span, text: str) -> str:
        """`<PERSON>`, or `[secret: github_pat #1]`."""
        self.counts[span.label] += 1
        if span.label.isupper():
            return f"<{span.label}>"
        secret = text[span.start : span.end]
        return f"[secret: {span.label} #{self._numbers.setdefault(secret, len(self._numbers) + 1)}]"
