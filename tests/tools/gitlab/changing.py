"""What the pretend GitLab changes: issues, comments, branches, commits and merge requests.

After docs.gitlab.com/api: issues, notes, branches, commits, merge_requests; and quick_actions, which it obeys
in what is written, as the real one does.
"""

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from tests.tools.gitlab.world import (
    ADA,
    BOB,
    Commit,
    Issue,
    MergeRequest,
    Note,
    Person,
    Project,
    commit_id,
)

PEOPLE: Final = {person.username: person for person in (ADA, BOB)}
_NUMBERS: Final = itertools.count(1001)
_CLOSE: Final = re.compile(r"^\s*/close\b", re.MULTILINE)


class Unfit(Exception):  # noqa: N818 - what is so
    """Refused with this status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class Body:
    """The fields of a request. What GitLab does not know is a slip of whoever sends it."""

    def __init__(self, given: Mapping[str, Any], *known: str) -> None:
        if strange := sorted(given.keys() - set(known)):
            raise Unfit(400, f"{strange[0]} is unknown")
        self._given = given

    def text(self, name: str) -> str:
        value = self._given.get(name)
        if not isinstance(value, str) or not value:
            raise Unfit(400, f"{name} is missing, {name} is empty")
        return value

    def has(self, name: str) -> bool:
        return name in self._given

    def get(self, name: str, default: Any = None) -> Any:
        return self._given.get(name, default)


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def new_issue(project: Project, who: Person, given: Mapping[str, Any]) -> Issue:
    body = Body(given, "title", "description", "labels", "confidential")
    labels = _labels(project, body)
    description = body.get("description") or ""
    issue = Issue(
        iid=max((each.iid for each in project.issues), default=0) + 1,
        title=body.text("title").strip(),
        author=who,
        description=_CLOSE.sub("", description),
        labels=labels,
        confidential=bool(body.get("confidential", False)),
        state="closed" if _CLOSE.search(description) else "opened",
        created_at=now(),
    )
    project.issues.append(issue)
    return issue


def change_issue(project: Project, issue: Issue, given: Mapping[str, Any]) -> Issue:
    body = Body(given, "title", "description", "labels", "confidential", "state_event")
    changed = issue
    if body.has("title"):
        changed = replace(changed, title=body.text("title").strip())
    if body.has("description"):
        changed = replace(changed, description=body.get("description"))
    if body.has("labels"):
        changed = replace(changed, labels=_labels(project, body))
    if body.has("state_event"):
        states = {"close": "closed", "reopen": "opened"}
        if body.text("state_event") not in states:
            raise Unfit(400, "state_event does not have a valid value")
        changed = replace(changed, state=states[body.text("state_event")])
    _put(project, changed)
    return changed


def new_note(project: Project, issue: Issue, who: Person, given: Mapping[str, Any]) -> tuple[int, Note]:
    text = Body(given, "body").text("body")
    note = Note(who, _CLOSE.sub("", text), id=next(_NUMBERS), created_at=now())
    state = "closed" if _CLOSE.search(text) else issue.state
    _put(project, replace(issue, notes=(*issue.notes, note), state=state))
    return note.id or 0, note


def remove_note(project: Project, issue: Issue, who: Person, note: Note) -> None:
    if note.author != who:
        raise Unfit(403, "403 Forbidden")
    _put(project, replace(issue, notes=tuple(each for each in issue.notes if each is not note)))


def new_commit(project: Project, given: Mapping[str, Any]) -> tuple[str, Commit]:
    body = Body(given, "branch", "start_sha", "start_branch", "commit_message", "actions")
    branch = body.text("branch")
    if branch in project.branches and (body.has("start_sha") or body.has("start_branch")):
        raise Unfit(400, f"A branch called '{branch}' already exists. Switch to that branch")
    start = project.files(body.get("start_sha") or body.get("start_branch") or branch)
    if start is None:
        raise Unfit(400, "Cannot find start_sha")
    files = _acted(dict(start), body.get("actions") or [])
    sha = commit_id(files)
    project.branches[branch] = files
    project.commits[sha] = Commit(body.text("commit_message"), (commit_id(start),))
    return sha, project.commits[sha]


def _acted(files: dict[str, bytes], actions: Sequence[Mapping[str, Any]]) -> dict[str, bytes]:
    for given in actions:
        action = Body(given, "action", "file_path", "content")
        path, what = action.text("file_path"), action.text("action")
        if what not in {"create", "update", "delete"}:
            raise Unfit(400, "actions[action] does not have a valid value")
        if (path in files) is (what == "create"):
            raise Unfit(400, "A file with this name already exists, or doesn't exist")
        if what == "delete":
            del files[path]
        else:
            files[path] = str(action.get("content", "")).encode()
    return files


def remove_branch(project: Project, branch: str) -> None:
    if branch not in project.branches:
        raise Unfit(404, "404 Branch Not Found")
    if branch == project.default_branch:
        raise Unfit(403, "403 Forbidden")
    del project.branches[branch]


def new_request(project: Project, who: Person, given: Mapping[str, Any]) -> MergeRequest:
    body = Body(given, "source_branch", "target_branch", "title", "description", "remove_source_branch")
    source, target = body.text("source_branch"), body.text("target_branch")
    if any(each.source_branch == source and each.state == "opened" for each in project.requests):
        raise Unfit(409, "Another open merge request already exists for this source branch")
    if source not in project.branches or target not in project.branches:
        raise Unfit(400, "source_branch does not exist")
    made = MergeRequest(
        iid=len(project.requests) + 1,
        author=who,
        title=body.text("title"),
        description=body.get("description"),
        source_branch=source,
        target_branch=target,
        sha=commit_id(project.branches[source]),
    )
    project.requests.append(made)
    return made


def change_request(project: Project, asked: MergeRequest, given: Mapping[str, Any]) -> MergeRequest:
    event = Body(given, "state_event").text("state_event")
    if event != "close":
        raise Unfit(400, "state_event does not have a valid value")
    changed = replace(asked, state="closed")
    project.requests[project.requests.index(asked)] = changed
    return changed


def _labels(project: Project, body: Body) -> tuple[str, ...]:
    told = body.get("labels") or ""  # a list, or a text with commas
    labels = tuple(filter(None, told.split(","))) if isinstance(told, str) else tuple(map(str, told))
    project.labels |= set(labels)  # one that there is not is made
    return labels


def _put(project: Project, issue: Issue) -> None:
    project.issues[:] = [issue if each.iid == issue.iid else each for each in project.issues]
