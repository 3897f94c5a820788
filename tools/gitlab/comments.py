"""Comments on one issue as records: made, and deleted where one that was made is taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from policies.change import Change, Effect, Fields, Kind, stands
from policies.errors import Conflict, NotFound
from tools.gitlab import obeyed, targets
from tools.gitlab.api import Api
from tools.gitlab.arguments import Arguments
from tools.gitlab.projects import Project
from tools.rest import members, records
from tools.rest.unheard import heard

_FOUND: Final = 100


@dataclass(frozen=True, slots=True)
class Comments:
    """See `tools.rest.records.Records`. `issue` is the number of the issue within its project."""

    api: Api
    project: Project
    issue: int

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
            and stands(after, _fields(note))
            and (since is None or records.is_since(members.text(note, "created_at"), since))
        ]

    async def make(self, after: Fields) -> tuple[Fields, Fields]:
        answer = await self.api.send("POST", *self._at, body=after["text"])
        with heard():
            return _keyed(members.record(answer))

    async def write(self, key: Fields, after: Fields) -> Fields:
        raise AssertionError(f"a comment is not changed: {key}, {after}")

    async def remove(self, key: Fields) -> None:
        await self.api.send("DELETE", *self._at, str(key["comment"]))

    async def plan_new(self, arguments: Arguments) -> Effect:
        await self.api.value(*self.project.at, "issues", str(self.issue))
        return self._effect(Change(self._target, {}, None, {"text": obeyed.normal(arguments.text("text"))}))

    async def plan_back(self, change: Change) -> Effect:
        """Raises `Conflict` where it is not as the action left it."""
        if change.kind is Kind.CREATE:
            return self._effect(Change(self._target, {}, None, change.after))
        key, now = await records.made(self, change)
        if not stands(change.before, now):
            raise Conflict(((change, now),))
        return self._effect(Change(self._target, key, now, None))

    def _effect(self, change: Change) -> Effect:
        said = [str((change.after or {}).get("text", ""))]
        return Effect(
            (change,), destinations=(self.project.destination,), hidden=tuple(obeyed.followed(*said))
        )

    async def _me(self) -> int:
        return members.number(members.record(await self.api.value("user")), "id")

    @property
    def _target(self) -> str:
        return str(targets.comments(self.project.path, self.issue))

    @property
    def _at(self) -> tuple[str, ...]:
        return (*self.project.at, "issues", str(self.issue), "notes")


def _is_of(note: members.Record, person: int) -> bool:
    author = note.get("author")
    return not members.flag(note, "system") and (
        isinstance(author, dict) and members.number(author, "id") == person
    )


def _fields(note: members.Record) -> Fields:
    return {"text": members.text(note, "body")}


def _keyed(note: members.Record) -> tuple[Fields, Fields]:
    return {"comment": members.number(note, "id")}, _fields(note)
