"""GitLab as a forge."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from policies.call import Table
from policies.canonical import Json
from policies.errors import Denied
from policies.sources import GitlabSource
from tools.code import spoken
from tools.code.forge import Branches, Comments, Issues, Place
from tools.code.words import Words
from tools.gitlab import paths, refusals, scopes
from tools.gitlab.api import Api
from tools.gitlab.branches import GitlabBranches
from tools.gitlab.comments import GitlabComments
from tools.gitlab.issues import GitlabIssues
from tools.gitlab.places import place_of
from tools.gitlab.reading import Reader
from tools.gitlab.words import WORDS


@dataclass(frozen=True, slots=True)
class Gitlab:
    """See `tools.code.forge.Forge`. `may` are the scopes of the token."""

    name: str
    source: GitlabSource
    api: Api
    may: frozenset[str]

    @property
    def words(self) -> Words:
        return WORDS

    async def read(self, request: Mapping[str, Json]) -> Table:
        return await Reader(self.name, self.source, self.api).read(request)

    def named(self, text: str) -> str:
        return paths.project(text)

    def missing(self) -> Exception:
        return refusals.not_found(self.name)

    async def place(self, path: str) -> Place:
        return await place_of(self.api, self.name, path)

    def issues(self, place: Place) -> Issues:
        return GitlabIssues(self.api, place)

    def comments(self, place: Place, issue: int) -> Comments:
        return GitlabComments(self.api, place, issue)

    def branches(self, place: Place) -> Branches:
        return GitlabBranches(self.api, place)

    def normal(self, text: str) -> str:
        """docs.gitlab.com/user/project/quick_actions: what it obeys, no plan would show."""
        if spoken.commands(text):
            raise Denied(
                "A line begins with a slash and a word, which GitLab takes for a command and obeys. Put it "
                "between backticks, or a word before it.",
                rule="quick_action",
            )
        return spoken.lines(text)

    def followed(self, *texts: str) -> Iterator[str]:
        return spoken.told("GitLab", *texts)

    def hold_acting(self) -> None:
        scopes.hold_acting(self.name, self.may)
