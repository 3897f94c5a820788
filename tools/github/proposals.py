"""Pull requests as they are read: what each would change, and what was said of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from policies.call import Table
from policies.canonical import Json
from policies.sources import GithubSource
from tools.code import columns
from tools.code.diffs import diff
from tools.code.forge import Place
from tools.github.api import Api
from tools.github.comments import comment_row
from tools.github.issues import STATES
from tools.github.people import login
from tools.github.places import at
from tools.github.words import WORDS
from tools.rest import members
from tools.rest.joined import Part, fixed, joined
from tools.rest.lists import Cells, follow, table_of

COLUMNS: Final = columns.proposals(WORDS.number)


@dataclass(frozen=True, slots=True)
class Proposals:
    """Those of one repository. Every method raises `Refusal`."""

    api: Api
    source: GithubSource
    place: Place

    async def listed(self, request: Mapping[str, Json]) -> Table:
        query = {"state": str(request["state"]), "sort": "created", "direction": "desc"}
        return await table_of(
            self.api, self.source, request, COLUMNS, path=self._at, query=query, row=_proposal_row
        )

    async def whole(self, request: Mapping[str, Json]) -> Table:
        """GitHub keeps what is said of a request in three places: of all of it, in reviews, and of lines."""
        number = str(request["proposal"])
        own = fixed(_own_parts(members.record(await self.api.value(*self._at, number))))
        parts = [
            self._part((*self._at, number, "files"), _diff_row),
            self._part((*at(self.place), "issues", number, "comments"), comment_row),
            self._part((*self._at, number, "reviews"), _review_row),
            self._part((*self._at, number, "comments"), _line_row),
        ]
        return await joined(self.source, request, columns.PARTS, [own, *parts])

    def _part(self, path: tuple[str, ...], row: Callable[[Json], Cells]) -> Part:
        return Part(partial(follow, self.api, self.source, path=path, query={}), row)

    @property
    def _at(self) -> tuple[str, ...]:
        return (*at(self.place), "pulls")


def _proposal_row(item: Json) -> Cells:
    told = members.record(item)
    source, target = members.record(told.get("head")), members.record(told.get("base"))
    return (
        members.number(told, "number"),
        members.text(told, "title"),
        _state(told),
        members.flag(told, "draft"),
        members.text(source, "ref"),
        members.text(target, "ref"),
        _repository(source) != _repository(target),
        login(told.get("user")),
        members.text(told, "created_at"),
        members.optional_text(told, "updated_at"),
    )


def _state(told: members.Record) -> str:
    return "merged" if told.get("merged_at") is not None else members.word(told, "state", STATES)


def _repository(side: members.Record) -> Json:
    """None for a fork that is gone."""
    told = side.get("repo")
    return told.get("id") if isinstance(told, dict) else None


def _own_parts(told: members.Record) -> list[Cells]:
    author, made = login(told.get("user")), members.text(told, "created_at")
    source, target = members.record(told.get("head")), members.record(told.get("base"))
    return [
        ("title", author, made, members.text(told, "title")),
        ("state", None, None, _state(told)),
        ("branches", None, None, f"{members.text(source, 'ref')} into {members.text(target, 'ref')}"),
        ("description", author, made, members.optional_text(told, "body")),
    ]


def _diff_row(item: Json) -> Cells:
    told = members.record(item)
    name, status = members.text(told, "filename"), members.text(told, "status")
    old = None if status == "added" else members.optional_text(told, "previous_filename") or name
    new = None if status == "removed" else name
    return "diff", None, None, diff(old, new, members.optional_text(told, "patch"))


def _review_row(item: Json) -> Cells:
    told = members.record(item)
    said = f"{members.text(told, 'state')}\n{members.optional_text(told, 'body') or ''}".strip()
    return "review", login(told.get("user")), members.optional_text(told, "submitted_at"), said


def _line_row(item: Json) -> Cells:
    """With the file that it is about."""
    part, author, made, said = comment_row(item)
    return part, author, made, f"{members.text(members.record(item), 'path')}: {said}"
