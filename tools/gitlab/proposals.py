"""A proposed change: one commit on a branch of its own, and the merge request that asks for it.

Nothing reaches another branch but by somebody who merges it. The branch begins at the very commit that the
plan read, so that what was shown of each file is what is changed. It is taken back as a whole: the request is
closed, and the branch goes, while both are as they were made.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

import anyio

from policies.canonical import Json
from policies.change import Change, Effect, Fields, Kind, stands
from policies.errors import Conflict, Denied, InvalidArgument, NotFound, Refusal, StaleConfirmation
from tools.connector import Ledger, Trace
from tools.gitlab import obeyed, paths, targets
from tools.gitlab.api import Api
from tools.gitlab.arguments import Arguments
from tools.gitlab.files import read_file
from tools.gitlab.projects import Project
from tools.rest import members
from tools.rest.records import in_doubt
from tools.rest.unheard import Unheard, heard

_GONE: Final = "a branch that was deleted is not made again"
_ACTIONS: Final = {Kind.CREATE: "create", Kind.UPDATE: "update", Kind.DELETE: "delete"}
_STATES: Final = ("opened", "closed", "locked", "merged")
_REQUEST_FIELDS: Final = ("title", "description", "source_branch", "target_branch")


@dataclass(frozen=True, slots=True)
class Proposals:
    """Those of one project of the source `name`. A file has `most` bytes at the most."""

    name: str
    api: Api
    project: Project
    most: int

    async def plan_new(self, arguments: Arguments) -> tuple[Mapping[str, Json], Effect]:
        branch = paths.ref(targets.PREFIX + arguments.text("branch"))
        aim = paths.ref(arguments.text("target") or self.project.default_branch or "HEAD")
        base = await self._head(aim)
        if base is None:
            raise InvalidArgument("target: there is no such branch in that project.")
        if await self._head(branch) is not None:
            raise InvalidArgument(f"branch: {branch} is there already. Choose another name.")
        title, description = arguments.line("title"), obeyed.normal(arguments.text("description"))
        message = arguments.text("message") or title
        request = {
            "title": title,
            "description": description,
            "source_branch": branch,
            "target_branch": aim,
        }
        files = await self._files(arguments, branch, base)
        effect = Effect(
            (*files, Change(str(targets.merge_requests(self.project.path)), {}, None, request)),
            destinations=(self.project.destination,),
            hidden=(
                *obeyed.followed(title, description, message),
                *obeyed.closes(title, description, message),
                *(["GitLab runs the project's pipelines for it"] if self.project.runs_pipelines else []),
            ),
        )
        return {"base": base, "message": message}, effect

    async def plan_back(self, inverse: Sequence[Change]) -> Effect:
        """Raises `Conflict` where somebody has pushed, merged or closed it, or changed what it says."""
        asked = next((change for change in inverse if _is_request(change)), None)
        if asked is None or asked.kind is not Kind.DELETE:
            raise Denied("It is taken back as a whole. Leave items out.", rule="whole")
        before = asked.before or {}
        found = await self._requests(str(before["source_branch"]))
        key, now = found[0] if len(found) == 1 else (asked.key, None)
        head = await self._head(str(before["source_branch"]))
        if not stands({**before, "state": "opened"}, now) or now is None or head != now["commit"]:
            raise Conflict(((asked, now),))
        return Effect(
            (
                Change(asked.target, key, now, {"state": "closed"}),
                Change(
                    str(targets.branches(self.project.path)),
                    {"branch": before["source_branch"]},
                    {"commit": head},
                    None,
                ),
            ),
            destinations=(self.project.destination,),
            final=_GONE,
        )

    async def perform(self, request: Mapping[str, Json], effect: Effect, ledger: Ledger) -> Fields:
        """The merge request's key and fields then."""
        if effect.final:
            return await self._close(effect, ledger)
        *files, asked = effect.changes
        wanted = asked.after or {}
        await ledger.note(effect, None)
        done: list[Fields] = []
        with anyio.CancelScope(shield=True):
            commit = await self._commit(request, files, str(wanted["source_branch"]))
            key, now = await self._ask(wanted)
            stored = {**{name: now[name] for name in _REQUEST_FIELDS}, "commit": commit}
            made = Change(asked.target, key, None, stored)
            await ledger.complete(Effect((*files, made), effect.destinations, effect.final, effect.hidden))
            done.append({**key, **now})
        return done[0]

    async def trace(self, effect: Effect) -> Trace:
        asked = next(change for change in effect.changes if _is_request(change))
        branch = str((asked.before or asked.after or {})["source_branch"])
        found, head = await self._requests(branch), await self._head(branch)
        if asked.kind is Kind.CREATE:
            is_done, is_not = len(found) == 1, not found and head is None
        else:
            states = [fields["state"] for _, fields in found]
            is_done, is_not = states == ["closed"] and head is None, states == ["opened"] and head is not None
        return Trace.DONE if is_done else Trace.NOT_DONE if is_not else Trace.UNKNOWN

    async def _files(self, arguments: Arguments, branch: str, base: str) -> list[Change]:
        target = str(targets.files(self.project.path, branch))
        changes: dict[str, Change] = {}
        for each in cast("list[dict[str, Json]]", arguments.given["files"]):
            path = paths.file(str(each["path"]))
            if path in changes:
                raise InvalidArgument("files: one path is there twice.")
            before = await self._content(path, base)
            content = each.get("content")
            after: Fields | None = None if content is None else {"content": str(content)}
            if len(str(content or "").encode()) > self.most:
                raise InvalidArgument(f"files: one has more than {self.most} bytes.")
            if before == after:
                raise InvalidArgument("files: one is so already, or is to be deleted and is not there.")
            changes[path] = Change(target, {"path": path}, before, after)
        return list(changes.values())

    async def _content(self, path: str, commit: str) -> Fields | None:
        try:
            file = await read_file(self.api, self.project, path, commit, self.most)
        except NotFound:
            return None
        if file.text is None:
            raise InvalidArgument("files: one of them holds something else than text now.")
        return {"content": file.text}

    async def _commit(self, request: Mapping[str, Json], files: Sequence[Change], branch: str) -> str:
        """The commit's id. Raises `Refusal` where nothing was made."""
        actions: list[Json] = [
            {"action": _ACTIONS[change.kind], "file_path": change.key["path"], **(change.after or {})}
            for change in files
        ]
        body: dict[str, Json] = {
            "branch": branch,
            "start_sha": request["base"],
            "commit_message": request["message"],
            "actions": actions,
        }
        try:
            answer = await self.api.send("POST", *self.project.at, "repository", "commits", **body)
            with heard():
                return members.sha(members.text(members.record(answer), "id"))
        except Unheard:
            return await self._made(branch, request)

    async def _made(self, branch: str, request: Mapping[str, Json]) -> str:
        """The commit of the branch, where it is the one that was sent. Raises `InDoubt`."""
        try:
            at = (*self.project.at, "repository", "branches", branch)
            commit = members.record(members.record(await self.api.value(*at)).get("commit"))
            parents = members.texts(commit, "parent_ids")
            if parents == [request["base"]] and members.text(commit, "message") == request["message"]:
                return members.sha(members.text(commit, "id"))
        except Refusal:
            pass
        raise in_doubt(self.name)

    async def _ask(self, wanted: Fields) -> tuple[Fields, Fields]:
        """Opens the merge request. Where GitLab does not take it, the branch goes again."""
        try:
            answer = await self.api.send("POST", *self._at, **wanted, remove_source_branch=True)
            with heard():
                return _keyed(members.record(answer))
        except Unheard:
            found = await self._found(str(wanted["source_branch"]))
            if found is None:
                raise in_doubt(self.name) from None
            return found
        except Refusal:
            await self._remove(str(wanted["source_branch"]))
            raise

    async def _found(self, branch: str) -> tuple[Fields, Fields] | None:
        try:
            found = await self._requests(branch)
        except Refusal:
            return None
        return found[0] if len(found) == 1 else None

    async def _close(self, effect: Effect, ledger: Ledger) -> Fields:
        asked, gone = effect.changes
        branch, number = str(gone.key["branch"]), str(asked.key["merge_request"])
        _, now = _keyed(members.record(await self.api.value(*self._at, number)))
        if not stands(asked.before, now) or {"commit": await self._head(branch)} != gone.before:
            raise StaleConfirmation(
                "Somebody has changed it since, so nothing was done. Read it, and plan anew."
            )
        await ledger.note(effect, None)
        with anyio.CancelScope(shield=True):
            try:
                await self.api.send("PUT", *self._at, number, state_event="close")
            except Unheard:
                raise in_doubt(self.name) from None
            await self._remove(branch)
        return {**asked.key, **now, "state": "closed"}

    async def _remove(self, branch: str) -> None:
        """Raises `InDoubt` where that is not sure: something else was done before."""
        try:
            await self.api.send("DELETE", *self.project.at, "repository", "branches", branch)
        except (Unheard, Refusal):
            raise in_doubt(self.name) from None

    async def _head(self, branch: str) -> str | None:
        """The id of its latest commit; None where there is no such branch."""
        try:
            at = (*self.project.at, "repository", "branches", branch)
            commit = members.record(members.record(await self.api.value(*at)).get("commit"))
        except NotFound:
            return None
        return members.sha(members.text(commit, "id"))

    async def _requests(self, branch: str) -> list[tuple[Fields, Fields]]:
        """The merge requests that the user has opened for a branch."""
        query = {"source_branch": branch, "state": "all", "scope": "created_by_me", "per_page": "20"}
        return [_keyed(members.record(each)) for each in (await self.api.page(*self._at, **query)).items]

    @property
    def _at(self) -> tuple[str, ...]:
        return (*self.project.at, "merge_requests")


def _is_request(change: Change) -> bool:
    return targets.Target.of(change.target).path == "merge_requests"


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
