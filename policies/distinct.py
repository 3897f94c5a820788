"""How many different things there were, in bounded space: a sketch of the smallest hashes (KMV).

Bar-Yossef et al., Counting Distinct Elements in a Data Stream (RANDOM 2002). It is exact up to `SIZE` things,
and beyond it off by some 6 % (one standard deviation).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from heapq import nsmallest
from typing import Final, Self

SIZE: Final = 256
RANGE: Final = 1 << 63  # of hashes: they fit into a signed column


@dataclass(frozen=True, slots=True)
class Distinct:
    """`smallest` are in their order, below RANGE, and not more than SIZE."""

    smallest: tuple[int, ...] = ()

    @classmethod
    def of(cls, hashes: Iterable[int]) -> Self:
        """Hashes have to be evenly spread over RANGE."""
        return cls(tuple(nsmallest(SIZE, {each % RANGE for each in hashes})))

    def together(self, other: "Distinct") -> "Distinct":
        """In whatever order, and however often, sketches are put together, it comes to the same."""
        return Distinct.of((*self.smallest, *other.smallest))

    @property
    def count(self) -> int:
        if len(self.smallest) < SIZE:
            return len(self.smallest)
        return max(SIZE, round((SIZE - 1) * RANGE / max(self.smallest[-1], 1)))
