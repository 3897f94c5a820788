"""A small strict GitLab, REST API v4: what it does not know, it refuses, and it writes down who asked what.

After docs.gitlab.com/api: rest (pagination, status codes), oauth2, projects, groups, repositories,
repository_files, search, issues, notes, merge_requests, pipelines, jobs.
tests/tools/gitlab/test_fake.py drives it with python-gitlab.
"""

import base64
import hashlib
import itertools
import json
import re
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, unquote, urlencode

from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from tests.tools.code.hunks import hunks
from tests.tools.gitlab import changing
from tests.tools.gitlab.changing import PEOPLE, Unfit
from tests.tools.gitlab.world import (
    WHEN,
    Commit,
    Issue,
    MergeRequest,
    Note,
    Person,
    Project,
    blob_id,
    commit_id,
    world,
)

if TYPE_CHECKING:
    from tests.tools.rest.faults import Fault

READ_SCOPES: Final = frozenset({"api", "read_api"})
_NUMBERS: Final = itertools.count(1)
_PAGES: Final = frozenset({"page", "per_page"})
_LIMITS: Final = {"ratelimit-limit": "600", "ratelimit-observed": "1", "ratelimit-remaining": "599"}


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose token it is, and what it may do. A `personal` access token is one that OAuth does not know."""

    username: str
    scopes: frozenset[str] = frozenset({"read_api"})
    personal: bool = False


class BadToken(Exception):  # noqa: N818 - what is so
    """`why` is `unknown`, `revoked` or `expired`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


Check = Callable[[str], Awaitable[Holder]]
"""Of a token. Raises `BadToken`."""


class Tokens:
    """A `Check` of tokens that a test hands out and takes back."""

    def __init__(self) -> None:
        self._holders: dict[str, Holder] = {}
        self._ended: dict[str, str] = {}

    def give(self, username: str, *scopes: str, personal: bool = False) -> str:
        token = f"made-up-{next(_NUMBERS)}-for-{username}"
        self._holders[token] = Holder(username, frozenset(scopes or ("read_api",)), personal)
        return token

    def end(self, token: str, why: str = "revoked") -> None:
        self._ended[token] = why

    async def __call__(self, token: str) -> Holder:
        if token in self._ended:
            raise BadToken(self._ended[token])
        if token not in self._holders:
            raise BadToken("unknown")
        return self._holders[token]


class Refused(Exception):  # noqa: N818 - what is so
    def __init__(self, status: int, body: object, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status)
        self.answer = JSONResponse(body, status, dict(headers or {}))


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that came: `target` is as it stood on the wire."""

    method: str
    target: str
    username: str | None


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    segments: Sequence[str]
    query: Mapping[str, str]
    holder: Holder | None
    address: str
    body: Mapping[str, Any]

    @property
    def person(self) -> Person:
        return PEOPLE[_signed_in(self).username]

    @property
    def username(self) -> str | None:
        return self.holder.username if self.holder else None

    def only(self, *names: str) -> None:
        """A parameter that GitLab does not know is a slip of whoever sends it."""
        if strange := sorted(self.query.keys() - set(names)):
            raise Refused(400, {"error": f"{strange[0]} is unknown"})

    def one_of(self, name: str, default: str, *values: str) -> str:
        value = self.query.get(name, default)
        if value not in values:
            raise Refused(400, {"error": f"{name} does not have a valid value"})
        return value

    def flag(self, name: str, default: str = "false") -> bool:
        """python-gitlab writes `True`; Grape takes that too."""
        return self.one_of(name, default, "true", "True", "false", "False").lower() == "true"

    def number(self, name: str, default: int) -> int:
        text = self.query.get(name, str(default))
        if not text.isdecimal():
            raise Refused(400, {"error": f"{name} is invalid"})
        return int(text)


class GitLab:
    """An ASGI application. `faults` are taken in turn, one a request, and `losses` are the answers to what
    was changed; `asked` is all that came.
    """

    def __init__(self, check: Check, projects: list[Project] | None = None) -> None:
        self._check = check
        self.projects = world() if projects is None else projects
        self.faults: list[Fault] = []
        self.losses: list[Fault] = []
        self.asked: list[Asked] = []
        self.version = "18.5.1-ee"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise RuntimeError("HTTP alone is served")
        body = b""
        while (piece := await receive()).get("more_body"):
            body += piece.get("body", b"")
        await (await self._answer(scope, body + piece.get("body", b"")))(scope, receive, send)

    async def _answer(self, scope: Scope, body: bytes) -> Response:
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        raw, query = scope["raw_path"].decode(), scope["query_string"].decode()
        target = f"{raw}?{query}" if query else raw
        try:
            holder = await self._identify(headers)
        except BadToken as bad:
            self.asked.append(Asked(scope["method"], target, None))
            return _unauthorized(bad.why)
        self.asked.append(Asked(scope["method"], target, holder.username if holder else None))
        if self.faults:
            return self.faults.pop(0).answer()
        request = _Request(
            scope["method"],
            [unquote(part) for part in raw.strip("/").split("/")],
            dict(parse_qsl(query, keep_blank_values=True)),
            holder,
            f"http://{headers['host']}{raw}",
            json.loads(body or b"{}"),
        )
        try:
            answer = self._route(raw, request)
        except Refused as refused:
            answer = refused.answer
        except Unfit as unfit:
            answer = JSONResponse({"message": unfit.message}, unfit.status)
        if self.losses and request.method not in {"GET", "HEAD"}:
            return self.losses.pop(0).answer()
        if request.method == "HEAD":
            answer = Response(None, answer.status_code, dict(answer.headers))
            answer.headers["content-length"] = "0"
        answer.headers.update(_LIMITS)
        return answer

    async def _identify(self, headers: Mapping[str, str]) -> Holder | None:
        if "private-token" in headers:
            return await self._check(headers["private-token"])
        scheme, _, token = headers.get("authorization", "").partition(" ")
        return await self._check(token) if scheme.lower() == "bearer" else None

    def _route(self, raw: str, request: _Request) -> Response:
        if "//" in raw or any(unquote(part) in {".", ".."} for part in raw.split("/")):
            raise Refused(400, {"error": "the path is not in its normal form"})
        if list(request.segments) == ["oauth", "token", "info"]:
            return _token_info(request)
        if list(request.segments[:2]) != ["api", "v4"]:
            raise Refused(404, {"error": "404 Not Found"})
        if request.holder is not None and not request.holder.scopes & READ_SCOPES:
            raise _insufficient()
        if request.method not in {"GET", "HEAD"}:
            return self._change(request)
        match list(request.segments[2:]):
            case ["version"]:
                _signed_in(request)
                return JSONResponse({"version": self.version, "revision": "abcdef0"})
            case ["user"]:
                return JSONResponse(_person_json(request.person))
            case ["personal_access_tokens", "self"]:
                return _personal_token(request)
            case ["projects"]:
                return self._projects(request)
            case ["groups", group, "projects"]:
                return self._group_projects(request, group)
            case ["projects", project, *rest]:
                return self._project(request, self._find(request, project), rest)
            case _:
                raise Refused(404, {"error": "404 Not Found"})

    def _change(self, request: _Request) -> Response:
        if "api" not in _signed_in(request).scopes:
            raise _insufficient()
        match [request.method, *request.segments[2:]]:
            case [method, "projects", named, *rest]:
                project = self._find(request, named)
                return _changed(request, project, [method, *rest])
            case _:
                raise Refused(405, {"error": "405 Method Not Allowed"})

    def _projects(self, request: _Request) -> Response:
        request.only(*_PAGES, "pagination", "order_by", "sort", "id_after", "membership", "simple", "search")
        request.one_of("order_by", "id", "id")
        found = [
            project
            for project in self.projects
            if project.is_open_to(request.username)
            and (not request.flag("membership") or request.username in project.members)
            and request.query.get("search", "") in project.path
        ]
        if request.query.get("pagination") != "keyset":
            return _page(request, [_project_json(project) for project in found])
        found = [project for project in found if project.id > request.number("id_after", 0)]
        return _keyset(request, [(project.id, _project_json(project)) for project in found])

    def _group_projects(self, request: _Request, group: str) -> Response:
        request.only(*_PAGES, "include_subgroups", "with_shared", "simple", "order_by", "sort", "archived")
        within = [project for project in self.projects if project.path.startswith(f"{group}/")]
        seen = [project for project in within if project.is_open_to(request.username)]
        if not seen:
            raise _not_found("Group")
        if not request.flag("include_subgroups"):
            seen = [project for project in seen if project.path.rpartition("/")[0] == group]
        if request.flag("with_shared", default="true"):
            shared = [project for project in self.projects if group in project.shared_with]
            seen += [project for project in shared if project.is_open_to(request.username)]
        by_name = request.one_of("order_by", "created_at", "created_at", "id", "name", "path")
        seen.sort(key=lambda project: project.id)
        if by_name in {"name", "path"}:
            seen.sort(key=lambda project: project.path.rpartition("/")[2])
        if request.one_of("sort", "desc", "asc", "desc") == "desc":
            seen.reverse()
        return _page(request, [_project_json(project) for project in seen])

    def _find(self, request: _Request, named: str) -> Project:
        for project in self.projects:
            if not project.is_open_to(request.username):
                continue
            if named == str(project.id) or named.lower() == project.path.lower():
                return project
            if named in project.former_paths:
                there = request.address.replace(named.replace("/", "%2F"), str(project.id))
                raise Refused(301, {"message": "Moved"}, {"location": there})
        raise _not_found("Project")

    def _project(self, request: _Request, project: Project, rest: list[str]) -> Response:
        match rest:
            case []:
                request.only()
                return JSONResponse(_project_json(project))
            case ["repository", "tree"]:
                return _tree(request, project)
            case ["repository", "files", path]:
                return _file(request, project, path)
            case ["repository", "files", path, "raw"]:
                request.only("ref", "lfs")
                _, content = _content(request, project, path)
                return Response(content, media_type="text/plain")
            case ["search"]:
                return _search(request, project)
            case ["issues"]:
                return _issues(request, project)
            case ["issues", iid]:
                request.only()
                return JSONResponse(_issue_json(project, _issue(request, project, iid)))
            case ["issues", iid, "notes"]:
                return _notes(request, _issue(request, project, iid))
            case ["issues", iid, "notes", number]:
                request.only()
                return JSONResponse(_note_json(*_note(_issue(request, project, iid), number)))
            case ["labels", name] if name in project.labels:
                request.only()
                return JSONResponse({"id": 1, "name": name})
            case ["repository", "branches", name] if name in project.branches:
                request.only()
                return JSONResponse(_branch_json(project, name))
            case ["merge_requests"]:
                return _requests(request, project)
            case ["merge_requests", iid]:
                request.only()
                return JSONResponse(_request_json(_merge_request(project, iid)))
            case ["merge_requests", iid, "diffs"]:
                request.only(*_PAGES)
                return _page(request, _diffs(project, _merge_request(project, iid)))
            case ["merge_requests", iid, "notes"]:
                return _notes(request, _merge_request(project, iid))
            case ["repository", "commits", ref]:
                request.only()
                sha = _sha(project, ref)
                return JSONResponse(_commit_json(sha, project.commits.get(sha, Commit("Begin", ()))))
            case ["pipelines"]:
                return _pipelines(request, project)
            case ["pipelines", number, "jobs"]:
                request.only(*_PAGES)
                return _page(request, [told for told, _ in _jobs(project) if _is_of(told, number)])
            case ["jobs", number, *trace]:
                request.only()
                told, log = _job(project, number)
                return Response(log, media_type="text/plain") if trace == ["trace"] else JSONResponse(told)
            case _:
                raise Refused(404, {"error": "404 Not Found"})


def _signed_in(request: _Request) -> Holder:
    if request.holder is None:
        raise Refused(401, {"message": "401 Unauthorized"})
    return request.holder


def _unauthorized(why: str) -> Response:
    descriptions = {
        "revoked": "Token was revoked. You have to re-authorize from the user.",
        "expired": "Token is expired. You can either do re-authorization or token refresh.",
    }
    if why not in descriptions:
        return JSONResponse({"message": "401 Unauthorized"}, 401)
    body = {"error": "invalid_token", "error_description": descriptions[why]}
    challenge = f'Bearer realm="Protected by OAuth 2.0", error="invalid_token", error_description="{why}"'
    return JSONResponse(body, 401, {"www-authenticate": challenge})


def _insufficient() -> Refused:
    body = {
        "error": "insufficient_scope",
        "error_description": "The request requires higher privileges than provided by the access token.",
        "scope": "api read_api",
    }
    challenge = 'Bearer realm="Protected by OAuth 2.0", error="insufficient_scope"'
    return Refused(403, body, {"www-authenticate": challenge})


def _not_found(what: str) -> Refused:
    return Refused(404, {"message": f"404 {what} Not Found"})


def _token_info(request: _Request) -> Response:
    request.only()
    holder = _signed_in(request)
    if holder.personal:
        raise Refused(401, {"error": "invalid_token", "error_description": "The access token is invalid"})
    scopes = sorted(holder.scopes)
    return JSONResponse({"resource_owner_id": 1, "scope": scopes, "expires_in": 7200, "created_at": 1})


def _personal_token(request: _Request) -> Response:
    request.only()
    holder = _signed_in(request)
    if not holder.personal:
        raise _not_found("Personal Access Token")
    scopes = sorted(holder.scopes)
    return JSONResponse({"id": 1, "name": "t", "scopes": scopes, "active": True, "revoked": False})


def _bounds(request: _Request) -> tuple[int, int]:
    """The page and its size."""
    page, size = request.number("page", 1), min(request.number("per_page", 20), 100)
    if not page or not size:
        raise Refused(400, {"error": "page does not have a valid value"})
    return page, size


def _page(request: _Request, items: Sequence[object]) -> Response:
    """Offset pagination, with the headers and the links that go with it."""
    page, size = _bounds(request)
    last = max(1, -(-len(items) // size))
    following = str(page + 1) if page < last else ""
    links = {"first": 1, "last": last} | ({"next": page + 1} if following else {})
    headers = {
        "link": ", ".join(_link(request, rel, page=number) for rel, number in links.items()),
        "x-next-page": following,
        "x-page": str(page),
        "x-per-page": str(size),
        "x-prev-page": str(page - 1) if page > 1 else "",
        "x-total": str(len(items)),
        "x-total-pages": str(last),
    }
    return JSONResponse(items[(page - 1) * size : page * size], headers=headers)


def _keyset(request: _Request, items: Sequence[tuple[int, object]]) -> Response:
    """Keyset pagination by id: a link to the next page, and no other word of it."""
    _, size = _bounds(request)
    request.one_of("sort", "asc", "asc")
    headers = {"link": _link(request, "next", id_after=items[size - 1][0])} if len(items) > size else {}
    return JSONResponse([item for _, item in items[:size]], headers=headers)


def _link(request: _Request, rel: str, **changes: int) -> str:
    return f'<{request.address}?{urlencode({**request.query, **changes})}>; rel="{rel}"'


def _project_json(project: Project) -> dict[str, Any]:
    name = project.path.rpartition("/")[2]
    return {
        "id": project.id,
        "name": name,
        "path": name,
        "path_with_namespace": project.path,
        "description": project.description,
        "default_branch": project.default_branch,
        "visibility": project.visibility,
        "archived": False,
        "last_activity_at": WHEN,
        "web_url": f"https://gitlab.example/{project.path}",
        "namespace": {"full_path": project.path.rpartition("/")[0], "kind": "group"},
    }


def _files(request: _Request, project: Project) -> dict[str, bytes]:
    files = project.files(request.query.get("ref", "HEAD"))
    if files is None:
        raise _not_found("Commit")
    return files


def _content(request: _Request, project: Project, path: str) -> tuple[dict[str, bytes], bytes]:
    if any(part in {"", ".", ".."} for part in path.split("/")):
        raise Refused(400, {"error": "file_path should be a valid file path"})
    files = _files(request, project)
    if path not in files:
        raise _not_found("File")
    return files, files[path]


def _file(request: _Request, project: Project, path: str) -> Response:
    request.only("ref")
    if "ref" not in request.query:
        raise Refused(400, {"error": "ref is missing, ref is empty"})
    files, content = _content(request, project, path)
    commit = commit_id(files)
    facts = {
        "file_name": path.rpartition("/")[2],
        "file_path": path,
        "size": len(content),
        "encoding": "base64",
        "content_sha256": hashlib.sha256(content).hexdigest(),
        "ref": request.query["ref"],
        "blob_id": blob_id(content),
        "commit_id": commit,
        "last_commit_id": commit,
        "execute_filemode": False,
    }
    if request.method == "HEAD":
        headers = {f"x-gitlab-{name.replace('_', '-')}": _header(value) for name, value in facts.items()}
        return Response(b"", headers=headers)
    return JSONResponse({**facts, "content": base64.b64encode(content).decode()})


def _header(value: object) -> str:
    """Real ones send names of files as bytes in UTF-8."""
    return json.dumps(value) if isinstance(value, bool) else str(value).encode().decode("latin-1")


def _tree(request: _Request, project: Project) -> Response:
    request.only(*_PAGES, "path", "ref", "recursive", "pagination")
    files, folder = _files(request, project), request.query.get("path", "").strip("/")
    before = f"{folder}/" if folder else ""
    below = [path.removeprefix(before) for path in files if path.startswith(before)]
    if not below:
        raise _not_found("invalid revision or path")
    folders = sorted({path.split("/")[0] for path in below if "/" in path})
    names = sorted(path for path in below if "/" not in path)
    entries = [_entry(before, name, "tree", hashlib.sha1(name.encode()).hexdigest()) for name in folders]
    entries += [_entry(before, name, "blob", blob_id(files[before + name])) for name in names]
    return _page(request, entries)


def _entry(before: str, name: str, kind: str, sha: str) -> dict[str, str]:
    mode = "040000" if kind == "tree" else "100644"
    return {"id": sha, "name": name, "type": kind, "path": before + name, "mode": mode}


def _search(request: _Request, project: Project) -> Response:
    request.only(*_PAGES, "scope", "search", "ref")
    _signed_in(request)
    if request.one_of("scope", "", "blobs") and not request.query.get("search"):
        raise Refused(400, {"error": "search is missing, search is empty"})
    ref, wanted = request.query.get("ref", project.default_branch), request.query["search"].lower()
    found: list[dict[str, Any]] = []
    for path, content in sorted(_files(request, project).items()):
        lines = [] if b"\0" in content else content.decode().splitlines(keepends=True)
        for number, line in enumerate(lines, 1):
            if wanted in line.lower():
                start = max(1, number - 2)
                found.append(
                    {
                        "basename": re.sub(r"\.[^.]*$", "", path),
                        "data": "".join(lines[start - 1 : number + 2]),
                        "path": path,
                        "filename": path,
                        "id": None,
                        "ref": ref,
                        "startline": start,
                        "project_id": project.id,
                    }
                )
                break
    return _page(request, found)


def _person_json(person: Person) -> dict[str, Any]:
    return {"id": person.id, "username": person.username, "name": person.name, "state": "active"}


def _issue_json(project: Project, issue: Issue) -> dict[str, Any]:
    return {
        "id": project.id * 1000 + issue.iid,
        "iid": issue.iid,
        "project_id": project.id,
        "title": issue.title,
        "description": issue.description,
        "state": issue.state,
        "created_at": issue.created_at,
        "updated_at": WHEN,
        "closed_at": WHEN if issue.state == "closed" else None,
        "labels": list(issue.labels),
        "author": _person_json(issue.author),
        "assignees": [_person_json(person) for person in issue.assignees],
        "confidential": issue.confidential,
        "user_notes_count": len(issue.notes),
    }


def _visible(request: _Request, project: Project) -> list[Issue]:
    """Newest first; confidential ones to members alone."""
    may = request.username in project.members
    return [issue for issue in reversed(project.issues) if may or not issue.confidential]


def _issues(request: _Request, project: Project) -> Response:
    request.only(
        *_PAGES,
        "pagination",
        "state",
        "labels",
        "search",
        "in",
        "order_by",
        "sort",
        "scope",
        "created_after",
    )
    own = request.one_of("scope", "all", "all", "created_by_me") == "created_by_me"
    only_titles = request.one_of("in", "title,description", "title", "title,description") == "title"
    state = request.one_of("state", "all", "opened", "closed", "all")
    request.one_of("order_by", "created_at", "created_at", "updated_at")
    descending = request.one_of("sort", "desc", "asc", "desc") == "desc"
    labels = frozenset(filter(None, request.query.get("labels", "").split(",")))
    wanted = request.query.get("search", "").lower()
    found = [
        issue
        for issue in _visible(request, project)
        if state in {"all", issue.state}
        and labels <= set(issue.labels)
        and wanted in (issue.title if only_titles else f"{issue.title}\n{issue.description}").lower()
        and (not own or issue.author == request.person)
        and issue.created_at >= request.query.get("created_after", "")
    ]
    return _page(request, _json_of(project, found if descending else reversed(found)))


def _json_of(project: Project, issues: Iterable[Issue]) -> list[dict[str, Any]]:
    return [_issue_json(project, issue) for issue in issues]


def _issue(request: _Request, project: Project, iid: str) -> Issue:
    for issue in _visible(request, project):
        if str(issue.iid) == iid:
            return issue
    raise _not_found("Issue") if iid.isdecimal() else Refused(400, {"error": "issue_iid is invalid"})


def _notes(request: _Request, issue: Issue | MergeRequest) -> Response:
    request.only(*_PAGES, "order_by", "sort")
    request.one_of("order_by", "created_at", "created_at", "updated_at")
    notes = [_note_json(number, note) for number, note in _numbered(issue)]
    return _page(request, notes if request.one_of("sort", "desc", "asc", "desc") == "asc" else notes[::-1])


def _note_json(number: int, note: Note) -> dict[str, Any]:
    return {
        "id": number,
        "body": note.body,
        "author": _person_json(note.author),
        "created_at": note.created_at,
        "updated_at": WHEN,
        "system": note.system,
        "internal": False,
        "noteable_type": "Issue",
    }


def _numbered(issue: Issue | MergeRequest) -> list[tuple[int, Note]]:
    return [(note.id or number, note) for number, note in enumerate(issue.notes, 1)]


def _note(issue: Issue, number: str) -> tuple[int, Note]:
    for each, note in _numbered(issue):
        if str(each) == number:
            return each, note
    raise _not_found("Note")


def _branch_json(project: Project, name: str) -> dict[str, Any]:
    is_default = name == project.default_branch
    sha = commit_id(project.branches[name])
    commit = _commit_json(sha, project.commits.get(sha, Commit("Begin", ())))
    return {"name": name, "default": is_default, "protected": is_default, "merged": False, "commit": commit}


def _commit_json(sha: str, commit: Commit) -> dict[str, Any]:
    return {
        "id": sha,
        "short_id": sha[:8],
        "message": commit.message,
        "title": commit.message.splitlines()[0],
        "parent_ids": list(commit.parents),
    }


def _request_json(asked: MergeRequest) -> dict[str, Any]:
    return {
        "id": 5000 + asked.iid,
        "iid": asked.iid,
        "title": asked.title,
        "description": asked.description,
        "state": asked.state,
        "source_branch": asked.source_branch,
        "target_branch": asked.target_branch,
        "sha": asked.sha,
        "author": _person_json(asked.author),
        "created_at": WHEN,
        "updated_at": WHEN,
        "draft": asked.draft,
        "source_project_id": 10,
        "target_project_id": 10,
    }


def _merge_request(project: Project, iid: str) -> MergeRequest:
    for asked in project.requests:
        if str(asked.iid) == iid:
            return asked
    raise _not_found("Merge Request")


def _requests(request: _Request, project: Project) -> Response:
    request.only(*_PAGES, "source_branch", "state", "scope", "order_by", "sort")
    request.one_of("order_by", "created_at", "created_at")
    request.one_of("sort", "desc", "desc")
    state = request.one_of("state", "all", "opened", "closed", "merged", "all")
    own = request.one_of("scope", "created_by_me", "created_by_me", "all") == "created_by_me"
    branch = request.query.get("source_branch")
    found = [
        _request_json(asked)
        for asked in reversed(project.requests)
        if state in {"all", asked.state}
        and (not own or asked.author == request.person)
        and branch in {None, asked.source_branch}
    ]
    return _page(request, found)


def _diffs(project: Project, asked: MergeRequest) -> list[dict[str, Any]]:
    """docs.gitlab.com/api/merge_requests: what is no text has an empty diff."""
    base, head = project.branches[asked.target_branch], project.files(asked.sha) or {}
    return [
        {
            "old_path": path,
            "new_path": path,
            "new_file": path not in base,
            "deleted_file": path not in head,
            "renamed_file": False,
            "diff": "" if b"\0" in head.get(path, b"") else hunks(base.get(path, b""), head.get(path, b"")),
        }
        for path in sorted(base.keys() | head.keys())
        if base.get(path) != head.get(path)
    ]


def _sha(project: Project, ref: str) -> str:
    files = project.files(ref)
    if files is None:
        raise _not_found("Commit")
    return commit_id(files)


def _pipelines(request: _Request, project: Project) -> Response:
    request.only(*_PAGES, "sha")
    wanted = request.query.get("sha")
    found = [each for each in reversed(project.pipelines) if wanted in {None, each.sha}]
    return _page(request, [{"id": each.id, "sha": each.sha, "status": "failed"} for each in found])


def _jobs(project: Project) -> Iterator[tuple[dict[str, Any], bytes]]:
    for pipeline in project.pipelines:
        for job in pipeline.jobs:
            told = {
                "id": job.id,
                "name": job.name,
                "stage": job.stage,
                "status": job.status,
                "started_at": WHEN,
                "finished_at": None,
                "pipeline": {"id": pipeline.id, "sha": pipeline.sha},
            }
            yield told, job.log


def _is_of(told: Mapping[str, Any], pipeline: str) -> bool:
    return str(told["pipeline"]["id"]) == pipeline


def _job(project: Project, number: str) -> tuple[dict[str, Any], bytes]:
    for told, log in _jobs(project):
        if str(told["id"]) == number:
            return told, log
    raise _not_found("Job")


def _changed(request: _Request, project: Project, asked: list[str]) -> Response:
    """Whoever sees it may open and comment on issues; only members push, and change what is others'."""
    who, given, may = request.person, request.body, request.username in project.members
    request.only()
    match asked:
        case ["POST", "issues"]:
            return JSONResponse(_issue_json(project, changing.new_issue(project, who, given)), 201)
        case ["PUT", "issues", iid]:
            issue = _issue(request, project, iid)
            if not may and issue.author != who:
                raise Refused(403, {"message": "403 Forbidden"})
            return JSONResponse(_issue_json(project, changing.change_issue(project, issue, given)))
        case ["POST", "issues", iid, "notes"]:
            issue = _issue(request, project, iid)
            return JSONResponse(_note_json(*changing.new_note(project, issue, who, given)), 201)
        case ["DELETE", "issues", iid, "notes", number]:
            issue = _issue(request, project, iid)
            changing.remove_note(project, issue, who, _note(issue, number)[1])
            return Response(status_code=204)
        case _ if not may:
            raise Refused(403, {"message": "403 Forbidden"})
        case ["POST", "repository", "commits"]:
            return JSONResponse(_commit_json(*changing.new_commit(project, given)), 201)
        case ["DELETE", "repository", "branches", name]:
            changing.remove_branch(project, name)
            return Response(status_code=204)
        case ["POST", "merge_requests"]:
            return JSONResponse(_request_json(changing.new_request(project, who, given)), 201)
        case ["PUT", "merge_requests", iid]:
            found = _merge_request(project, iid)
            return JSONResponse(_request_json(changing.change_request(project, found, given)))
        case _:
            raise Refused(405, {"error": "405 Method Not Allowed"})
