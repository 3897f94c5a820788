"""What a text has in common with what was read: how much of it, and how far it is hidden."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from policies.outgoing.prints import LENGTH, Known, Press, places
from policies.outgoing.readings import TURNS, Reading
from policies.outgoing.skeleton import figures, shifted, skeleton

_TELLING: Final = 2  # prints with figures in them that make a copy
_FIGURES: Final = 2  # of them in such a print
_MANY: Final = 8  # prints of words alone that make one: others use the same phrases
_TURNED: Final = 2  # prints that make one in a text that was turned as a whole: one may be by chance
_SHIFTED: Final = "shifted letters"

_Prints: TypeAlias = set[int]


@dataclass(frozen=True, slots=True)
class Common:
    """Prints: in plain sight by source, those of them that are `telling`, and the hidden ones by the way."""

    plain: Mapping[str, _Prints] = field(default_factory=dict[str, _Prints])
    telling: Mapping[str, _Prints] = field(default_factory=dict[str, _Prints])
    hidden: Mapping[str, _Prints] = field(default_factory=dict[str, _Prints])

    @classmethod
    def of(cls, read: Sequence[Reading], press: Press, known: Known) -> "Common":
        plain: defaultdict[str, _Prints] = defaultdict(set)
        telling: defaultdict[str, _Prints] = defaultdict(set)
        hidden: defaultdict[str, _Prints] = defaultdict(set)
        for reading in read:
            if reading.ways:
                continue
            hashes = press.of_text(reading.text)
            if not len(known.may_have(hashes)):
                continue
            for source, prints in known.by_source.items():
                there = places(hashes, prints)
                if there.any():
                    plain[source].update(hashes[there].tolist())
                    telling[source].update(hashes[there & _have_figures(reading.text)].tolist())
        in_sight = _Prints().union(*plain.values())
        for way, letters, least in _hidden(read, press, known):
            hashes = press.of_letters(letters)
            found = _Prints(hashes[places(hashes, known.all)].tolist()) - in_sight
            if len(found) >= least:
                hidden[way] |= found
        return cls(plain, telling, hidden)

    def __bool__(self) -> bool:
        return bool(self.plain or self.hidden)

    def __sub__(self, other: "Common") -> "Common":
        """What of it is new, each source and way as a whole: some of it new, and all of it is told."""
        seen, hidden = _Prints().union(*other.plain.values()), _Prints().union(*other.hidden.values())
        return Common(
            {source: prints for source, prints in self.plain.items() if not prints <= seen},
            self.telling,
            {way: prints for way, prints in self.hidden.items() if not prints <= hidden},
        )

    @property
    def sources(self) -> tuple[str, ...]:
        """Those that more is copied from than anybody might write."""
        return tuple(
            sorted(
                source
                for source, prints in self.plain.items()
                if len(self.telling.get(source, ())) >= _TELLING or len(prints) >= _MANY
            )
        )

    @property
    def ways(self) -> tuple[str, ...]:
        """Those in which copies are hidden."""
        return tuple(sorted(self.hidden))


def _hidden(
    read: Sequence[Reading], press: Press, known: Known
) -> Iterator[tuple[str, Sequence[bytes], int]]:
    """The way, the letters, and how many prints of them are no chance: of what may have any."""
    disguised = [(reading, skeleton(reading.text)) for reading in read if reading.ways]
    # Mostly there is nothing, and that is seen of all together.
    if len(known.may_have(press.of_letters(letters for _, letters in disguised))):
        for reading, letters in disguised:
            least = 1 if reading.of_piece and reading.ways[-1] not in TURNS else _TURNED
            yield " of ".join(reading.ways), [letters], least
    turned = [letters for reading in read if not reading.ways for letters in shifted(reading.text)]
    if len(known.may_have(press.of_letters(turned))):
        for letters in turned:
            yield _SHIFTED, [letters], _TURNED


def _have_figures(text: str) -> NDArray[np.bool_]:
    """For each print of the text."""
    ends = np.cumsum(np.frombuffer(figures(text), np.uint8), dtype=np.int64)
    counts = ends[LENGTH - 1 :].copy()
    counts[1:] -= ends[:-LENGTH]
    enough: NDArray[np.bool_] = counts >= _FIGURES
    return enough
