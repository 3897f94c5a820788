"""What each tool that reads asks of GitHub, and the table that it makes of the answers."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final, cast

from policies.call import Column, Kind, Table
from policies.canonical import Json
from policies.errors import InvalidArgument, NotFound
from policies.sources import GithubSource
from tools.code import toolset
from tools.code.columns import FILE, FOLDER, JOBS, PARTS
from tools.code.forge import Place
from tools.code.logs import COLUMNS as LOG
from tools.code.repositories import walk
from tools.github import paths, refusals
from tools.github.api import Api
from tools.github.comments import comment_row
from tools.github.files import commit_of, read_file, read_folder
from tools.github.issues import STATES, labels_of
from tools.github.jobs import Jobs
from tools.github.people import login, logins
from tools.github.places import at, place_of
from tools.github.proposals import COLUMNS as PROPOSALS
from tools.github.proposals import Proposals
from tools.rest import members
from tools.rest.joined import Part, fixed, joined
from tools.rest.lists import Cells, Rows, follow, table_of
from tools.sql.pages import Limits, Page

Request = Mapping[str, Json]

REPOSITORIES: Final = (
    Column("repository", Kind.NAME),
    Column("description", Kind.TEXT),
    Column("default_branch", Kind.TEXT),
    Column("visibility", Kind.NAME),
    Column("archived", Kind.BOOLEAN),
    Column("pushed_at", Kind.TIME),
)
HITS: Final = (Column("path", Kind.TEXT), Column("text", Kind.TEXT))
ISSUES: Final = (
    Column("issue", Kind.NUMBER),
    Column("title", Kind.TEXT),
    Column("state", Kind.NAME),
    Column("labels", Kind.JSON),
    Column("author_name", Kind.TEXT),
    Column("assignee_names", Kind.JSON),
    Column("created_at", Kind.TIME),
    Column("updated_at", Kind.TIME),
)
COLUMNS: Final = frozenset(
    column.name
    for answer in (REPOSITORIES, HITS, FILE, FOLDER, ISSUES, PARTS, PROPOSALS, JOBS, LOG)
    for column in answer
)
"""Those of all answers, by name."""
_FORMS: Final = {"file": "file", "dir": "folder", "submodule": "submodule", "symlink": "link"}


@dataclass(frozen=True, slots=True)
class Reader:
    """One source under one user's token. Every method raises `Refusal`."""

    name: str
    source: GithubSource
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
        return await walk(
            self.source, request, REPOSITORIES, self._of_entry, path=_path_of, row=_repository_row
        )

    async def _of_entry(self, pattern: str, offset: int) -> tuple[list[Json], bool]:
        owner, star, _ = pattern.partition("/*")
        try:
            if not star:
                return [await self.api.value("repos", *pattern.split("/"))][offset:], False
            return await follow(
                self.api, self.source, offset, ("orgs", owner, "repos"), {"sort": "full_name"}
            )
        except NotFound:
            return [], False

    async def _place(self, request: Request) -> Place:
        return await place_of(self.api, self.name, str(request["place"]))

    async def _search(self, request: Request) -> Table:
        place = await self._place(request)
        query = {"q": f"{_quoted(str(request['search']))} repo:{place.path}"}
        row = _hit_row(self.name, place)
        return await table_of(
            self.api, self.source, request, HITS, path=("search", "code"), query=query, row=row
        )

    async def _read(self, request: Request) -> Table:
        place, path = await self._place(request), request["path"]
        commit = await commit_of(self.api, place, request["ref"])
        if path is not None and not str(path).endswith("/"):
            return await self._file(place, str(path), commit)
        offset = int(str(request["offset"]))
        entries = (await read_folder(self.api, place, str(path or ""), commit))[offset:]
        rows = Rows(self.source, FOLDER)
        rows.extend(map(_entry_row, entries))
        return rows.table(str(request["query"]), offset + rows.taken, more=rows.taken < len(entries))

    async def _file(self, place: Place, path: str, commit: str) -> Table:
        most = self.source.max_bytes
        file = await read_file(self.api, place, path, commit, most)
        page = Page(Limits(rows=1, bytes=most, cell_bytes=most))
        page.add((path, commit, file.size, "binary" if file.text is None else "text", file.text))
        return page.table(FILE)

    async def _issues(self, request: Request) -> Table:
        where, query = _asked(await self._place(request), request)
        issues = partial(follow, self.api, self.source, path=where, query=query)
        return await joined(self.source, request, ISSUES, [Part(issues, _issue_row)])

    async def _issue(self, request: Request) -> Table:
        """First what the issue says of itself, then its comments."""
        where = (*at(await self._place(request)), "issues", str(request["issue"]))
        issue = members.record(await self.api.value(*where))
        if "pull_request" in issue:
            raise refusals.not_found(self.name)
        comments = partial(follow, self.api, self.source, path=(*where, "comments"), query={})
        parts = [fixed(_own_parts(issue)), Part(comments, comment_row)]
        return await joined(self.source, request, PARTS, parts)

    async def _proposals(self, request: Request) -> Table:
        return await Proposals(self.api, self.source, await self._place(request)).listed(request)

    async def _proposal(self, request: Request) -> Table:
        return await Proposals(self.api, self.source, await self._place(request)).whole(request)

    async def _jobs(self, request: Request) -> Table:
        return await Jobs(self.api, self.source, await self._place(request)).listed(request)

    async def _log(self, request: Request) -> Table:
        return await Jobs(self.api, self.source, await self._place(request)).log(request)


def _asked(place: Place, request: Request) -> tuple[tuple[str, ...], dict[str, str]]:
    """Where issues are listed, or searched, and for what."""
    state, labels = str(request["state"]), cast("list[str]", request["labels"])
    order = {"sort": "created", "direction": "desc"}
    if request["search"] is None:
        return (*at(place), "issues"), {"state": state, "labels": ",".join(labels), **order}
    words = [_quoted(str(request["search"])), f"repo:{place.path}", "is:issue", "in:title,body"]
    words += [] if state == "all" else [f"state:{state}"]
    words += [f"label:{_quoted(label)}" for label in labels]
    return ("search", "issues"), {"q": " ".join(words), "sort": "created", "order": "desc"}


def _quoted(text: str) -> str:
    """As words of a search that stand together, and never as one of its filters."""
    if '"' in text or "\\" in text or not text.isprintable():
        raise InvalidArgument("search and labels: leave out quotes and backslashes.")
    return f'"{text}"'


def _path_of(repository: members.Record) -> str:
    return members.text(repository, "full_name")


def _repository_row(repository: members.Record) -> Cells:
    return (
        paths.repository(_path_of(repository)),
        members.optional_text(repository, "description"),
        members.optional_text(repository, "default_branch"),
        "private" if members.flag(repository, "private") else "public",
        members.flag(repository, "archived"),
        members.optional_text(repository, "pushed_at"),
    )


def _hit_row(source: str, place: Place) -> Callable[[Json], Cells]:
    def row(item: Json) -> Cells:
        hit = members.record(item)
        if _path_of(members.record(hit.get("repository"))).lower() != place.path.lower():
            raise refusals.not_found(source)
        return members.text(hit, "path"), _fragments(hit)

    return row


def _fragments(hit: members.Record) -> str | None:
    """What GitHub shows of where it found it."""
    found = hit.get("text_matches")
    parts = [members.record(each) for each in found] if isinstance(found, list) else []
    return "\n...\n".join(members.text(each, "fragment") for each in parts) or None


def _entry_row(item: Json) -> Cells:
    entry = members.record(item)
    return _FORMS[members.word(entry, "type", _FORMS)], members.text(entry, "path")


def _issue_row(item: Json) -> Cells | None:
    """A pull request is an issue to GitHub, and none here."""
    issue = members.record(item)
    if "pull_request" in issue:
        return None
    return (
        members.number(issue, "number"),
        members.text(issue, "title"),
        members.word(issue, "state", STATES),
        labels_of(issue),
        login(issue.get("user")),
        logins(issue, "assignees"),
        members.text(issue, "created_at"),
        members.optional_text(issue, "updated_at"),
    )


def _own_parts(issue: members.Record) -> list[Cells]:
    author, made = login(issue.get("user")), members.text(issue, "created_at")
    return [
        ("title", author, made, members.text(issue, "title")),
        ("state", None, None, members.word(issue, "state", STATES)),
        ("labels", None, None, ", ".join(map(str, labels_of(issue)))),
        ("description", author, made, members.optional_text(issue, "body")),
    ]
