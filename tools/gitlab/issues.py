"""Issues as records: made, changed, and closed where one that was made is taken back.

GitLab lets few delete an issue, so one that is taken back is closed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, cast

from policies.canonical import Json
from policies.change import Change, Effect, Fields, Kind, stands
from policies.errors import Conflict, InvalidArgument, NotFound
from tools.gitlab import obeyed, targets
from tools.gitlab.api import Api
from tools.gitlab.arguments import Arguments
from tools.gitlab.projects import Project
from tools.rest import members, records
from tools.rest.unheard import heard

_STATES: Final = ("opened", "closed", "locked")
_EVENTS: Final = {"closed": "close", "opened": "reopen"}
_FOUND: Final = 100


@dataclass(frozen=True, slots=True)
class Issues:
    """Those of one project; see `tools.rest.records.Records`."""

    api: Api
    project: Project

    async def read(self, key: Fields) -> Fields | None:
        try:
            return fields(members.record(await self.api.value(*self._at, str(key["issue"]))))
        except NotFound:
            return None

    async def find(self, after: Fields, since: str | None) -> Sequence[tuple[Fields, Fields]]:
        query = {"scope": "created_by_me", "search": str(after["title"]), "in": "title"}
        query |= {"created_after": since} if since else {}
        listed = await self.api.page(*self._at, per_page=str(_FOUND), **query)
        found = [_keyed(members.record(each)) for each in listed.items]
        return [(key, row) for key, row in found if stands(after, row)]

    async def make(self, after: Fields) -> tuple[Fields, Fields]:
        body = {**after, "labels": _joined(after["labels"])}
        answer = await self.api.send("POST", *self._at, **body)
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
            return fields(members.record(answer))

    async def remove(self, key: Fields) -> None:
        raise AssertionError(f"an issue is closed, and not deleted: {key}")

    async def plan_new(self, arguments: Arguments) -> Effect:
        labels = await self._known_labels(arguments.texts("labels"))
        after: Fields = {
            "title": arguments.line("title"),
            "description": obeyed.normal(arguments.text("description")),
            "labels": labels,
            "confidential": arguments.flag("confidential"),
        }
        return self._effect(Change(str(targets.issues(self.project.path)), {}, None, after))

    async def plan_change(self, arguments: Arguments) -> Effect:
        key: Fields = {"issue": arguments.number("issue")}
        before = await self.read(key)
        if before is None:
            raise NotFound("There is no such issue open to you in that project.")
        after: dict[str, Json] = {}
        if arguments.has("title"):
            after["title"] = arguments.line("title")
        if arguments.has("description"):
            after["description"] = obeyed.normal(arguments.text("description"))
        if arguments.has("labels"):
            after["labels"] = await self._known_labels(arguments.texts("labels"))
        if arguments.has("state"):
            after["state"] = arguments.text("state")
        new = {name: value for name, value in after.items() if before[name] != value}
        if not new:
            raise InvalidArgument("This would change nothing: the issue is so already.")
        return self._effect(Change(str(targets.issues(self.project.path)), key, before, new))

    async def plan_back(self, change: Change) -> Effect:
        """Raises `Conflict` where it is not as the action left it."""
        key, now = await records.made(self, change)
        if not stands(change.before, now):
            raise Conflict(((change, now),))
        after = {"state": "closed"} if change.kind is Kind.DELETE else change.after
        if stands(after, now):
            raise Conflict(((change, now),))
        return self._effect(Change(change.target, key, now, after))

    def _effect(self, change: Change) -> Effect:
        after = change.after or {}
        said = [str(after[name]) for name in ("title", "description") if name in after]
        return Effect(
            (change,), destinations=(self.project.destination,), hidden=tuple(obeyed.followed(*said))
        )

    async def _known_labels(self, asked: Sequence[str]) -> list[Json]:
        """GitLab makes a label that there is not. Raises `InvalidArgument`."""
        for label in asked:
            try:
                await self.api.value(*self.project.at, "labels", label)
            except NotFound:
                raise InvalidArgument(
                    "labels: one of them is no label of the project. Leave it out."
                ) from None
        return [*sorted(set(asked))]

    @property
    def _at(self) -> tuple[str, ...]:
        return (*self.project.at, "issues")


def fields(issue: members.Record) -> Fields:
    return {
        "title": members.text(issue, "title"),
        "description": members.optional_text(issue, "description") or "",
        "labels": [*sorted(map(str, members.texts(issue, "labels")))],
        "confidential": members.flag(issue, "confidential"),
        "state": members.word(issue, "state", _STATES),
    }


def _keyed(issue: members.Record) -> tuple[Fields, Fields]:
    return {"issue": members.number(issue, "iid")}, fields(issue)


def _joined(labels: Json) -> str:
    return ",".join(map(str, cast("list[Json]", labels)))
