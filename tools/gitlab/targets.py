"""What holds the records of actions, by names that scopes and confirmations show: below `/-/`, as in GitLab's
own addresses, so that none can be the path of another project.
"""

from dataclasses import dataclass
from typing import Final

PREFIX: Final = "remit/"
"""Of every branch that an action makes."""
_WITHIN: Final = "/-/"


@dataclass(frozen=True, slots=True)
class Target:
    """`path` is what stands below the project: `issues`, `issues/30/comments`, `merge_requests`, `branches`,
    or `branches/NAME` for the files of one.
    """

    project: str
    path: str

    @classmethod
    def of(cls, name: str) -> "Target":
        project, _, path = name.partition(_WITHIN)
        return cls(project, path)

    def __str__(self) -> str:
        return f"{self.project}{_WITHIN}{self.path}"


def issues(project: str) -> Target:
    return Target(project, "issues")


def comments(project: str, issue: int) -> Target:
    return Target(project, f"issues/{issue}/comments")


def merge_requests(project: str) -> Target:
    return Target(project, "merge_requests")


def branches(project: str) -> Target:
    return Target(project, "branches")


def files(project: str, branch: str) -> Target:
    return Target(project, f"branches/{branch}")
