"""What the pretend GitLab changes, driven by python-gitlab, which takes it for the real one."""

from collections.abc import Iterator
from typing import Any

import gitlab
import pytest
from gitlab.exceptions import (
    GitlabCreateError,
    GitlabDeleteError,
    GitlabGetError,
    GitlabUpdateError,
)

from tests.tools.gitlab.site import Site
from tests.tools.rest.faults import Fault


@pytest.fixture
def shop(site: Site) -> Iterator[Any]:
    with gitlab.Gitlab(site.url, oauth_token=site.tokens.give("ada", "api"), timeout=10) as client:
        yield client.projects.get("acme/shop")


def test_an_issue_is_opened_changed_and_found(shop: Any) -> None:
    made = shop.issues.create({"title": " Slow ", "description": "Very", "labels": ["bug", "new"]})
    assert (made.iid, made.title, made.labels, made.state) == (31, "Slow", ["bug", "new"], "opened")
    assert shop.labels.get("new").name == "new"
    own = shop.issues.list(get_all=True, scope="created_by_me", search="slow", created_after="2026-06-01")
    assert [issue.iid for issue in own] == [31]
    made.state_event = "close"
    made.labels = []
    made.save()
    again = shop.issues.get(31)
    assert (again.state, again.labels) == ("closed", [])
    with pytest.raises(GitlabCreateError, match="title is missing"):
        shop.issues.create({"title": ""})
    with pytest.raises(GitlabUpdateError, match="valid value"):
        shop.issues.update(31, {"state_event": "explode"})


def test_a_comment_is_made_read_and_deleted_by_whoever_made_it(site: Site, shop: Any) -> None:
    issue = shop.issues.get(30)
    note = issue.notes.create({"body": "Hello"})
    assert issue.notes.get(note.id).author["username"] == "ada"
    with gitlab.Gitlab(site.url, oauth_token=site.tokens.give("bob", "api")) as bob:
        theirs = bob.projects.get("acme/shop").issues.get(30)
        with pytest.raises(GitlabDeleteError, match="403"):
            theirs.notes.delete(note.id)
    note.delete()
    with pytest.raises(GitlabGetError, match="404"):
        issue.notes.get(note.id)


def test_a_command_in_a_text_is_obeyed(shop: Any) -> None:
    issue = shop.issues.get(30)
    issue.notes.create({"body": "Done.\n/close"})
    assert shop.issues.get(30).state == "closed"


def test_a_commit_begins_a_branch_and_a_merge_request_asks_for_it(shop: Any) -> None:
    base = shop.branches.get("main").commit["id"]
    data = {
        "branch": "a/b",
        "start_sha": base,
        "commit_message": "Say hello",
        "actions": [{"action": "create", "file_path": "hello.txt", "content": "hello"}],
    }
    commit = shop.commits.create(data)
    assert commit.parent_ids == [base]
    assert shop.branches.get("a/b").commit["id"] == commit.id
    assert shop.files.raw("hello.txt", ref="a/b") == b"hello"
    with pytest.raises(GitlabCreateError, match="already exists"):
        shop.commits.create(data)
    asked = shop.mergerequests.create({"source_branch": "a/b", "target_branch": "main", "title": "Hello"})
    assert (asked.state, asked.sha) == ("opened", commit.id)
    with pytest.raises(GitlabCreateError, match="Another open merge request"):
        shop.mergerequests.create({"source_branch": "a/b", "target_branch": "main", "title": "Again"})
    found = shop.mergerequests.list(get_all=True, source_branch="a/b", state="all", scope="created_by_me")
    assert [each.iid for each in found] == [asked.iid]
    asked.state_event = "close"
    asked.save()
    assert shop.mergerequests.get(asked.iid).state == "closed"
    shop.branches.delete("a/b")
    with pytest.raises(GitlabGetError, match="404"):
        shop.branches.get("a/b")
    with pytest.raises(GitlabDeleteError, match="403"):
        shop.branches.delete("main")


def test_who_may_only_read_changes_nothing(site: Site) -> None:
    with gitlab.Gitlab(site.url, oauth_token=site.tokens.give("ada")) as client:
        project = client.projects.get("acme/shop")
        with pytest.raises(GitlabCreateError, match="403"):
            project.issues.create({"title": "No"})
    with gitlab.Gitlab(site.url, oauth_token=site.tokens.give("bob", "api")) as client:
        public = client.projects.get("acme/site")
        public.issues.create({"title": "Anybody may"})
        with pytest.raises(GitlabCreateError, match="403"):
            public.mergerequests.create({"source_branch": "a", "target_branch": "main", "title": "No"})


def test_an_answer_is_lost_after_it_was_done(site: Site, shop: Any) -> None:
    site.gitlab.losses = [Fault(502)]
    with pytest.raises(GitlabCreateError) as failed:
        shop.issues.create({"title": "Done all the same"})
    assert failed.value.response_code == 502
    assert shop.issues.list(get_all=True)[0].title == "Done all the same"
