"""Actions in a pretend GitHub: what is planned, done once, taken back, and not done."""

from typing import Any

import pytest

from policies.change import Kind
from policies.errors import (
    Conflict,
    Denied,
    InDoubt,
    InvalidArgument,
    NotFound,
    Refusal,
    StaleConfirmation,
)
from tests.proofs import Notes
from tests.tools.github.hub import Desk
from tests.tools.rest.calling import Losing
from tests.tools.rest.faults import Fault
from tools.connector import Trace

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T18", "T50", "T47")]

FILES: list[dict[str, Any]] = [
    {"path": "src/basket.py", "content": "def total(basket):\n    return 0\n"},
    {"path": "docs/new.md", "content": "New\n"},
    {"path": "small.txt"},
]


async def test_an_issue_is_opened_as_its_plan_shows_and_closed_where_it_is_taken_back(desk: Desk) -> None:
    desk.shop.label("bug")
    planned = await desk.plan("create_issue", title=" Basket ", description="It\r\nis slow", labels=["bug"])
    assert planned.effect is not None
    assert desk.writes == []
    (change,) = planned.effect.changes
    assert (change.target, change.key, change.kind) == (f"{desk.shop.path}/-/issues", {}, Kind.CREATE)
    assert change.after == {"title": "Basket", "description": "It\nis slow", "labels": ["bug"]}
    assert planned.effect.destinations == (desk.shop.path,)
    table, done = await desk.carry_out(planned)
    assert table.rows == ((1, "Basket", "It\nis slow", ["bug"], "open"),)
    assert done.changes[0].key == {"issue": 1}
    _, undone = await desk.take_back("create_issue", done)
    assert desk.shop.issue(1)["state"] == "closed"
    with pytest.raises(Conflict):
        await desk.take_back("create_issue", done)
    await desk.take_back("create_issue", undone)
    assert desk.shop.issue(1)["state"] == "open"


async def test_an_issue_is_changed_and_changed_back(desk: Desk) -> None:
    desk.shop.label("bug", "login")
    desk.shop.run("POST", "/issues", title="Old", body="B", labels=["bug"])
    _, done = await desk.act("update_issue", issue=1, title="New", labels=["login"], state="closed")
    told = desk.shop.issue(1)
    assert (told["title"], told["state"], [each["name"] for each in told["labels"]]) == (
        "New",
        "closed",
        ["login"],
    )
    await desk.take_back("update_issue", done)
    told = desk.shop.issue(1)
    assert (told["title"], told["state"], [each["name"] for each in told["labels"]]) == (
        "Old",
        "open",
        ["bug"],
    )


async def test_a_comment_is_made_and_deleted(desk: Desk) -> None:
    desk.shop.run("POST", "/issues", title="Talk")
    _, done = await desk.act("comment", issue=1, text="I look at it")
    assert [each["body"] for each in desk.shop.run("GET", "/issues/1/comments")] == ["I look at it"]
    _, undone = await desk.take_back("comment", done)
    assert desk.shop.run("GET", "/issues/1/comments") == []
    await desk.take_back("comment", undone)
    assert len(desk.shop.run("GET", "/issues/1/comments")) == 1


async def test_a_change_is_proposed_on_a_branch_of_its_own_and_taken_back_as_a_whole(desk: Desk) -> None:
    head = desk.shop.run("GET", "/git/ref/heads/main")["object"]["sha"]
    planned = await desk.plan("propose_change", branch="docs", title="Docs", files=FILES)
    assert planned.effect is not None
    *files, asked = planned.effect.changes
    assert [(change.kind, change.key["path"]) for change in files] == [
        (Kind.UPDATE, "src/basket.py"),
        (Kind.CREATE, "docs/new.md"),
        (Kind.DELETE, "small.txt"),
    ]
    assert files[2].before == {"content": "small\n"}
    assert asked.after == {
        "title": "Docs",
        "description": "",
        "source_branch": "remit/docs",
        "target_branch": "main",
    }
    assert planned.effect.hidden == ("GitHub runs what is set up for a branch",)
    assert desk.writes == []
    _, done = await desk.carry_out(planned)
    assert desk.shop.run("GET", "/git/ref/heads/main")["object"]["sha"] == head
    assert desk.shop.read("docs/new.md", "remit/docs") == "New\n"
    assert desk.shop.read("src/basket.py", "remit/docs") == FILES[0]["content"]
    tree = desk.shop.run("GET", "/git/trees/remit%2Fdocs?recursive=1")["tree"]
    assert "small.txt" not in {each["path"] for each in tree}
    assert await desk.trace(done) is Trace.DONE
    with pytest.raises(Denied) as denied:
        await desk.plan("propose_change", undo=[done.changes[0].inverse()])
    assert denied.value.rule == "whole"
    _, undone = await desk.take_back("propose_change", done)
    assert desk.shop.run("GET", f"/pulls/{done.changes[-1].key['pull_request']}")["state"] == "closed"
    with pytest.raises(AssertionError):
        desk.shop.run("GET", "/git/ref/heads/remit/docs")
    assert await desk.trace(undone) is Trace.DONE
    assert undone.final


async def test_a_file_that_can_be_run_stays_one_and_a_link_is_not_written(desk: Desk) -> None:
    shop = desk.shop
    head = shop.run("GET", "/git/ref/heads/main")["object"]["sha"]
    root = shop.run("GET", f"/git/commits/{head}")["tree"]["sha"]
    entries = [
        {"path": "bin/run", "mode": "100755", "type": "blob", "content": "#!/bin/sh\n"},
        {"path": "bin/link", "mode": "120000", "type": "blob", "content": "run"},
    ]
    tree = shop.run("POST", "/git/trees", base_tree=root, tree=entries)["sha"]
    commit = shop.run("POST", "/git/commits", message="Run", tree=tree, parents=[head])["sha"]
    shop.run("PATCH", "/git/refs/heads/main", sha=commit)
    await desk.act(
        "propose_change", branch="a", title="T", files=[{"path": "bin/run", "content": "#!/bin/sh\nls\n"}]
    )
    told = shop.run("GET", "/git/trees/remit%2Fa?recursive=1")["tree"]
    assert {each["path"]: each["mode"] for each in told}["bin/run"] == "100755"
    with pytest.raises(Refusal):
        await desk.act(
            "propose_change", branch="b", title="T", files=[{"path": "bin/link", "content": "elsewhere"}]
        )
    with pytest.raises(AssertionError):
        shop.run("GET", "/git/ref/heads/remit/b")


async def test_a_branch_on_which_somebody_went_on_is_not_taken_back(desk: Desk) -> None:
    _, done = await desk.act("propose_change", branch="a", title="T", files=FILES[:1])
    desk.shop.put("more.txt", "theirs", "remit/a")
    with pytest.raises(Conflict):
        await desk.take_back("propose_change", done)
    assert desk.shop.read("more.txt", "remit/a") == "theirs"


@pytest.mark.parametrize(
    ("verb", "arguments", "error"),
    [
        ("create_issue", {"title": "T", "labels": ["nowhere"]}, InvalidArgument),
        ("create_issue", {"title": " \n "}, InvalidArgument),
        ("create_issue", {"title": "T", "repository": "rival/plans"}, NotFound),
        ("update_issue", {"issue": 99, "title": "T"}, NotFound),
        ("comment", {"issue": 99, "text": "T"}, NotFound),
        ("propose_change", {"branch": "a", "title": "T", "files": [{"path": "../x"}]}, InvalidArgument),
        ("propose_change", {"branch": "a", "title": "T", "files": [{"path": "none"}]}, InvalidArgument),
        ("propose_change", {"branch": "a", "title": "T", "files": FILES[:1] * 2}, InvalidArgument),
        ("propose_change", {"branch": "a", "target": "no", "title": "T", "files": FILES}, InvalidArgument),
    ],
)
async def test_what_can_not_be_done_is_refused_before_anybody_is_asked(
    desk: Desk, verb: str, arguments: dict[str, Any], error: type[Refusal]
) -> None:
    with pytest.raises(error):
        await desk.plan(verb, **arguments)
    assert desk.writes == []


async def test_what_else_comes_of_a_text_is_said(desk: Desk) -> None:
    told = await desk.plan("create_issue", title="T", description="@bob\n/lgtm")
    assert told.effect is not None
    assert told.effect.hidden == (
        "GitHub tells @bob of it",
        "a bot may obey a line that begins with a slash",
    )


async def test_what_changed_since_it_was_confirmed_stops_it(desk: Desk) -> None:
    desk.shop.run("POST", "/issues", title="Old")
    planned = await desk.plan("update_issue", issue=1, title="New")
    desk.shop.run("PATCH", "/issues/1", body="another")
    with pytest.raises(StaleConfirmation):
        await desk.carry_out(planned)
    planned = await desk.plan("propose_change", branch="a", title="T", files=FILES[:1])
    await desk.act("propose_change", branch="a", title="First", files=FILES[:1])
    with pytest.raises(InvalidArgument):
        await desk.carry_out(planned)
    assert len(desk.shop.run("GET", "/pulls?state=all")) == 1


LOST = [Fault(500), Fault(503), Fault(200, b"{", half=True), Fault(201, b"<html>"), Fault(201, b"{}")]


@pytest.mark.parametrize("lost", LOST, ids=["failed", "busy", "broken off", "no answer", "odd"])
async def test_what_was_done_and_not_heard_of_is_found(desk: Desk, lost: Fault) -> None:
    gate = desk.shop.gate
    _, opened = await desk.carry_out(
        await desk.plan("create_issue", title="Once"), Losing(gate, losses=[lost])
    )
    assert opened.changes[0].key == {"issue": 1}
    _, said = await desk.carry_out(
        await desk.plan("comment", issue=1, text="Once"), Losing(gate, losses=[lost])
    )
    assert said.changes[0].key
    await desk.carry_out(await desk.plan("update_issue", issue=1, title="Twice"), Losing(gate, losses=[lost]))
    assert desk.shop.issue(1)["title"] == "Twice"


async def test_a_proposal_whose_answers_are_lost_is_found(desk: Desk) -> None:
    planned = await desk.plan("propose_change", branch="a", title="Once", files=FILES[:1])

    class LastTwo(Notes):
        """Those of the branch and of the request: a tree and a commit come before them."""

        async def note(self, effect: Any, mark: Any) -> None:
            await super().note(effect, mark)
            send, told = desk.shop.gate, desk.shop.gate.losses

            class Late(list[Fault]):
                def __bool__(self) -> bool:
                    return send.asked[-1].target.endswith(("/git/refs", "/pulls")) and len(self) > 0

            send.losses = Late([*told, Fault(502), Fault(502)])

    _, done = await desk.carry_out(planned, LastTwo())
    assert done.changes[-1].key == {"pull_request": 1}
    assert len(desk.shop.run("GET", "/pulls?state=all")) == 1


async def test_what_fails_before_the_branch_is_there_was_not_done(desk: Desk) -> None:
    planned = await desk.plan("propose_change", branch="a", title="Never", files=FILES[1:2])
    for skipped in (1, 2):  # the tree of the base is read first
        faults = Losing(desk.shop.gate, losses=[Fault(502)] * skipped)
        with pytest.raises(Refusal, match="before anything was done"):
            await desk.carry_out(planned, faults)
        desk.shop.gate.losses.clear()
    assert planned.effect is not None
    assert await desk.trace(planned.effect) is Trace.NOT_DONE


@pytest.mark.parametrize(
    ("verb", "arguments"),
    [
        ("create_issue", {"title": "Never"}),
        ("update_issue", {"issue": 1, "title": "Never"}),
        ("comment", {"issue": 1, "text": "Never"}),
    ],
)
async def test_what_may_have_been_done_and_is_not_found_is_in_doubt_and_not_tried_again(
    desk: Desk, verb: str, arguments: dict[str, Any]
) -> None:
    desk.shop.run("POST", "/issues", title="Old")
    notes = Losing(desk.shop.gate, faults=[Fault(502)])
    with pytest.raises(InDoubt):
        await desk.carry_out(await desk.plan(verb, **arguments), notes)
    assert len(desk.writes) == 1
    ((effect, mark),) = notes.taken
    assert await desk.trace_now(effect, mark) is Trace.UNDER_WAY
    assert await desk.trace(effect, mark) is Trace.NOT_DONE


LIMITED = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "4000000000"}


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault(401), "needs_connection"),
        (Fault(403), "denied"),
        (Fault(403, headers=LIMITED), "limit_reached"),
        (Fault(429, headers={"retry-after": "7"}), "limit_reached"),
        (Fault(404), "not_found"),
        (Fault(410), "not_found"),
        (Fault(301, headers={"location": "https://elsewhere.example/"}), "not_found"),
        (Fault(409), "invalid_argument"),
        (Fault(422), "invalid_argument"),
    ],
)
async def test_what_github_refuses_is_not_done(desk: Desk, fault: Fault, code: str) -> None:
    desk.shop.run("POST", "/issues", title="Old")
    with pytest.raises(Refusal) as refused:
        await desk.carry_out(
            await desk.plan("comment", issue=1, text="Never"), Losing(desk.shop.gate, faults=[fault])
        )
    assert refused.value.code == code
    assert "SENTINEL" not in f"{refused.value.message}{refused.value.detail}"
    assert desk.shop.run("GET", "/issues/1/comments") == []


@pytest.mark.threat("T09")
async def test_a_token_of_which_github_says_too_much_or_too_little_is_refused(desk: Desk) -> None:
    gate = desk.shop.gate
    desk.token = gate.give("ada", ["repo", "admin:org"])
    with pytest.raises(Denied) as denied:
        await desk.table("repositories")
    assert denied.value.rule == "over_privileged"
    desk.token = gate.give("ada", ["read:user"])
    await desk.table("repositories")
    with pytest.raises(Denied) as denied:
        await desk.plan("create_issue", title="T")
    assert denied.value.rule == "insufficient_scope"
    desk.token = gate.give("ada", ["repo"])
    await desk.act("create_issue", title="T")
    desk.connector = desk.with_settings(acts=[])
    with pytest.raises(Denied):
        await desk.table("repositories")
    told = [finding.what for finding in await desk.connector.inspect(desk.credential)]
    assert told == ["the token may do more than it must: it has 1 scopes too much"]


async def test_what_an_operator_should_know_is_told(desk: Desk) -> None:
    (told,) = await desk.connector.inspect(desk.credential)
    assert "permissions are what counts" in told.what
    assert not await desk.connector.inspect(None)
    desk.shop.gate.end(desk.token)
    (told,) = await desk.connector.inspect(desk.credential)
    assert told.what == "the token is not taken"


async def test_two_people_act_where_they_may(desk: Desk) -> None:
    desk.shop.run("POST", "/issues", title="Talk")
    bob = Desk(desk.shop, "bob")
    with pytest.raises(NotFound):
        await bob.plan("create_issue", title="T")
    desk.shop.let_in("bob")
    _, done = await bob.act("comment", issue=1, text="From Bob")
    with pytest.raises(Conflict):  # it is not hers
        await desk.take_back("comment", done)
    await bob.take_back("comment", done)
