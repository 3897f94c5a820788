"""Comments on one issue as records."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from policies.change import Fields
from policies.errors import NotFound
from tools.code.forge import Place
from tools.gitlab.api import Api
from tools.gitlab.places import at
from tools.rest import members, records
from tools.rest.unheard import heard

_FOUND: Final = 100


@dataclass(frozen=True, slots=True)
class GitlabComments:
    """See `tools.code.forge.Comments`. `issue` is the number of the issue within its project."""

    api: Api
    place: Place
    issue: int

    async def is_open(self) -> bool:
        try:
            await self.api.value(*self._issue)
        except NotFound:
            return False
        return True

    async def read(self, key: Fields) -> Fields | None:
        """The user's own alone: nobody else's was made by an action of theirs."""
        try:
            note = members.record(await self.api.value(*self._at, str(key["comment"])))
        except NotFound:
            return None
        return _fields(note) if _is_of(note, await self._me()) else None

    async def find(self, after: Fields, since: str | None) -> Sequence[tuple[Fields, Fields]]:
        me = await self._me()
        query = {"order_by": "created_at", "sort": "desc", "per_page": str(_FOUND)}
        notes = map(members.record, (await self.api.page(*self._at, **query)).items)
        return [
            _keyed(note)
            for note in notes
            if _is_of(note, me)
            and records.is_it(after, _fields(note), members.text(note, "created_at"), since)
        ]

    async def make(self, after: Fields) -> tuple[Fields, Fields]:
        answer = await self.api.send("POST", *self._at, body=after["text"])
        with heard():
            return _keyed(members.record(answer))

    async def write(self, key: Fields, after: Fields) -> Fields:
        raise AssertionError(f"a comment is not changed: {key}, {after}")

    async def remove(self, key: Fields) -> None:
        await self.api.send("DELETE", *self._at, str(key["comment"]))

    async def _me(self) -> int:
        return members.number(members.record(await self.api.value("user")), "id")

    @property
    def _issue(self) -> tuple[str, ...]:
        return (*at(self.place), "issues", str(self.issue))

    @property
    def _at(self) -> tuple[str, ...]:
        return (*self._issue, "notes")


def _is_of(note: members.Record, person: int) -> bool:
    author = note.get("author")
    return not members.flag(note, "system") and (
        isinstance(author, dict) and members.number(author, "id") == person
    )


def _fields(note: members.Record) -> Fields:
    return {"text": members.text(note, "body")}


def _keyed(note: members.Record) -> tuple[Fields, Fields]:
    return {"comment": members.number(note, "id")}, _fields(note)
