"""Actions in a pretend GitLab: what is planned, done once, taken back, and not done."""

from typing import Any

import pytest

from policies.canonical import Json
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
from tests.tools.gitlab.acting import SHOP, Desk
from tests.tools.gitlab.site import Site
from tests.tools.rest.calling import Losing
from tests.tools.rest.faults import Fault
from tools.connector import Trace

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T18", "T50", "T47")]


@pytest.fixture
def desk(site: Site) -> Desk:
    return Desk(site)


async def test_an_issue_is_opened_as_its_plan_shows_and_closed_where_it_is_taken_back(desk: Desk) -> None:
    planned = await desk.plan("create_issue", title=" Basket ", description="It\r\nis slow", labels=["bug"])
    assert planned.effect is not None
    assert desk.writes == []
    (change,) = planned.effect.changes
    assert (change.target, change.key, change.kind) == ("acme/shop/-/issues", {}, Kind.CREATE)
    assert change.after == {
        "title": "Basket",
        "description": "It\nis slow",
        "labels": ["bug"],
        "confidential": False,
    }
    assert planned.effect.destinations == (SHOP,)
    table, done = await desk.carry_out(planned)
    assert table.rows == ((31, "Basket", "It\nis slow", ["bug"], False, "opened"),)
    assert done.changes[0].key == {"issue": 31}
    _, undone = await desk.take_back("create_issue", done)
    assert desk.issue(31).state == "closed"
    assert undone.changes[0].after == {"state": "closed"}
    with pytest.raises(Conflict):
        await desk.take_back("create_issue", done)
    await desk.take_back("create_issue", undone)
    assert desk.issue(31).state == "opened"


async def test_an_issue_is_changed_and_changed_back(desk: Desk) -> None:
    before = desk.issue(30)
    planned = await desk.plan("update_issue", issue=30, title="New", labels=["login"], state="closed")
    assert planned.effect is not None
    (change,) = planned.effect.changes
    assert change.after == {"title": "New", "labels": ["login"], "state": "closed"}
    assert change.before is not None
    assert change.before["title"] == before.title
    table, done = await desk.carry_out(planned)
    assert table.rows[0][:2] == (30, "New")
    assert desk.issue(30).state == "closed"
    await desk.take_back("update_issue", done)
    assert desk.issue(30) == before


async def test_a_comment_is_made_and_deleted(desk: Desk) -> None:
    before = desk.issue(30)
    table, done = await desk.act("comment", issue=30, text="I look at it")
    assert table.rows[0][1] == "I look at it"
    assert done.changes[0].key == {"comment": table.rows[0][0]}
    _, undone = await desk.take_back("comment", done)
    assert desk.issue(30) == before
    await desk.take_back("comment", undone)
    assert desk.issue(30).notes[-1].body == "I look at it"


FILES: list[Json] = [
    {"path": "README.md", "content": "# New\n"},
    {"path": "docs/new.md", "content": "New\n"},
    {"path": "big.txt"},
]


async def test_a_change_is_proposed_on_a_branch_of_its_own_and_taken_back_as_a_whole(desk: Desk) -> None:
    main = dict(desk.project.branches["main"])
    desk.project.branches["main"].pop("big.txt")
    desk.project.branches["main"]["big.txt"] = b"small\n"
    main = dict(desk.project.branches["main"])
    planned = await desk.plan("propose_change", branch="docs", title="Docs", files=FILES)
    assert planned.effect is not None
    *files, asked = planned.effect.changes
    assert [(change.kind, change.key["path"]) for change in files] == [
        (Kind.UPDATE, "README.md"),
        (Kind.CREATE, "docs/new.md"),
        (Kind.DELETE, "big.txt"),
    ]
    assert files[2].before == {"content": "small\n"}
    assert asked.after == {
        "title": "Docs",
        "description": "",
        "source_branch": "remit/docs",
        "target_branch": "main",
    }
    assert planned.effect.hidden == ("GitLab runs what is set up for a branch",)
    assert desk.writes == []
    table, done = await desk.carry_out(planned)
    assert table.rows[0][0] == 1
    assert desk.project.branches["main"] == main
    assert desk.project.branches["remit/docs"]["docs/new.md"] == b"New\n"
    assert "big.txt" not in desk.project.branches["remit/docs"]
    assert await desk.trace(done) is Trace.DONE
    partly = [done.changes[0].inverse()]
    with pytest.raises(Denied) as denied:
        await desk.plan("propose_change", undo=partly)
    assert denied.value.rule == "whole"
    _, undone = await desk.take_back("propose_change", done)
    assert desk.request(1).state == "closed"
    assert "remit/docs" not in desk.project.branches
    assert await desk.trace(undone) is Trace.DONE
    assert undone.final


async def test_a_branch_on_which_somebody_went_on_is_not_taken_back(desk: Desk) -> None:
    _, done = await desk.act("propose_change", branch="a", title="T", files=FILES[:1])
    desk.project.branches["remit/a"]["more.txt"] = b"theirs"
    with pytest.raises(Conflict):
        await desk.take_back("propose_change", done)
    assert "remit/a" in desk.project.branches


@pytest.mark.parametrize(
    ("verb", "arguments", "error"),
    [
        ("create_issue", {"title": "T", "labels": ["nowhere"]}, InvalidArgument),
        ("create_issue", {"title": " \n "}, InvalidArgument),
        ("create_issue", {"title": "T", "project": "rival/plans"}, NotFound),
        ("create_issue", {"title": "T", "project": "acme/old-shop"}, NotFound),
        ("update_issue", {"issue": 99, "title": "T"}, NotFound),
        ("update_issue", {"issue": 30, "state": "opened"}, InvalidArgument),
        ("comment", {"issue": 99, "text": "T"}, NotFound),
        ("propose_change", {"branch": "a", "title": "T", "files": [{"path": "../x"}]}, InvalidArgument),
        ("propose_change", {"branch": "a", "title": "T", "files": [{"path": "none"}]}, InvalidArgument),
        ("propose_change", {"branch": "a", "title": "T", "files": FILES[:1] * 2}, InvalidArgument),
        ("propose_change", {"branch": "a..b", "title": "T", "files": FILES[:1]}, InvalidArgument),
        ("propose_change", {"branch": "a", "title": "T", "files": [{"path": "logo.png"}]}, InvalidArgument),
        (
            "propose_change",
            {"branch": "a", "target": "no", "title": "T", "files": FILES[:1]},
            InvalidArgument,
        ),
    ],
)
async def test_what_can_not_be_done_is_refused_before_anybody_is_asked(
    desk: Desk, verb: str, arguments: dict[str, Any], error: type[Refusal]
) -> None:
    with pytest.raises(error):
        await desk.plan(verb, **arguments)
    assert desk.writes == []


@pytest.mark.parametrize("text", ["/close", "Fine.\n  /assign @bob", "ok\r/label ~bug", "a\r\n/merge"])
async def test_a_text_that_gitlab_would_obey_is_refused(desk: Desk, text: str) -> None:
    """Its stand-in closes the issue for `/close`, as the real one does."""
    plans: tuple[tuple[str, dict[str, Any]], ...] = (
        ("comment", {"issue": 30, "text": text}),
        ("create_issue", {"title": "T", "description": text}),
        ("update_issue", {"issue": 30, "description": text}),
        ("propose_change", {"branch": "a", "title": "T", "description": text, "files": FILES[:1]}),
    )
    for verb, arguments in plans:
        with pytest.raises(Denied) as denied:
            await desk.plan(verb, **arguments)
        assert denied.value.rule == "quick_action"


async def test_whom_a_text_names_and_what_it_closes_is_said(desk: Desk) -> None:
    told = (await desk.plan("comment", issue=30, text="@bob and @acme/team., mail a@b.example")).effect
    assert told is not None
    assert told.hidden == ("GitLab tells @bob, @acme/team of it",)
    closing = await desk.plan("propose_change", branch="a", title="Fixes #30", files=FILES[:1])
    assert closing.effect is not None
    assert closing.effect.hidden[0] == "to merge it closes the issues that it names"


async def test_what_changed_since_it_was_confirmed_stops_it(desk: Desk) -> None:
    planned = await desk.plan("update_issue", issue=30, title="New")
    await desk.act("update_issue", issue=30, description="another")
    count = len(desk.writes)
    with pytest.raises(StaleConfirmation):
        await desk.carry_out(planned)
    assert len(desk.writes) == count
    planned = await desk.plan("propose_change", branch="a", title="T", files=FILES[:1])
    await desk.act("propose_change", branch="a", title="First", files=FILES[:1])
    with pytest.raises(InvalidArgument):
        await desk.carry_out(planned)
    assert len(desk.project.requests) == 1


async def test_what_the_ledger_does_not_take_is_not_done(desk: Desk) -> None:
    plans: tuple[tuple[str, dict[str, Any]], ...] = (
        ("create_issue", {"title": "T"}),
        ("propose_change", {"branch": "a", "title": "T", "files": FILES[:1]}),
    )
    for verb, arguments in plans:
        planned = await desk.plan(verb, **arguments)
        with pytest.raises(StaleConfirmation):
            await desk.carry_out(planned, Notes(StaleConfirmation("no")))
    assert desk.writes == []


LOST = [Fault(500), Fault(503), Fault(200, b"{", half=True), Fault(201, b"<html>"), Fault(201, b"{}")]


@pytest.mark.parametrize("lost", LOST, ids=["failed", "busy", "broken off", "no answer", "odd"])
async def test_what_was_done_and_not_heard_of_is_found(desk: Desk, lost: Fault) -> None:
    _, opened = await desk.carry_out(
        await desk.plan("create_issue", title="Once"), Losing(desk.site.gitlab, losses=[lost])
    )
    assert opened.changes[0].key == {"issue": 31}
    _, said = await desk.carry_out(
        await desk.plan("comment", issue=30, text="Once"), Losing(desk.site.gitlab, losses=[lost])
    )
    assert said.changes[0].key
    await desk.carry_out(
        await desk.plan("update_issue", issue=30, title="Once"), Losing(desk.site.gitlab, losses=[lost])
    )
    assert desk.issue(30).title == "Once"
    _, proposed = await desk.carry_out(
        await desk.plan("propose_change", branch="a", title="Once", files=FILES[:1]),
        Losing(desk.site.gitlab, losses=[lost, lost]),
    )
    assert proposed.changes[-1].key == {"merge_request": 1}
    assert [each.title for each in desk.project.issues].count("Once") == 2
    assert len(desk.project.requests) == 1


@pytest.mark.parametrize(
    ("verb", "arguments"),
    [
        ("create_issue", {"title": "Never"}),
        ("update_issue", {"issue": 30, "title": "Never"}),
        ("comment", {"issue": 30, "text": "Never"}),
        ("propose_change", {"branch": "a", "title": "Never", "files": FILES[:1]}),
    ],
)
async def test_what_may_have_been_done_and_is_not_found_is_in_doubt_and_not_tried_again(
    desk: Desk, verb: str, arguments: dict[str, Any]
) -> None:
    notes = Losing(desk.site.gitlab, faults=[Fault(502)])
    with pytest.raises(InDoubt):
        await desk.carry_out(await desk.plan(verb, **arguments), notes)
    assert len(desk.writes) == 1
    ((effect, mark),) = notes.taken
    assert await desk.trace_now(effect, mark) is Trace.UNDER_WAY
    assert await desk.trace(effect, mark) is Trace.NOT_DONE


@pytest.mark.parametrize("fault", [Fault(401), Fault(403), Fault(404), Fault(409), Fault(422), Fault(429)])
async def test_what_gitlab_refuses_is_not_done(desk: Desk, fault: Fault) -> None:
    # The first request after the note is the one that acts.
    with pytest.raises(Refusal) as refused:
        await desk.carry_out(
            await desk.plan("comment", issue=30, text="Never"), Losing(desk.site.gitlab, faults=[fault])
        )
    assert refused.value.code != "in_doubt"
    assert "SENTINEL" not in f"{refused.value.message}{refused.value.detail}"
    assert desk.issue(30).notes[-1].body != "Never"


async def test_a_branch_whose_request_is_refused_goes_again(desk: Desk) -> None:
    planned = await desk.plan("propose_change", branch="a", title="T", files=FILES[:1])

    class Refusing(Notes):
        async def note(self, effect: Any, mark: Any) -> None:
            await super().note(effect, mark)
            desk.project.branches["elsewhere"] = desk.project.branches.pop("main")

    desk.project.commits.clear()
    with pytest.raises(Refusal):
        await desk.carry_out(planned, Refusing())
    assert "remit/a" not in desk.project.branches


async def test_an_action_is_traced_by_what_there_is(desk: Desk) -> None:
    notes = Notes()
    planned = await desk.plan("create_issue", title="Traced")
    assert planned.effect is not None
    assert await desk.trace(planned.effect, {"since": "2026-01-01T00:00:00+00:00"}) is Trace.NOT_DONE
    await desk.carry_out(planned, notes)
    ((_, mark),) = notes.taken
    assert await desk.trace(planned.effect, mark) is Trace.DONE
    await desk.act("create_issue", title="Traced")
    assert await desk.trace(planned.effect, mark) is Trace.UNKNOWN
    changed = await desk.plan("update_issue", issue=30, title="Traced")
    assert changed.effect is not None
    assert await desk.trace(changed.effect) is Trace.NOT_DONE
    await desk.carry_out(changed)
    assert await desk.trace(changed.effect) is Trace.DONE
    await desk.act("update_issue", issue=30, title="Other")
    assert await desk.trace(changed.effect) is Trace.UNKNOWN


async def test_an_issue_whose_number_was_never_put_on_record_is_taken_back_all_the_same(desk: Desk) -> None:
    planned = await desk.plan("create_issue", title="Lost key")
    await desk.carry_out(planned)
    assert planned.effect is not None
    await desk.take_back("create_issue", planned.effect)
    assert desk.issue(31).state == "closed"


async def test_taking_back_what_was_changed_since_is_refused_with_the_difference(desk: Desk) -> None:
    _, done = await desk.act("create_issue", title="Mine")
    await desk.act("update_issue", issue=31, title="Theirs")
    with pytest.raises(Conflict) as conflict:
        await desk.take_back("create_issue", done)
    ((_, now),) = conflict.value.differences
    assert now is not None
    assert now["title"] == "Theirs"


@pytest.mark.threat("T09")
async def test_who_may_only_read_reads_and_does_not_act(desk: Desk) -> None:
    desk.token = desk.site.tokens.give("ada")
    assert await desk.records("issues", project=SHOP)
    with pytest.raises(Denied) as denied:
        await desk.plan("create_issue", title="T")
    assert denied.value.rule == "insufficient_scope"


async def test_two_people_act_where_they_may(site: Site) -> None:
    bob = Desk(site, "bob")
    with pytest.raises(NotFound):
        await bob.plan("create_issue", project="acme/people/payroll", title="T")
    _, done = await bob.act("comment", issue=30, text="From Bob")
    ada = Desk(site)
    with pytest.raises(Conflict):  # it is not hers
        await ada.take_back("comment", done)
    planned = await bob.plan("propose_change", project="acme/site", branch="a", title="T", files=FILES[1:2])
    assert planned.effect is not None
    assert planned.effect.destinations == ("acme/site (public)",)
    with pytest.raises(Denied):  # he may read it, as everybody
        await bob.carry_out(planned)


async def test_a_token_that_was_revoked_acts_no_more(desk: Desk) -> None:
    planned = await desk.plan("create_issue", title="T")
    desk.site.tokens.end(desk.token)
    with pytest.raises(Refusal, match="onnect"):
        await desk.carry_out(planned)
    assert desk.writes == []
