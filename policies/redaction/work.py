"""How much work one answer may be, counted, so that equal answers end alike on any machine (threat T40).

A question to an expression is a step, some 2 µs, and a match of one is two. What is long takes few of them,
what was made to be slow takes many. The meter stands in the context of the thread, because passing it on
would write it into each of the finders.
"""

import math
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

WITHHELD: Final = "Withheld"
"""The label of a text that was not looked through: neither upper case, as personal data is, nor lower."""


class TooMuchWork(Exception):  # noqa: N818 - no error: what is asked takes more than was granted
    """What was asked for was not finished, and nothing is known of it."""


@dataclass(slots=True)
class Meter:
    left: float

    def spend(self, steps: int = 1) -> None:
        """Raises `TooMuchWork` where less than that is left."""
        self.left -= steps
        if self.left < 0:
            raise TooMuchWork


@dataclass(frozen=True, slots=True)
class Budget:
    """Of one answer. `sieving` and `looking` are steps, `reading` characters for the language model."""

    sieving: float
    looking: float
    reading: float


UNBOUNDED: Final = Budget(math.inf, math.inf, math.inf)
OF_AN_ANSWER: Final = Budget(sieving=30_000, looking=600_000, reading=1_000_000)
_SHORT: Final = 20_000  # characters
_FASTEST: Final = 1  # of zlib's levels
_STEPS_OF_ANY: Final = 20_000
_STEPS_OF_A_PACKED_BYTE: Final = 12  # real text takes 0.1 to 5: prose, code, tables, logs


def granted(text: str) -> Budget:
    """For what says little at great length, less: what was made to be slow mostly repeats itself.

    Equal texts are granted the same, as long as zlib packs them alike.
    """
    if len(text) <= _SHORT:  # no need to know
        return OF_AN_ANSWER
    packed = len(zlib.compress(text.encode(errors="surrogatepass"), _FASTEST))
    steps = _STEPS_OF_ANY + _STEPS_OF_A_PACKED_BYTE * packed
    most = OF_AN_ANSWER
    return Budget(min(most.sieving, steps), min(most.looking, steps), most.reading)


_UNLIMITED: Final = Meter(math.inf)
_METER: Final = ContextVar("_METER", default=_UNLIMITED)


@contextmanager
def metered(meter: Meter) -> Generator[None]:
    """What is done within spends from `meter`."""
    before = _METER.set(meter)
    try:
        yield
    finally:
        _METER.reset(before)


def spend(steps: int = 1) -> None:
    """Raises `TooMuchWork` where the meter of this work runs out."""
    _METER.get().spend(steps)


def current() -> Meter:
    return _METER.get()
