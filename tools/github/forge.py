"""GitHub as a forge."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from policies.call import Table
from policies.canonical import Json
from policies.sources import GithubSource
from tools.code import spoken
from tools.code.forge import Branches, Comments, Issues, Place
from tools.code.words import Words
from tools.github import paths, refusals, scopes
from tools.github.api import Api
from tools.github.branches import GithubBranches
from tools.github.comments import GithubComments
from tools.github.issues import GithubIssues
from tools.github.places import place_of
from tools.github.reading import Reader
from tools.github.words import WORDS


@dataclass(frozen=True, slots=True)
class Github:
    """See `tools.code.forge.Forge`. `may` are the scopes of the token, None where it has permissions."""

    name: str
    source: GithubSource
    api: Api
    may: frozenset[str] | None

    @property
    def words(self) -> Words:
        return WORDS

    async def read(self, request: Mapping[str, Json]) -> Table:
        return await Reader(self.name, self.source, self.api).read(request)

    def named(self, text: str) -> str:
        return paths.repository(text)

    def missing(self) -> Exception:
        return refusals.not_found(self.name)

    async def place(self, path: str) -> Place:
        return await place_of(self.api, self.name, path)

    def issues(self, place: Place) -> Issues:
        return GithubIssues(self.api, place)

    def comments(self, place: Place, issue: int) -> Comments:
        return GithubComments(self.api, place, issue)

    def branches(self, place: Place) -> Branches:
        return GithubBranches(self.api, place)

    def normal(self, text: str) -> str:
        return spoken.lines(text)

    def followed(self, *texts: str) -> Iterator[str]:
        yield from spoken.told("GitHub", *texts)
        if any(map(spoken.commands, texts)):
            yield "a bot may obey a line that begins with a slash"

    def hold_acting(self) -> None:
        scopes.hold_acting(self.name, self.may)
