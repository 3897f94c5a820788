"""A proposed change: one commit on a branch of its own, and the request that asks for it.

Nothing reaches another branch but by somebody who merges it. The branch begins at the very commit that the
plan read, so that what was shown of each file is what is changed. It is taken back as a whole: the request is
closed, and the branch goes, while both are as they were made.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

import anyio

from policies.call import Column
from policies.call import Kind as Of
from policies.canonical import Json
from policies.change import Change, Effect, Fields, Kind, stands
from policies.errors import Conflict, Denied, InvalidArgument, Refusal, StaleConfirmation
from tools.code import names, spoken, targets
from tools.code.forge import Branches, Forge, Place
from tools.connector import Ledger, Trace
from tools.rest.arguments import Arguments
from tools.rest.marks import mark, settled
from tools.rest.records import in_doubt
from tools.rest.unheard import Unheard

FIELDS: Final = ("title", "description", "source_branch", "target_branch")
_GONE: Final = "a branch that was deleted is not made again"


def columns(number: str) -> Sequence[Column]:
    """Of an answer; `number` is what the forge calls a request's."""
    return (
        Column(number, Of.NUMBER),
        Column("title", Of.TEXT),
        Column("description", Of.TEXT),
        Column("source_branch", Of.TEXT),
        Column("target_branch", Of.TEXT),
        Column("state", Of.NAME),
        Column("commit", Of.NAME),
    )


@dataclass(frozen=True, slots=True)
class Proposals:
    """Those of one place of the source `name`. A file has `most` bytes at the most, and what is sent for
    one action takes `limit` seconds at the most.
    """

    name: str
    forge: Forge
    place: Place
    most: int
    limit: float

    @property
    def _at(self) -> Branches:
        return self.forge.branches(self.place)

    async def new(self, arguments: Arguments) -> tuple[Mapping[str, Json], Effect]:
        branch = names.ref(targets.PREFIX + arguments.text("branch"))
        aim = names.ref(arguments.text("target") or self.place.default_branch or "HEAD")
        base = await self._at.head(aim)
        if base is None:
            raise InvalidArgument(f"target: there is no such branch in that {self.forge.words.place}.")
        if await self._at.head(branch) is not None:
            raise InvalidArgument(f"branch: {branch} is there already. Choose another name.")
        title, description = arguments.line("title"), self.forge.normal(arguments.text("description"))
        message = arguments.text("message") or title
        wanted = {
            "title": title,
            "description": description,
            "source_branch": branch,
            "target_branch": aim,
        }
        files = await self._files(arguments, branch, base)
        effect = Effect(
            (*files, Change(targets.proposals(self.place.path), {}, None, wanted)),
            destinations=(self.place.destination,),
            hidden=(
                *self.forge.followed(title, description, message),
                *spoken.closes(title, description, message),
                *([f"{self.forge.words.system} runs what is set up for a branch"] if self.place.runs else []),
            ),
        )
        return {"base": base, "message": message}, effect

    async def back(self, inverse: Sequence[Change]) -> Effect:
        """Raises `Conflict` where somebody has pushed, merged or closed it, or changed what it says."""
        asked = next((change for change in inverse if _is_request(change)), None)
        if asked is None or asked.kind is not Kind.DELETE:
            raise Denied("It is taken back as a whole. Leave items out.", rule="whole")
        before = asked.before or {}
        branch = str(before["source_branch"])
        found = await self._at.requests(branch)
        key, now = found[0] if len(found) == 1 else (asked.key, None)
        head = await self._at.head(branch)
        opened = {**before, "state": self.forge.words.open}
        if not stands(opened, now) or now is None or head != now["commit"]:
            raise Conflict(((asked, now),))
        gone = Change(targets.branches(self.place.path), {"branch": branch}, {"commit": head}, None)
        return Effect(
            (Change(asked.target, key, now, {"state": "closed"}), gone),
            destinations=(self.place.destination,),
            final=_GONE,
        )

    async def perform(self, request: Mapping[str, Json], effect: Effect, ledger: Ledger) -> Fields:
        """The request's key and fields then."""
        if effect.final:
            return await self._close(effect, ledger)
        *files, asked = effect.changes
        wanted = asked.after or {}
        base, message = str(request["base"]), str(request["message"])
        await ledger.note(effect, mark(time.time(), self.limit))
        done: list[tuple[str, Fields, Fields]] = []
        with anyio.CancelScope(shield=True):
            with anyio.move_on_after(self.limit):
                commit = await self._commit(base, message, files, str(wanted["source_branch"]))
                done.append((commit, *await self._ask(wanted)))
            if not done:
                raise in_doubt(self.name)
            commit, key, now = done[0]
            stored = {**{name: now[name] for name in FIELDS}, "commit": commit}
            made = Change(asked.target, key, None, stored)
            await ledger.complete(effect.holding((*files, made)))
        _, key, now = done[0]
        return {**key, **now}

    async def trace(self, effect: Effect, mark: Json) -> Trace:
        return settled(await self._found(effect), mark, time.time())

    async def _found(self, effect: Effect) -> Trace:
        asked = next(change for change in effect.changes if _is_request(change))
        branch = str((asked.before or asked.after or {})["source_branch"])
        found, head = await self._at.requests(branch), await self._at.head(branch)
        if asked.kind is Kind.CREATE:
            is_done, is_not = len(found) == 1, not found and head is None
        else:
            states = [fields["state"] for _, fields in found]
            is_done = states == ["closed"] and head is None
            is_not = states == [self.forge.words.open] and head is not None
        return Trace.DONE if is_done else Trace.NOT_DONE if is_not else Trace.UNKNOWN

    async def _files(self, arguments: Arguments, branch: str, base: str) -> list[Change]:
        target = targets.files(self.place.path, branch)
        changes: dict[str, Change] = {}
        for each in cast("list[dict[str, Json]]", arguments.given["files"]):
            path = names.file(str(each["path"]))
            if path in changes:
                raise InvalidArgument("files: one path is there twice.")
            now = await self._at.content(path, base, self.most)
            before: Fields | None = None if now is None else {"content": now}
            content = each.get("content")
            after: Fields | None = None if content is None else {"content": str(content)}
            if len(str(content or "").encode()) > self.most:
                raise InvalidArgument(f"files: one has more than {self.most} bytes.")
            if before == after:
                raise InvalidArgument("files: one is so already, or is to be deleted and is not there.")
            changes[path] = Change(target, {"path": path}, before, after)
        return list(changes.values())

    async def _commit(self, base: str, message: str, files: Sequence[Change], branch: str) -> str:
        """The commit's id. Raises `Refusal` where nothing was made."""
        try:
            return await self._at.commit(base, branch, message, files)
        except Unheard:
            try:
                made = await self._at.is_made(base, branch, message)
            except Refusal:
                made = None
            if made is None:
                raise in_doubt(self.name) from None
            return made

    async def _ask(self, wanted: Fields) -> tuple[Fields, Fields]:
        """Opens the request. Where the forge does not take it, the branch goes again."""
        branch = str(wanted["source_branch"])
        try:
            return await self._at.ask(wanted)
        except Unheard:
            try:
                found = await self._at.requests(branch)
            except Refusal:
                found = ()
            if len(found) != 1:
                raise in_doubt(self.name) from None
            return found[0]
        except Refusal:
            await self._remove(branch)
            raise

    async def _close(self, effect: Effect, ledger: Ledger) -> Fields:
        asked, gone = effect.changes
        branch = str(gone.key["branch"])
        found = [fields for key, fields in await self._at.requests(branch) if key == asked.key]
        now = found[0] if found else None
        if not stands(asked.before, now) or {"commit": await self._at.head(branch)} != gone.before:
            raise StaleConfirmation(
                "Somebody has changed it since, so nothing was done. Read it, and plan it anew."
            )
        await ledger.note(effect, mark(time.time(), self.limit))
        with anyio.move_on_after(self.limit, shield=True) as scope:
            try:
                await self._at.close(asked.key)
            except Unheard:
                raise in_doubt(self.name) from None
            await self._remove(branch)
        if scope.cancelled_caught:
            raise in_doubt(self.name)
        return {**asked.key, **(now or {}), "state": "closed"}

    async def _remove(self, branch: str) -> None:
        """Raises `InDoubt` where that is not sure: something else was done before."""
        try:
            await self._at.remove(branch)
        except (Unheard, Refusal):
            raise in_doubt(self.name) from None


def _is_request(change: Change) -> bool:
    return targets.Target.of(change.target).within == targets.PROPOSALS
