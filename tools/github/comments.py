"""Comments on one issue as records."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Final

from policies.canonical import Json
from policies.change import Fields
from policies.errors import NotFound
from tools.code.forge import Place
from tools.github.api import Api
from tools.github.issues import GithubIssues
from tools.github.people import login, me
from tools.github.places import at
from tools.rest import members, records
from tools.rest.lists import Cells
from tools.rest.unheard import heard

_SIZE: Final = 100
_PAGES: Final = 10


@dataclass(frozen=True, slots=True)
class GithubComments:
    """See `tools.code.forge.Comments`. `issue` is the number of the issue within its repository."""

    api: Api
    place: Place
    issue: int

    async def is_open(self) -> bool:
        return await GithubIssues(self.api, self.place).read({"issue": self.issue}) is not None

    async def read(self, key: Fields) -> Fields | None:
        """The user's own on this issue alone: nothing else was made by an action of theirs."""
        try:
            told = members.record(await self.api.value(*self._comments, str(key["comment"])))
        except NotFound:
            return None
        is_here = members.text(told, "issue_url").rpartition("/")[2] == str(self.issue)
        return _fields(told) if is_here and login(told.get("user")) == await me(self.api) else None

    async def find(self, after: Fields, since: str | None) -> Sequence[tuple[Fields, Fields]]:
        own = await me(self.api)
        return [
            _keyed(told)
            async for told in self._all(since)
            if login(told.get("user")) == own
            and records.is_it(after, _fields(told), members.text(told, "created_at"), since)
        ]

    async def make(self, after: Fields) -> tuple[Fields, Fields]:
        answer = await self.api.send("POST", *self._at, body=after["text"])
        with heard():
            return _keyed(members.record(answer))

    async def write(self, key: Fields, after: Fields) -> Fields:
        raise AssertionError(f"a comment is not changed: {key}, {after}")

    async def remove(self, key: Fields) -> None:
        await self.api.send("DELETE", *self._comments, str(key["comment"]))

    async def _all(self, since: str | None) -> AsyncIterator[members.Record]:
        """The oldest first; of those that were changed since then, where that is said."""
        query = {"since": since} if since else {}
        for number in range(1, _PAGES + 1):
            listed = await self.api.page(*self._at, per_page=str(_SIZE), page=str(number), **query)
            for each in listed.items:
                yield members.record(each)
            if not listed.more:
                return

    @property
    def _at(self) -> tuple[str, ...]:
        return (*at(self.place), "issues", str(self.issue), "comments")

    @property
    def _comments(self) -> tuple[str, ...]:
        return (*at(self.place), "issues", "comments")


def comment_row(item: Json) -> Cells:
    """As it is read, among the parts of what it is about."""
    told = members.record(item)
    return "comment", login(told.get("user")), members.text(told, "created_at"), members.text(told, "body")


def _fields(told: members.Record) -> Fields:
    return {"text": members.text(told, "body")}


def _keyed(told: members.Record) -> tuple[Fields, Fields]:
    return {"comment": members.number(told, "id")}, _fields(told)
