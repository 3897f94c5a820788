"""The pretend GitHub, driven by a client that is not ours: PyGithub takes it for a server of GitHub's."""

from collections.abc import Callable
from typing import Any

import github
import httpx2
import pytest
from github.GithubException import BadCredentialsException, GithubException, UnknownObjectException

from tests.tools.github.hub import FILES, Shop
from tests.tools.rest.faults import Fault

Client = Callable[[str], Any]


@pytest.fixture
def client(shop: Shop) -> Client:
    def made(token: str) -> Any:
        base = f"{shop.hub.url}/api/v3"
        return github.Github(
            auth=github.Auth.Token(token), base_url=base, retry=None, seconds_between_requests=0
        )

    return made


def test_each_user_sees_what_is_open_to_them(shop: Shop, client: Client) -> None:
    ada, bob = client(shop.gate.give("ada", ["repo"])), client(shop.gate.give("bob"))
    assert ada.get_user().login == "ada"
    assert [each.full_name for each in ada.get_organization("acme").get_repos()] == [shop.path]
    assert ada.get_repo(shop.path).private
    assert ada.oauth_scopes == ["repo"]
    with pytest.raises(UnknownObjectException):
        bob.get_repo(shop.path)
    shop.let_in("bob")
    assert bob.get_repo(shop.path).default_branch == "main"
    with pytest.raises(BadCredentialsException):
        assert client("unknown").get_user().login


def test_files_are_read_and_searched(shop: Shop, client: Client) -> None:
    ada = client(shop.gate.give("ada"))
    repository = ada.get_repo(shop.path)
    file = repository.get_contents("src/basket.py", ref="main")
    assert (file.decoded_content.decode(), file.size) == (FILES["src/basket.py"], len(FILES["src/basket.py"]))
    assert {each.path for each in repository.get_contents("")} >= {"README.md", "src", "small.txt"}
    (hit,) = ada.search_code('"def total"', repo=shop.path, highlight=True)
    assert (hit.path, hit.text_matches[0]["fragment"]) == ("src/basket.py", "def total(basket):")


def test_an_issue_is_opened_changed_and_talked_about(shop: Shop, client: Client) -> None:
    shop.label("bug")
    repository = client(shop.gate.give("ada", writes=True)).get_repo(shop.path)
    made = repository.create_issue("Slow", "Very", labels=["bug"])
    comment = made.create_comment("Hello")
    assert [each.body for each in made.get_comments()] == ["Hello"]
    comment.delete()
    made.edit(state="closed", labels=[])
    again = repository.get_issue(made.number)
    assert (again.state, again.labels) == ("closed", [])
    assert [each.number for each in repository.get_issues(state="all", creator="ada")] == [made.number]


def test_a_commit_is_made_unseen_and_a_branch_leads_to_it(shop: Shop, client: Client) -> None:
    repository = client(shop.gate.give("ada", writes=True)).get_repo(shop.path)
    base = repository.get_git_ref("heads/main").object.sha
    root = repository.get_git_commit(base).tree
    element = github.InputGitTreeElement("new.md", "100644", "blob", content="New")
    tree = repository.create_git_tree([element], root)
    commit = repository.create_git_commit("Say hello", tree, [repository.get_git_commit(base)])
    repository.create_git_ref("refs/heads/remit/a", commit.sha)
    with pytest.raises(GithubException, match="Reference already exists"):
        repository.create_git_ref("refs/heads/remit/a", commit.sha)
    asked = repository.create_pull("main", "remit/a", title="Hello", body="New")
    assert (asked.state, asked.head.sha) == ("open", commit.sha)
    asked.edit(state="closed")
    # emulate tells another address of it than GitHub does.
    repository.requester.requestJsonAndCheck("DELETE", f"{repository.url}/git/refs/heads/remit/a")
    with pytest.raises(UnknownObjectException):
        repository.get_git_ref("heads/remit/a")


def test_a_pull_request_has_its_diffs_and_its_reviews(shop: Shop, client: Client) -> None:
    number = shop.propose({"src/prices.py": "PRICES = {}\n"})
    shop.run("POST", f"/pulls/{number}/reviews", event="COMMENT", body="Why?")
    asked = client(shop.gate.give("ada")).get_repo(shop.path).get_pull(number)
    (file,) = asked.get_files()
    assert (file.filename, file.status, file.patch) == (
        "src/prices.py",
        "added",
        "@@ -0,0 +1 @@\n+PRICES = {}",
    )
    assert [(each.state, each.body) for each in asked.get_reviews()] == [("COMMENTED", "Why?")]


def test_a_commit_has_runs_whose_jobs_have_logs_elsewhere(shop: Shop, client: Client) -> None:
    repository = client(shop.gate.give("ada")).get_repo(shop.path)
    commit = repository.get_commit("main").sha
    made = shop.gate.actions.run(shop.path, commit, b"one\n", b"two\n")
    (run,) = repository.get_workflow_runs(head_sha=commit)
    assert run.id == made.number
    _, second = run.jobs()
    assert (second.name, second.conclusion) == ("test 2", "failure")
    link = second.logs_url()
    assert httpx2.get(link, trust_env=False).content == b"two\n"
    assert httpx2.get(link, trust_env=False, headers={"authorization": "Bearer x"}).status_code == 403


def test_who_may_only_read_changes_nothing(shop: Shop, client: Client) -> None:
    for token in (shop.gate.give("ada"), shop.gate.give("ada", ["read:user"])):
        with pytest.raises(GithubException, match="not accessible"):
            client(token).get_repo(shop.path).create_issue("No")


def test_it_fails_as_it_is_told(shop: Shop, client: Client) -> None:
    ada = client(shop.gate.give("ada", writes=True))
    shop.gate.faults = [Fault(502)]
    with pytest.raises(GithubException) as failed:
        ada.get_repo(shop.path)
    assert failed.value.status == 502
    repository = ada.get_repo(shop.path)
    shop.gate.losses = [Fault(502)]
    with pytest.raises(GithubException):
        repository.create_issue("Done all the same")
    assert [each.title for each in repository.get_issues()] == ["Done all the same"]
