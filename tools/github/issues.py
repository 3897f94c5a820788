"""Issues as records. GitHub lets few delete one, so one that is taken back is closed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, cast

from policies.call import Column, Kind
from policies.canonical import Json
from policies.change import Fields
from policies.errors import NotFound
from tools.code.forge import Place
from tools.github.api import Api
from tools.github.people import me
from tools.github.places import at
from tools.rest import members, records
from tools.rest.unheard import heard

STATES: Final = ("open", "closed")
COLUMNS: Final = (
    Column("issue", Kind.NUMBER),
    Column("title", Kind.TEXT),
    Column("description", Kind.TEXT),
    Column("labels", Kind.JSON),
    Column("state", Kind.NAME),
)
_NAMES: Final = {"description": "body"}
_FOUND: Final = 100


@dataclass(frozen=True, slots=True)
class GithubIssues:
    """Those of one repository; see `tools.code.forge.Issues`. A pull request is none."""

    api: Api
    place: Place

    @property
    def columns(self) -> Sequence[Column]:
        return COLUMNS

    def new(self, given: Fields, *, confidential: bool) -> Fields:
        assert not confidential, "no tool asks for it"
        return given

    async def read(self, key: Fields) -> Fields | None:
        try:
            told = members.record(await self.api.value(*self._at, str(key["issue"])))
        except NotFound:
            return None
        return None if "pull_request" in told else _fields(told)

    async def find(self, after: Fields, since: str | None) -> Sequence[tuple[Fields, Fields]]:
        query = {"creator": await me(self.api), "state": "all", "per_page": str(_FOUND)}
        told = map(members.record, (await self.api.page(*self._at, **query)).items)
        return [
            _keyed(each)
            for each in told
            if "pull_request" not in each
            and records.is_it(after, _fields(each), members.text(each, "created_at"), since)
        ]

    async def make(self, after: Fields) -> tuple[Fields, Fields]:
        answer = await self.api.send("POST", *self._at, **_named(after))
        with heard():
            return _keyed(members.record(answer))

    async def write(self, key: Fields, after: Fields) -> Fields:
        answer = await self.api.send("PATCH", *self._at, str(key["issue"]), **_named(after))
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


def labels_of(issue: members.Record) -> list[Json]:
    told = cast("list[Json]", issue.get("labels") or [])
    return [*sorted(members.text(members.record(each), "name") for each in told)]


def _fields(issue: members.Record) -> Fields:
    return {
        "title": members.text(issue, "title"),
        "description": members.optional_text(issue, "body") or "",
        "labels": labels_of(issue),
        "state": members.word(issue, "state", STATES),
    }


def _keyed(issue: members.Record) -> tuple[Fields, Fields]:
    return {"issue": members.number(issue, "number")}, _fields(issue)


def _named(after: Fields) -> dict[str, Json]:
    return {_NAMES.get(name, name): value for name, value in after.items()}
