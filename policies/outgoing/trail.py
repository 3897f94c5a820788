"""What was read under one trail, as prints by source, as far as a process knows of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from policies.call import Table
from policies.outgoing.prints import Hashes, Known, Press, joined, lacking, pack, unpack
from policies.outgoing.screen import Memory
from policies.taint import Sensitivity

MOST: Final = 100_000  # prints


@dataclass(frozen=True, slots=True)
class Trail:
    """`number` is that of the latest addition that it knows of.

    `full`: more was read than there is room for. What is added is packed, and b"" where there was no room.
    """

    press: Press
    number: int = 0
    prints: Mapping[str, Hashes] = field(default_factory=dict[str, Hashes])
    full: bool = False

    @classmethod
    def of(cls, key: bytes, name: str) -> "Trail":
        return cls(Press(key, name))

    @property
    def size(self) -> int:
        return sum(map(len, self.prints.values()))

    def lacks(self, source: str, table: Table) -> bytes | None:
        """What the table adds; None where that is nothing, or nothing more can be added."""
        if self.full:
            return None
        hashes = self.press.of_table(table)
        known = self.prints.get(source)
        new = hashes if known is None else lacking(hashes, known)
        if not len(new):
            return None
        return pack(new) if len(new) <= MOST - self.size else b""

    def with_added(self, added: Sequence[tuple[int, str, bytes]]) -> "Trail":
        """Each with its number, 0 where that is not known yet, and its source."""
        trail = self
        for number, source, data in added:
            trail = trail._with(number, source, data)
        return trail

    def _with(self, number: int, source: str, data: bytes) -> "Trail":
        latest = max(self.number, number)
        if not data or self.size >= MOST:
            return Trail(self.press, latest, self.prints, full=True)
        known, new = self.prints.get(source), unpack(data)
        whole = new if known is None else joined(known, new)
        return Trail(self.press, latest, {**self.prints, source: whole}, self.full)

    def memory(
        self, levels: Mapping[str, Sensitivity], gone: Sequence[str] = (), sendings: int = 0
    ) -> Memory:
        """What leaves is held against; `levels` are those of the sources."""
        known = {source: levels.get(source, Sensitivity.RESTRICTED) for source in self.prints}
        return Memory(self.press, Known.of(self.prints), known, self.full, gone, sendings)
