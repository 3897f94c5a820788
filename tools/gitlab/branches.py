"""Branches of one project, and its merge requests."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from policies.canonical import Json
from policies.change import Change, Fields, Kind
from policies.errors import InvalidArgument, NotFound
from tools.code.forge import Place
from tools.gitlab.api import Api
from tools.gitlab.files import read_file
from tools.gitlab.places import at
from tools.rest import members
from tools.rest.unheard import heard

_ACTIONS: Final = {Kind.CREATE: "create", Kind.UPDATE: "update", Kind.DELETE: "delete"}
_STATES: Final = ("opened", "closed", "locked", "merged")


@dataclass(frozen=True, slots=True)
class GitlabBranches:
    """See `tools.code.forge.Branches`."""

    api: Api
    place: Place

    async def head(self, branch: str) -> str | None:
        commit = await self._latest(branch)
        return members.sha(members.text(commit, "id")) if commit else None

    async def content(self, path: str, commit: str, most: int) -> str | None:
        try:
            file = await read_file(self.api, self.place, path, commit, most)
        except NotFound:
            return None
        if file.text is None:
            raise InvalidArgument("files: one of them holds something else than text now.")
        return file.text

    async def commit(self, base: str, branch: str, message: str, files: Sequence[Change]) -> str:
        answer = await self.api.send(
            "POST",
            *at(self.place),
            "repository",
            "commits",
            branch=branch,
            start_sha=base,
            commit_message=message,
            actions=[*map(_action, files)],
        )
        with heard():
            return members.sha(members.text(members.record(answer), "id"))

    async def is_made(self, base: str, branch: str, message: str) -> str | None:
        commit = await self._latest(branch)
        if commit is None or members.texts(commit, "parent_ids") != [base]:
            return None
        is_ours = members.text(commit, "message") == message
        return members.sha(members.text(commit, "id")) if is_ours else None

    async def ask(self, wanted: Fields) -> tuple[Fields, Fields]:
        answer = await self.api.send("POST", *self._requests, **wanted, remove_source_branch=True)
        with heard():
            return _keyed(members.record(answer))

    async def requests(self, branch: str) -> Sequence[tuple[Fields, Fields]]:
        query = {"source_branch": branch, "state": "all", "scope": "created_by_me", "per_page": "20"}
        listed = await self.api.page(*self._requests, **query)
        return [_keyed(members.record(each)) for each in listed.items]

    async def close(self, key: Fields) -> None:
        await self.api.send("PUT", *self._requests, str(key["merge_request"]), state_event="close")

    async def remove(self, branch: str) -> None:
        await self.api.send("DELETE", *self._branches, branch)

    async def _latest(self, branch: str) -> members.Record | None:
        try:
            told = members.record(await self.api.value(*self._branches, branch))
        except NotFound:
            return None
        return members.record(told.get("commit"))

    @property
    def _branches(self) -> tuple[str, ...]:
        return (*at(self.place), "repository", "branches")

    @property
    def _requests(self) -> tuple[str, ...]:
        return (*at(self.place), "merge_requests")


def _action(change: Change) -> dict[str, Json]:
    return {"action": _ACTIONS[change.kind], "file_path": change.key["path"], **(change.after or {})}


def _keyed(told: members.Record) -> tuple[Fields, Fields]:
    fields: Fields = {
        "title": members.text(told, "title"),
        "description": members.optional_text(told, "description") or "",
        "source_branch": members.text(told, "source_branch"),
        "target_branch": members.text(told, "target_branch"),
        "state": members.word(told, "state", _STATES),
        "commit": members.sha(members.text(told, "sha")),
    }
    return {"merge_request": members.number(told, "iid")}, fields
