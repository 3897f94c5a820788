"""What a context has read, as labels: how high it was classified, and whether strangers wrote of it."""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from policies.treatments import Classification


class Sensitivity(IntEnum):
    """How data is classified, the most open first."""

    PUBLIC = 0
    INTERNAL = 1
    CONFIDENTIAL = 2
    RESTRICTED = 3

    @classmethod
    def of(cls, classification: Classification) -> "Sensitivity":
        return cls[classification.upper()]

    def __str__(self) -> str:
        return self.name.lower()


PRIVATE: Final = Sensitivity.CONFIDENTIAL
"""From here on data is private."""


@dataclass(frozen=True, slots=True)
class Taint:
    """The highest `level` of what was read, whether any is `untrusted`, which sources told of `people`."""

    level: Sensitivity = Sensitivity.PUBLIC
    untrusted: bool = False
    people: frozenset[str] = field(default=frozenset())

    def __or__(self, other: "Taint") -> "Taint":
        """At least as high as either of both."""
        return Taint(
            max(self.level, other.level), self.untrusted or other.untrusted, self.people | other.people
        )

    def rank(self, most: int) -> Sensitivity:
        """The level of all of it together: what more than `most` sources tell of people is one higher."""
        return Sensitivity(min(self.level + (len(self.people) > most), Sensitivity.RESTRICTED))


CLEAN: Final = Taint()
