"""Whoever acts in a pretend GitLab."""

from typing import Any, Final

from tests.tools.gitlab.code import Code
from tests.tools.gitlab.site import Site
from tests.tools.gitlab.world import Issue, MergeRequest, Project
from tests.tools.rest.calling import Actor

ACTS: Final = ["create_issue", "update_issue", "comment", "propose_change"]
SHOP: Final = "acme/shop"


class Desk(Code, Actor):
    """`ada` unless somebody else is named, with a token for `api`."""

    def __init__(self, site: Site, username: str = "ada", **settings: Any) -> None:
        super().__init__(site, username, **{"acts": ACTS, **settings})
        self.token = site.tokens.give(username, "api")
        self.place = {"project": SHOP}

    @property
    def project(self) -> Project:
        return self.site.gitlab.projects[0]

    @property
    def writes(self) -> list[tuple[str, str]]:
        """Requests that came and may change something."""
        asked = self.site.gitlab.asked
        return [(each.method, each.target) for each in asked if each.method not in {"GET", "HEAD"}]

    def issue(self, number: int) -> Issue:
        return next(each for each in self.project.issues if each.iid == number)

    def request(self, number: int) -> MergeRequest:
        return self.project.requests[number - 1]
