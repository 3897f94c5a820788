"""What a token may do: one that may do too much, or too little to read, is refused (threat T09)."""

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from policies.errors import Denied
from policies.sources import RestSource
from tools.rest.refusals import too_little


@dataclass(frozen=True, slots=True)
class Scopes:
    """Those of a system that one source has a use for.

    Without all of `reading` not all can be read that it opens, and without all of `acting` nothing is done.
    `optional` are for one tool alone, and `harmless` are those that one may have besides.
    """

    reading: tuple[str, ...]
    acting: tuple[str, ...]
    harmless: AbstractSet[str]
    optional: tuple[str, ...] = ()

    @property
    def wanted(self) -> tuple[str, ...]:
        return (*self.reading, *self.optional, *self.acting)

    def excess(self, found: AbstractSet[str]) -> list[str]:
        """Those that the source has no use for. One that is not known counts."""
        return sorted(found - self.harmless - {*self.wanted})

    def lacking(self, found: Collection[str]) -> Sequence[str]:
        """To read."""
        return [scope for scope in self.reading if scope not in found]

    def hold(self, name: str, source: RestSource, found: AbstractSet[str]) -> None:
        """Raises `Denied` for a token that may do too much, or too little."""
        if (spare := self.excess(found)) and source.overprivileged is None:
            raise Denied(
                f"Your connection to {name} may do more than this source is for, so it is not used. Connect "
                f"it anew, with these scopes alone: {', '.join(self.wanted)}.",
                rule="over_privileged",
                detail=f"spare scopes: {len(spare)}",
            )
        if self.lacking(found):
            raise too_little(name)

    def hold_acting(self, name: str, found: AbstractSet[str]) -> None:
        """Raises `Denied` for a token that may only read."""
        if not found >= {*self.acting}:
            raise too_little(name)
