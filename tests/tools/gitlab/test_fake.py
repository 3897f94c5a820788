"""The pretend GitLab, driven by a client that is not ours: python-gitlab takes it for the real one."""

from collections.abc import Iterator
from typing import Any

import gitlab
import pytest
import requests
from gitlab.exceptions import (
    GitlabAuthenticationError,
    GitlabGetError,
    GitlabHeadError,
    GitlabHttpError,
    GitlabListError,
)

from tests.tools.gitlab.site import Site
from tests.tools.gitlab.world import DEPLOY, LOGO, blob_id, propose, run
from tests.tools.rest.faults import Fault


@pytest.fixture
def ada(site: Site) -> Iterator[Any]:
    with gitlab.Gitlab(site.url, oauth_token=site.tokens.give("ada"), timeout=10) as client:
        yield client


@pytest.fixture
def bob(site: Site) -> Iterator[Any]:
    with gitlab.Gitlab(site.url, private_token=site.tokens.give("bob"), timeout=10) as client:
        yield client


def test_each_user_sees_the_projects_that_are_open_to_them(ada: Any, bob: Any) -> None:
    def listed(client: Any) -> list[str]:
        found = client.projects.list(
            iterator=True, pagination="keyset", order_by="id", sort="asc", per_page=2
        )
        return [project.path_with_namespace for project in found]

    assert listed(ada) == ["acme/shop", "acme/people/payroll", "acme/site", "rival/plans"]
    assert listed(bob) == ["acme/shop", "acme/site"]
    assert bob.projects.get("acme/shop").id == 10
    with pytest.raises(GitlabGetError, match=r"^404: 404 Project Not Found$"):
        bob.projects.get("acme/people/payroll")


def test_a_group_lists_its_projects_and_those_below(ada: Any) -> None:
    group = ada.groups.get("acme", lazy=True)
    assert [project.path_with_namespace for project in group.projects.list(get_all=True)] == [
        "rival/plans",
        "acme/site",
        "acme/shop",
    ]
    all_of_them = group.projects.list(
        iterator=True, include_subgroups=True, with_shared=False, order_by="path", sort="asc"
    )
    assert [project.path_with_namespace for project in all_of_them] == [
        "acme/people/payroll",
        "acme/shop",
        "acme/site",
    ]


def test_pages_are_counted_and_linked(ada: Any) -> None:
    issues = ada.projects.get(10, lazy=True).issues
    page = issues.list(iterator=True, per_page=12)
    assert (page.total, page.total_pages, page.next_page) == (30, 3, 2)
    assert [issue.iid for issue in page] == list(range(30, 0, -1))
    closed = issues.list(get_all=True, state="closed", labels=["bug"], sort="asc")
    assert [issue.iid for issue in closed] == [5, 15, 25]


def test_files_are_read_by_branch_and_commit(ada: Any) -> None:
    project = ada.projects.get("acme/shop")
    tree = project.repository_tree(path="scripts", ref="main", get_all=True)
    assert [(entry["type"], entry["path"]) for entry in tree] == [("blob", "scripts/deploy.sh")]
    head = project.files.head("scripts/deploy.sh", ref="HEAD")
    assert (head["x-gitlab-size"], head["x-gitlab-blob-id"]) == (str(len(DEPLOY)), blob_id(DEPLOY))
    by_commit = project.files.get("scripts/deploy.sh", ref=head["x-gitlab-commit-id"])
    assert by_commit.decode() == DEPLOY
    assert project.files.raw("logo.png", ref="main") == LOGO
    assert project.files.get("src/shop café #1?.py", ref="main").size == 14
    with pytest.raises(GitlabHeadError):
        project.files.head("src/prices.py", ref="main")
    assert project.files.raw("src/prices.py", ref="feature/prices") == b"PRICES = {}\n"


def test_code_is_searched(ada: Any) -> None:
    found = ada.projects.get("acme/shop").search("blobs", "basket", get_all=True)
    assert [(hit["path"], hit["startline"]) for hit in found] == [("src/basket.py", 1)]
    assert "def total(basket)" in found[0]["data"]


def test_an_issue_has_its_conversation(ada: Any) -> None:
    issue = ada.projects.get("acme/shop").issues.get(30)
    assert issue.author["name"] == "Bob Stone"
    notes = issue.notes.list(iterator=True, sort="asc", per_page=5)
    assert [note.body for note in notes] == [f"Comment {number}" for number in range(1, 13)]
    assert [note.system for note in issue.notes.list(get_all=True)].count(True) == 1


def test_a_merge_request_has_its_diffs_and_its_conversation(site: Site, ada: Any) -> None:
    propose(site.gitlab.projects[0], {"src/prices.py": b"PRICES = {}\n"})
    (request,) = ada.projects.get("acme/shop").mergerequests.list(get_all=True, state="opened", scope="all")
    assert (request.iid, request.source_branch, request.draft) == (1, "feature/prices", False)
    (diff,) = ada.http_list("/projects/10/merge_requests/1/diffs", get_all=True)
    assert (diff["new_path"], diff["new_file"], diff["diff"]) == (
        "src/prices.py",
        True,
        "@@ -0,0 +1 @@\n+PRICES = {}\n",
    )
    notes = request.notes.list(get_all=True, sort="asc")
    assert [note.system for note in notes] == [False, True]


def test_a_commit_has_pipelines_whose_jobs_have_logs(site: Site, ada: Any) -> None:
    made = run(site.gitlab.projects[0], b"one\n", b"two\n")
    project = ada.projects.get("acme/shop")
    (pipeline,) = project.pipelines.list(get_all=True, sha=project.commits.get("HEAD").id)
    assert pipeline.id == made.id
    first, second = pipeline.jobs.list(get_all=True)
    assert (first.name, second.status) == ("test 1", "failed")
    assert project.jobs.get(second.id).trace() == b"two\n"
    with pytest.raises(GitlabGetError, match="404"):
        project.jobs.get(1)


@pytest.mark.parametrize(
    ("why", "said"),
    [("revoked", "Token was revoked"), ("expired", "Token is expired"), ("unknown", "401 Unauthorized")],
)
def test_a_token_that_has_ended_is_told_so(site: Site, ada: Any, why: str, said: str) -> None:
    ada.auth()
    site.tokens.end(str(ada.oauth_token), why)
    with pytest.raises(GitlabAuthenticationError) as refused:
        ada.auth()
    assert (refused.value.response_code, said in str(refused.value.response_body)) == (401, True)


def test_a_token_without_the_scope_is_told_which(site: Site) -> None:
    with (
        gitlab.Gitlab(site.url, oauth_token=site.tokens.give("ada", "openid")) as client,
        pytest.raises(GitlabGetError) as refused,
    ):
        client.projects.get(10)
    assert refused.value.response_code == 403
    assert b"insufficient_scope" in (refused.value.response_body or b"")


def test_a_personal_token_tells_its_scopes(site: Site) -> None:
    token = site.tokens.give("ada", "api", "read_user", personal=True)
    with gitlab.Gitlab(site.url, private_token=token) as client:
        found: Any = client.personal_access_tokens.get("self")
    assert found.scopes == ["api", "read_user"]


def test_what_it_does_not_know_it_refuses(ada: Any) -> None:
    with pytest.raises(GitlabListError, match="pge is unknown"):
        ada.projects.get(10, lazy=True).issues.list(get_all=True, pge=2)
    with pytest.raises(GitlabHttpError, match="404"):
        ada.http_get("/nowhere")


def test_it_fails_as_it_is_told(site: Site, ada: Any) -> None:
    site.gitlab.faults = [Fault(429, headers={"retry-after": "0"})]
    assert ada.projects.get(10).id == 10
    site.gitlab.faults = [Fault(502)]
    with pytest.raises(GitlabGetError) as failed:
        ada.projects.get(10)
    assert failed.value.response_code == 502
    site.gitlab.faults = [Fault(200, half=True)]
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        ada.projects.get(10)
