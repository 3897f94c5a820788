"""All that a text says to whoever knows how to read it: as it stands, and undone, up to three times over.

Each reading is told with the ways of writing that it takes to see it; none where a person sees it at a
glance. Work is bounded: who writes so much that it can't all be undone has not been read.
"""

import codecs
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from policies.outgoing.codes import CODES
from policies.outgoing.escapes import ESCAPES
from policies.outgoing.picked import PICKED, without_numbers
from policies.redaction.work import TooMuchWork

DEEPEST: Final = 3
SHORTEST: Final = 8  # letters or digits of what is worth reading
_CHARACTERS: Final = 1_500_000  # of all readings of one text together
_READINGS: Final = 1_000
_MOST_TURNS: Final = 2

_ROTATED: Final = {code: 33 + (code - 33 + 47) % 94 for code in range(33, 127)}
TURNS: Final[Mapping[str, Callable[[str], str]]] = {
    "rot13": lambda text: codecs.encode(text, "rot13"),
    "rot47": lambda text: text.translate(_ROTATED),
    "reversed": lambda text: text[::-1],
}


@dataclass(frozen=True, slots=True)
class Reading:
    """`ways` are those of writing, the outermost first. `of_piece`: it is what a piece of the text says.

    `last`: nothing in it is undone any further.
    """

    text: str
    ways: tuple[str, ...] = ()
    of_piece: bool = False
    last: bool = False


def readings(text: str) -> Iterator[Reading]:
    """The text itself first. Raises `TooMuchWork` for more than can be read."""
    left, count = _CHARACTERS, 0
    seen: set[str] = set()
    waiting = deque([Reading(text)])
    while waiting:
        reading = waiting.popleft()
        if reading.text in seen:
            continue
        count += 1
        if not reading.last:
            seen.add(reading.text)
            left -= len(reading.text)
        if left < 0 or count > _READINGS:
            raise TooMuchWork
        yield reading
        if len(reading.text) >= SHORTEST and not reading.last:
            waiting.extend(_undone(reading))


def _undone(reading: Reading) -> Iterator[Reading]:
    text, ways = reading.text, reading.ways
    if not ways:
        yield Reading(without_numbers(text), last=True)
        for way, pick in PICKED.items():
            yield Reading(pick(text), (way,), last=True)
    for escape in ESCAPES:
        if (not ways or escape.of_turned) and escape.is_in(text):
            # Honest programs write a blank or an accent so, and letters as they are.
            hidden = (*ways, escape.way) if escape.hides(text) else ways
            if len(hidden) <= DEEPEST:
                yield Reading(escape.undone(text), hidden, reading.of_piece)
    if len(ways) == DEEPEST:
        return
    if sum(way in TURNS for way in ways) < _MOST_TURNS:
        for way, turn in TURNS.items():
            if way not in ways[-1:]:
                yield Reading(turn(text), (*ways, way), reading.of_piece)
    for code in CODES:
        for said in code.says(text):
            yield Reading(said, (*ways, code.way), of_piece=True)
