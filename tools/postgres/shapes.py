"""Statements that differ in the constants they compare with alone, and what PostgreSQL said of their columns.

The types of an answer's columns follow from the names in a statement and from the types of its constants. So
two texts of one shape answer with the same types, as long as the tables stay what they are.
"""

import time
from collections.abc import Callable
from typing import Final

from policies.memory import Memory, digest
from tools.postgres.constants import shape
from tools.postgres.evidence import KEEPS
from tools.postgres.values import Output

_REMEMBERED: Final = 2_000  # shapes


class Shapes:
    """How the columns of an answer come, by the shape of what was asked: for as long as evidence keeps."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: Memory[tuple[tuple[Output, ...], float]] = Memory(_REMEMBERED)

    def of(self, sql: str) -> tuple[Output, ...] | None:
        found = self._known.get(_key(sql))
        return found[0] if found is not None and self._clock() - found[1] < KEEPS else None

    def keep(self, sql: str, outputs: tuple[Output, ...]) -> None:
        self._known.put(_key(sql), (outputs, self._clock()))

    def forget(self, sql: str) -> None:
        """What the statement met is not what was seen."""
        self._known.drop(_key(sql))


def _key(sql: str) -> bytes:
    return digest(shape(sql))
