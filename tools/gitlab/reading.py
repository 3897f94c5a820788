"""What each tool that reads asks of GitLab, and the table that it makes of the answers."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final, cast

from policies.call import Column, Kind, Table
from policies.canonical import Json
from policies.errors import NotFound
from policies.sources import GitlabSource
from tools.code import toolset
from tools.code.columns import FILE, FOLDER, JOBS, PARTS
from tools.code.forge import Place
from tools.code.logs import COLUMNS as LOG
from tools.code.repositories import walk
from tools.gitlab import paths
from tools.gitlab.api import Api
from tools.gitlab.files import read_file
from tools.gitlab.issues import STATES
from tools.gitlab.jobs import Jobs
from tools.gitlab.notes import OLDEST_FIRST, note_row
from tools.gitlab.places import VISIBILITIES, at, place_of
from tools.gitlab.proposals import COLUMNS as PROPOSALS
from tools.gitlab.proposals import Proposals
from tools.rest import members
from tools.rest.joined import Part, fixed, joined
from tools.rest.lists import Cells, follow, table_of
from tools.sql.pages import Limits, Page

Request = Mapping[str, Json]

PROJECTS: Final = (
    Column("project", Kind.NAME),
    Column("description", Kind.TEXT),
    Column("default_branch", Kind.TEXT),
    Column("visibility", Kind.NAME),
    Column("archived", Kind.BOOLEAN),
    Column("last_activity_at", Kind.TIME),
)
HITS: Final = (Column("path", Kind.TEXT), Column("first_line", Kind.NUMBER), Column("text", Kind.TEXT))
ISSUES: Final = (
    Column("issue", Kind.NUMBER),
    Column("title", Kind.TEXT),
    Column("state", Kind.NAME),
    Column("labels", Kind.JSON),
    Column("author_name", Kind.TEXT),
    Column("assignee_names", Kind.JSON),
    Column("confidential", Kind.BOOLEAN),
    Column("created_at", Kind.TIME),
    Column("updated_at", Kind.TIME),
)
COLUMNS: Final = frozenset(
    column.name
    for answer in (PROJECTS, HITS, FILE, FOLDER, ISSUES, PARTS, PROPOSALS, JOBS, LOG)
    for column in answer
)
"""Those of all answers, by name."""

_FORMS: Final = {"blob": "file", "tree": "folder", "commit": "submodule"}


@dataclass(frozen=True, slots=True)
class Reader:
    """One source under one user's token. Every method raises `Refusal`."""

    name: str
    source: GitlabSource
    api: Api

    async def read(self, request: Request) -> Table:
        """Carries out the request of a plan: of it and of nothing else."""
        reads: Mapping[str, Callable[[Request], Awaitable[Table]]] = {
            toolset.REPOSITORIES: self._repositories,
            toolset.SEARCH: self._search,
            toolset.READ: self._read,
            toolset.ISSUES: self._issues,
            toolset.ISSUE: self._issue,
            toolset.PROPOSALS: self._proposals,
            toolset.PROPOSAL: self._proposal,
            toolset.JOBS: self._jobs,
            toolset.LOG: self._log,
        }
        return await reads[str(request["verb"])](request)

    async def _repositories(self, request: Request) -> Table:
        return await walk(self.source, request, PROJECTS, self._of_entry, path=_path_of, row=_project_row)

    async def _of_entry(self, pattern: str, offset: int) -> tuple[list[Json], bool]:
        group, star, _ = pattern.partition("/*")
        try:
            if not star:
                return [await self.api.value("projects", pattern)][offset:], False
            query = {"include_subgroups": "true", "with_shared": "false", "order_by": "id", "sort": "asc"}
            return await follow(self.api, self.source, offset, ("groups", group, "projects"), query)
        except NotFound:
            return [], False

    async def _project(self, request: Request) -> Place:
        return await place_of(self.api, self.name, str(request["place"]))

    async def _search(self, request: Request) -> Table:
        path = (*at(await self._project(request)), "search")
        query = {"scope": "blobs", "search": str(request["search"])}
        if request["ref"] is not None:
            query["ref"] = str(request["ref"])
        return await table_of(self.api, self.source, request, HITS, path=path, query=query, row=_hit_row)

    async def _read(self, request: Request) -> Table:
        project, path, ref = await self._project(request), request["path"], str(request["ref"] or "HEAD")
        if path is not None and not str(path).endswith("/"):
            return await self._file(project, str(path), ref)
        query = {"ref": ref} | ({} if path is None else {"path": str(path).rstrip("/")})
        tree = (*at(project), "repository", "tree")
        return await table_of(self.api, self.source, request, FOLDER, path=tree, query=query, row=_entry_row)

    async def _file(self, project: Place, path: str, ref: str) -> Table:
        most = self.source.max_bytes
        file = await read_file(self.api, project, path, ref, most)
        page = Page(Limits(rows=1, bytes=most, cell_bytes=most))
        form = "binary" if file.text is None else "text"
        page.add((path, file.commit, file.size, form, file.text))
        return page.table(FILE)

    async def _issues(self, request: Request) -> Table:
        path = (*at(await self._project(request)), "issues")
        query = {"state": str(request["state"]), "order_by": "created_at", "sort": "desc"}
        if request["search"] is not None:
            query["search"] = str(request["search"])
        if labels := cast("list[str]", request["labels"]):
            query["labels"] = ",".join(labels)
        return await table_of(self.api, self.source, request, ISSUES, path=path, query=query, row=_issue_row)

    async def _issue(self, request: Request) -> Table:
        """First what the issue says of itself, then its notes."""
        path = (*at(await self._project(request)), "issues", str(request["issue"]))
        own = _own_parts(members.record(await self.api.value(*path)))
        notes = partial(follow, self.api, self.source, path=(*path, "notes"), query=OLDEST_FIRST)
        return await joined(self.source, request, PARTS, [fixed(own), Part(notes, note_row)])

    async def _proposals(self, request: Request) -> Table:
        return await Proposals(self.api, self.source, await self._project(request)).listed(request)

    async def _proposal(self, request: Request) -> Table:
        return await Proposals(self.api, self.source, await self._project(request)).whole(request)

    async def _jobs(self, request: Request) -> Table:
        return await Jobs(self.api, self.source, await self._project(request)).listed(request)

    async def _log(self, request: Request) -> Table:
        return await Jobs(self.api, self.source, await self._project(request)).log(request)


def _path_of(project: members.Record) -> str:
    return members.text(project, "path_with_namespace")


def _project_row(project: members.Record) -> Cells:
    return (
        paths.project(_path_of(project)),
        members.optional_text(project, "description"),
        members.optional_text(project, "default_branch"),
        members.word(project, "visibility", VISIBILITIES),
        members.flag(project, "archived"),
        members.optional_text(project, "last_activity_at"),
    )


def _hit_row(item: Json) -> Cells:
    hit = members.record(item)
    return members.text(hit, "path"), members.number(hit, "startline"), members.text(hit, "data")


def _entry_row(item: Json) -> Cells:
    entry = members.record(item)
    return _FORMS[members.word(entry, "type", _FORMS)], members.text(entry, "path")


def _issue_row(item: Json) -> Cells:
    issue = members.record(item)
    return (
        members.number(issue, "iid"),
        members.text(issue, "title"),
        members.word(issue, "state", STATES),
        members.texts(issue, "labels"),
        members.person(issue.get("author")),
        members.people(issue, "assignees"),
        members.flag(issue, "confidential"),
        members.text(issue, "created_at"),
        members.optional_text(issue, "updated_at"),
    )


def _own_parts(issue: members.Record) -> list[Cells]:
    author, made = members.person(issue.get("author")), members.text(issue, "created_at")
    labels = ", ".join(map(str, members.texts(issue, "labels")))
    return [
        ("title", author, made, members.text(issue, "title")),
        ("state", None, None, members.word(issue, "state", STATES)),
        ("labels", None, None, labels),
        ("description", author, made, members.optional_text(issue, "description")),
    ]
