"""Branches of one repository, and its pull requests.

docs.github.com/en/rest/git: trees and commits are made first, and nobody sees them before a branch leads to
them. So the branch is the one request that counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from policies.canonical import Json
from policies.change import Change, Fields
from policies.errors import InvalidArgument, NotFound, UpstreamFailed
from tools.code.forge import Place
from tools.github.api import Api
from tools.github.files import read_file
from tools.github.people import login, me
from tools.github.places import at
from tools.rest import members
from tools.rest.refusals import odd
from tools.rest.unheard import Unheard, heard

_PLAIN: Final = "100644"
_FILES: Final = frozenset({_PLAIN, "100755"})
_STATES: Final = ("open", "closed")


@dataclass(frozen=True, slots=True)
class GithubBranches:
    """See `tools.code.forge.Branches`."""

    api: Api
    place: Place

    async def head(self, branch: str) -> str | None:
        try:
            told = members.record(await self.api.value(*self._git, "ref", "heads", *branch.split("/")))
        except NotFound:
            return None
        return members.sha(members.text(members.record(told.get("object")), "sha"))

    async def content(self, path: str, commit: str, most: int) -> str | None:
        try:
            file = await read_file(self.api, self.place, path, commit, most)
        except NotFound:
            return None
        if file.text is None:
            raise InvalidArgument("files: one of them holds something else than text now.")
        return file.text

    async def commit(self, base: str, branch: str, message: str, files: Sequence[Change]) -> str:
        root = await self._tree_of(base)
        entries = [await self._entry(root, change) for change in files]
        tree = await self._made("trees", base_tree=root, tree=[*entries])
        commit = await self._made("commits", message=message, tree=tree, parents=[base])
        await self.api.send("POST", *self._git, "refs", ref=f"refs/heads/{branch}", sha=commit)
        return commit

    async def is_made(self, base: str, branch: str, message: str) -> str | None:
        head = await self.head(branch)
        if head is None:
            return None
        told = members.record(await self.api.value(*self._git, "commits", head))
        parents = told.get("parents")
        first = parents[0] if isinstance(parents, list) and len(parents) == 1 else None
        is_upon = isinstance(first, dict) and first.get("sha") == base
        return head if is_upon and members.text(told, "message") == message else None

    async def ask(self, wanted: Fields) -> tuple[Fields, Fields]:
        answer = await self.api.send(
            "POST",
            *self._pulls,
            title=wanted["title"],
            body=wanted["description"],
            head=wanted["source_branch"],
            base=wanted["target_branch"],
        )
        with heard():
            return _keyed(members.record(answer))

    async def requests(self, branch: str) -> Sequence[tuple[Fields, Fields]]:
        own = await me(self.api)
        query = {"head": f"{self.place.path.partition('/')[0]}:{branch}", "state": "all", "per_page": "20"}
        told = map(members.record, (await self.api.page(*self._pulls, **query)).items)
        return [_keyed(each) for each in told if login(each.get("user")) == own]

    async def close(self, key: Fields) -> None:
        await self.api.send("PATCH", *self._pulls, str(key["pull_request"]), state="closed")

    async def remove(self, branch: str) -> None:
        await self.api.send("DELETE", *self._git, "refs", "heads", *branch.split("/"))

    async def _tree_of(self, commit: str) -> str:
        told = members.record(await self.api.value(*self._git, "commits", commit))
        return members.sha(members.text(members.record(told.get("tree")), "sha"))

    async def _made(self, what: str, **body: Json) -> str:
        """The id of something that nobody sees yet: where nobody hears of it, nothing was done."""
        try:
            answer = await self.api.send("POST", *self._git, what, **body)
        except Unheard as error:
            raise UpstreamFailed("GitHub failed before anything was done. Try again later.") from error
        return members.sha(members.text(members.record(answer), "sha"))

    async def _entry(self, root: str, change: Change) -> Json:
        path = str(change.key["path"])
        mode = _PLAIN if change.before is None else await self._mode(root, path)
        entry: dict[str, Json] = {"path": path, "mode": mode, "type": "blob"}
        return {**entry, **(change.after if change.after is not None else {"sha": None})}

    async def _mode(self, root: str, path: str) -> str:
        """Of a file that is there: one that can be run stays one."""
        tree, parts = root, path.split("/")
        for number, part in enumerate(parts, 1):
            told = members.record(await self.api.value(*self._git, "trees", tree))
            entries = told.get("tree")
            if not isinstance(entries, list):
                raise odd("a tree has no entries")
            found = next((each for each in map(members.record, entries) if each.get("path") == part), None)
            if found is None:
                raise odd("a file is in no tree")
            if number == len(parts):
                return members.word(found, "mode", _FILES)
            tree = members.sha(members.text(found, "sha"))
        raise AssertionError("a path has a last part")

    @property
    def _git(self) -> tuple[str, ...]:
        return (*at(self.place), "git")

    @property
    def _pulls(self) -> tuple[str, ...]:
        return (*at(self.place), "pulls")


def _keyed(told: members.Record) -> tuple[Fields, Fields]:
    head, base = members.record(told.get("head")), members.record(told.get("base"))
    is_merged = told.get("merged_at") is not None
    fields: Fields = {
        "title": members.text(told, "title"),
        "description": members.optional_text(told, "body") or "",
        "source_branch": members.text(head, "ref"),
        "target_branch": members.text(base, "ref"),
        "state": "merged" if is_merged else members.word(told, "state", _STATES),
        "commit": members.sha(members.text(head, "sha")),
    }
    return {"pull_request": members.number(told, "number")}, fields
