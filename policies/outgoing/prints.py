"""Fingerprints of what was read, by which a copy is known again and nothing is learned (threat T24).

A print is the keyed hash of eight letters or digits in a row. Of each four in a row the smallest is kept
(winnowing: Schleimer, Wilkerson, Aiken 2003), so whatever has eleven in common with what was read has a print
in common with it. Of large answers fewer are kept: `guarantee` says how many it takes.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from policies.call import Table
from policies.outgoing.links import links_in
from policies.outgoing.skeleton import APART, skeleton, skeletons
from policies.redaction.spans import blanked

Hashes = NDArray[np.uint64]

LENGTH: Final = 8  # letters or digits of which one hash is made
BYTES: Final = 6  # of a hash as it is kept
_STEPS: Final = ((16_000, 4), (64_000, 8))  # up to so many hashes, one of so many in a row is kept
_WIDEST: Final = 16
_NONE: Final = np.uint64(0xFFFF_FFFF_FFFF_FFFF)
_APART: Final = ord(APART)
_OWN: Final = (
    ("\\\\", " "),  # before what else a backslash begins
    ("], [", APART),
    (", null", ""),
    (", true", ""),
    (", false", ""),
    ("\\n", " "),
    ("\\t", " "),
)
_SIEVE: Final = np.uint64((1 << 20) - 1)
_SHIFT, _CUT, _ONE, _SEVEN = np.uint64(29), np.uint64(64 - 8 * BYTES), np.uint64(8), np.uint64(56)


@dataclass(frozen=True, slots=True)
class Known:
    """What was read: sorted prints by source, and those of all."""

    by_source: Mapping[str, Hashes] = field(default_factory=dict[str, Hashes])
    all: Hashes = field(default_factory=lambda: np.empty(0, np.uint64))
    sieve: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))

    @classmethod
    def of(cls, by_source: Mapping[str, Hashes]) -> "Known":
        if not by_source:
            return cls()
        whole = np.unique(np.concatenate(list(by_source.values())))
        sieve = np.zeros(int(_SIEVE) + 1, np.bool_)
        sieve[whole & _SIEVE] = True
        return cls(by_source, whole, sieve)

    def may_have(self, hashes: Hashes) -> Hashes:
        """All of `hashes` that are among it, and a few that are not, in a tenth of the time."""
        return hashes[self.sieve[hashes & _SIEVE]] if len(self.all) else hashes[:0]


class Press:
    """Makes prints, under a key of one context. Without a text form: it holds the key."""

    __slots__ = ("_keys",)

    def __init__(self, key: bytes, context: str) -> None:
        said = f"remit prints 1\n{context}".encode()
        numbers = np.frombuffer(hmac.digest(key, said, hashlib.sha256), np.uint64)
        self._keys = numbers[0], numbers[1] | np.uint64(1), numbers[2] | np.uint64(1)

    def __repr__(self) -> str:
        return "Press()"

    def of_table(self, table: Table) -> Hashes:
        """Of all cells, those of a row in one piece. Masks of ours are nothing that was read."""
        # As JSON, for that is written in a tenth of the time; its own words and escapes are taken out again.
        written = json.dumps(table.rows, ensure_ascii=False)
        for own, instead in _OWN:
            written = written.replace(own, instead)
        hashes = self._hashes(skeletons(blanked(written, APART)))
        kept = _smallest(hashes, next((width for most, width in _STEPS if len(hashes) <= most), _WIDEST))
        if "://" not in written and "www." not in written:
            return kept
        links = {self._of_link(link) for link in links_in(written)}
        return joined(kept, np.array(sorted(links), np.uint64))

    def of_text(self, text: str) -> Hashes:
        """All hashes of a text that leaves, in their order."""
        return self._hashes(skeleton(text))

    def of_letters(self, letters: Iterable[bytes]) -> Hashes:
        """Of several skeletons, none of which runs into the next."""
        return self._hashes(APART.encode().join(letters))

    def is_whole(self, link: str, known: Hashes) -> bool:
        """Whether the link stood as it is in what was read, and was not put together of parts of it."""
        return bool(places(np.array([self._of_link(link)], np.uint64), known)[0])

    def _of_link(self, link: str) -> int:
        first, *_ = self._keys
        said = b"link" + int(first).to_bytes(8, "big") + link.encode("utf-8", "replace")
        return int.from_bytes(hashlib.sha256(said).digest()[:BYTES], "big")

    def _hashes(self, letters: bytes) -> Hashes:
        """Of each eight in a row; `_NONE` where they are of two texts, or all the same."""
        count = len(letters) - LENGTH + 1
        if count <= 0:
            return np.empty(0, np.uint64)
        words: Hashes = np.ndarray(count, "<u8", letters, strides=(1,)).astype(np.uint64)
        first, second, third = self._keys
        hashes: Hashes = (words ^ first) * second
        hashes ^= hashes >> _SHIFT
        hashes *= third
        hashes >>= _CUT
        hashes[words == ((words << _ONE) | (words >> _SEVEN))] = _NONE
        if APART.encode() in letters:
            ends = np.flatnonzero(np.frombuffer(letters, np.uint8) == _APART)
            crossed = (ends[:, None] - np.arange(LENGTH)).ravel()
            hashes[crossed[(crossed >= 0) & (crossed < count)]] = _NONE
        return hashes


def _smallest(hashes: Hashes, width: int) -> Hashes:
    """The smallest of each `width` in a row, sorted, each once."""
    if len(hashes) == 0:
        return hashes
    smallest = hashes.copy()
    reach = 1
    while reach < width:
        step = min(reach, width - reach)
        if len(smallest) > step:
            smallest = np.minimum(smallest[:-step], smallest[step:])
        reach += step
    smallest.sort()
    new = np.empty(len(smallest), np.bool_)
    new[0] = smallest[0] != _NONE
    new[1:] = (smallest[1:] != smallest[:-1]) & (smallest[1:] != _NONE)
    return smallest[new]


def pack(hashes: Hashes) -> bytes:
    return hashes.astype("<u8").view(np.uint8).reshape(-1, 8)[:, :BYTES].tobytes()


def unpack(data: bytes) -> Hashes:
    whole = np.zeros((len(data) // BYTES, 8), np.uint8)
    whole[:, :BYTES] = np.frombuffer(data, np.uint8).reshape(-1, BYTES)
    return whole.view("<u8").reshape(-1).astype(np.uint64)


def joined(one: Hashes, other: Hashes) -> Hashes:
    """Sorted, each once, as both are."""
    both: Hashes = np.union1d(one, other)
    return both


def lacking(hashes: Hashes, known: Hashes) -> Hashes:
    """Those of `hashes` that `known` lacks; both are sorted, each once."""
    new: Hashes = np.setdiff1d(hashes, known, assume_unique=True)
    return new


def places(hashes: Hashes, known: Hashes) -> NDArray[np.bool_]:
    """For each hash whether the sorted `known` have it."""
    if not len(known):
        return np.zeros(len(hashes), np.bool_)
    nearest = np.searchsorted(known, hashes)
    nearest[nearest == len(known)] = 0
    there: NDArray[np.bool_] = known[nearest] == hashes
    return there
