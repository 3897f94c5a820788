"""Merge requests as they are read: what each would change, and what was said of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from policies.call import Table
from policies.canonical import Json
from policies.sources import GitlabSource
from tools.code import columns
from tools.code.diffs import diff
from tools.code.forge import Place
from tools.gitlab.api import Api
from tools.gitlab.notes import OLDEST_FIRST, note_row
from tools.gitlab.places import at
from tools.gitlab.words import WORDS
from tools.rest import members
from tools.rest.joined import Part, fixed, joined
from tools.rest.lists import Cells, follow, table_of

COLUMNS: Final = columns.proposals(WORDS.number)
STATES: Final = ("opened", "closed", "locked", "merged")


@dataclass(frozen=True, slots=True)
class Proposals:
    """Those of one project. Every method raises `Refusal`."""

    api: Api
    source: GitlabSource
    place: Place

    async def listed(self, request: Mapping[str, Json]) -> Table:
        query = {"state": str(request["state"]), "scope": "all", "order_by": "created_at", "sort": "desc"}
        return await table_of(
            self.api, self.source, request, COLUMNS, path=self._at, query=query, row=_proposal_row
        )

    async def whole(self, request: Mapping[str, Json]) -> Table:
        path = (*self._at, str(request["proposal"]))
        own = _own_parts(members.record(await self.api.value(*path)))
        diffs = partial(follow, self.api, self.source, path=(*path, "diffs"), query={})
        notes = partial(follow, self.api, self.source, path=(*path, "notes"), query=OLDEST_FIRST)
        parts = [fixed(own), Part(diffs, _diff_row), Part(notes, note_row)]
        return await joined(self.source, request, columns.PARTS, parts)

    @property
    def _at(self) -> tuple[str, ...]:
        return (*at(self.place), "merge_requests")


def _proposal_row(item: Json) -> Cells:
    told = members.record(item)
    return (
        members.number(told, "iid"),
        members.text(told, "title"),
        members.word(told, "state", STATES),
        members.flag(told, "draft"),
        members.text(told, "source_branch"),
        members.text(told, "target_branch"),
        told.get("source_project_id") != told.get("target_project_id"),
        members.person(told.get("author")),
        members.text(told, "created_at"),
        members.optional_text(told, "updated_at"),
    )


def _own_parts(told: members.Record) -> list[Cells]:
    author, made = members.person(told.get("author")), members.text(told, "created_at")
    branches = f"{members.text(told, 'source_branch')} into {members.text(told, 'target_branch')}"
    return [
        ("title", author, made, members.text(told, "title")),
        ("state", None, None, members.word(told, "state", STATES)),
        ("branches", None, None, branches),
        ("description", author, made, members.optional_text(told, "description")),
    ]


def _diff_row(item: Json) -> Cells:
    told = members.record(item)
    old = None if members.flag(told, "new_file") else members.text(told, "old_path")
    new = None if members.flag(told, "deleted_file") else members.text(told, "new_path")
    return "diff", None, None, diff(old, new, members.optional_text(told, "diff"))
