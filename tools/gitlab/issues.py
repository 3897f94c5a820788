"""Issues as records. GitLab lets few delete one, so one that is taken back is closed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, cast

from policies.call import Column, Kind
from policies.canonical import Json
from policies.change import Fields, stands
from policies.errors import NotFound
from tools.code.forge import Place
from tools.gitlab.api import Api
from tools.gitlab.places import at
from tools.rest import members
from tools.rest.unheard import heard

STATES: Final = ("opened", "closed", "locked")
COLUMNS: Final = (
    Column("issue", Kind.NUMBER),
    Column("title", Kind.TEXT),
    Column("description", Kind.TEXT),
    Column("labels", Kind.JSON),
    Column("confidential", Kind.BOOLEAN),
    Column("state", Kind.NAME),
)
_EVENTS: Final = {"closed": "close", "opened": "reopen"}
_FOUND: Final = 100


@dataclass(frozen=True, slots=True)
class GitlabIssues:
    """Those of one project; see `tools.code.forge.Issues`."""

    api: Api
    place: Place

    @property
    def columns(self) -> Sequence[Column]:
        return COLUMNS

    def new(self, given: Fields, *, confidential: bool) -> Fields:
        return {**given, "confidential": confidential}

    async def read(self, key: Fields) -> Fields | None:
        try:
            return _fields(members.record(await self.api.value(*self._at, str(key["issue"]))))
        except NotFound:
            return None

    async def find(self, after: Fields, since: str | None) -> Sequence[tuple[Fields, Fields]]:
        query = {"scope": "created_by_me", "search": str(after["title"]), "in": "title"}
        query |= {"created_after": since} if since else {}
        listed = await self.api.page(*self._at, per_page=str(_FOUND), **query)
        found = [_keyed(members.record(each)) for each in listed.items]
        return [(key, row) for key, row in found if stands(after, row)]

    async def make(self, after: Fields) -> tuple[Fields, Fields]:
        answer = await self.api.send("POST", *self._at, **{**after, "labels": _joined(after["labels"])})
        with heard():
            return _keyed(members.record(answer))

    async def write(self, key: Fields, after: Fields) -> Fields:
        body = {name: value for name, value in after.items() if name != "state"}
        if "labels" in body:
            body["labels"] = _joined(body["labels"])
        if "state" in after:
            body["state_event"] = _EVENTS[str(after["state"])]
        answer = await self.api.send("PUT", *self._at, str(key["issue"]), **body)
        with heard():
            return _fields(members.record(answer))

    async def remove(self, key: Fields) -> None:
        raise AssertionError(f"an issue is closed, and not deleted: {key}")

    async def has_label(self, name: str) -> bool:
        try:
            await self.api.value(*at(self.place), "labels", name)
        except NotFound:
            return False
        return True

    @property
    def _at(self) -> tuple[str, ...]:
        return (*at(self.place), "issues")


def _fields(issue: members.Record) -> Fields:
    return {
        "title": members.text(issue, "title"),
        "description": members.optional_text(issue, "description") or "",
        "labels": [*sorted(map(str, members.texts(issue, "labels")))],
        "confidential": members.flag(issue, "confidential"),
        "state": members.word(issue, "state", STATES),
    }


def _keyed(issue: members.Record) -> tuple[Fields, Fields]:
    return {"issue": members.number(issue, "iid")}, _fields(issue)


def _joined(labels: Json) -> str:
    return ",".join(map(str, cast("list[Json]", labels)))
