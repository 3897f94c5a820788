"""What holds the records of actions, by names that scopes and confirmations show: below `/-/`, as in GitLab's
own addresses, so that none can be the path of another place.
"""

from dataclasses import dataclass
from typing import Final

PREFIX: Final = "remit/"
"""Of every branch that an action makes."""
PROPOSALS: Final = "proposals"
_WITHIN: Final = "/-/"


@dataclass(frozen=True, slots=True)
class Target:
    """`within` is what stands below the place: `issues`, `issues/30/comments`, `proposals`, `branches`, or
    `branches/NAME` for the files of one.
    """

    place: str
    within: str

    @classmethod
    def of(cls, name: str) -> "Target":
        place, _, within = name.partition(_WITHIN)
        return cls(place, within)

    def __str__(self) -> str:
        return f"{self.place}{_WITHIN}{self.within}"


def issues(place: str) -> str:
    return str(Target(place, "issues"))


def comments(place: str, issue: int) -> str:
    return str(Target(place, f"issues/{issue}/comments"))


def proposals(place: str) -> str:
    return str(Target(place, PROPOSALS))


def branches(place: str) -> str:
    return str(Target(place, "branches"))


def files(place: str, branch: str) -> str:
    return str(Target(place, f"branches/{branch}"))
