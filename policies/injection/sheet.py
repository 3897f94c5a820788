"""Many texts, searched at once: a pattern that finds nothing costs one pass over them all."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Final

from policies.redaction.linear import Pattern

_SEAM: Final = "\x00"  # in no clean text
START: Final = r"(?:\A|\x00)"
"""Where a text starts, in a pattern that `Sheet` searches for."""
END: Final = r"(?:\z|\x00)"


class Sheet:
    """Clean texts of ASCII. Patterns are to mark the ends of a text by `START` and `END`."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts
        self._joined = _SEAM.join(texts)
        self._starts = [0, *accumulate(len(text) + 1 for text in texts)]

    def having(self, pattern: Pattern) -> Iterator[str]:
        """The texts in which the pattern is found, each once."""
        done = 0
        for found in pattern.find(self._joined):
            first = max(done, bisect_right(self._starts, found.start()) - 1)
            done = min(bisect_right(self._starts, found.end()), len(self._texts))
            # What was found may lie across several: only each alone can tell.
            for text in self._texts[first:done]:
                if pattern.first(text) is not None:
                    yield text
