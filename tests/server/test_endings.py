"""A user's sessions end: who signed in before is refused in every process, and nothing waits for them."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from policies.call import Answer, Channel, Tier, User
from policies.ending import BLOCKED, OVER, hold
from policies.errors import AuditUnavailable, Denied, NeedsConnection, NotApproved
from policies.question import AnswerNeeded
from server.approvals import Approvals
from server.audit import open_audit
from server.commands.credential import listed
from server.decisions import Decisions
from server.endings import Ended, Ending, Endings
from server.store import Store
from server.transaction import Transaction
from tests.server.calls import SETTINGS, Pipeline, keys
from tests.server.desk import ADA, BOB, WRITE, Desk

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T43")]

NOW = 1_800_000_000  # seconds


def person(since: float | None, session: str = "", tenant: str = "acme", name: str = "ada") -> User:
    return User(name, tenant, frozenset({"analyst"}), since=since, session=session)


async def write(store: Store, ending: Ending) -> None:
    def writing() -> Transaction[None]:
        yield (
            "INSERT INTO endings SELECT $1, $2, $3, $4, 0, '', '', count(*) + 1 FROM endings",
            (ending.user, ending.tenant, ending.session, ending.not_before),
        )

    await store.run(writing)


@pytest.fixture
async def pipeline(store: Store, tmp_path: Path) -> AsyncIterator[Pipeline]:
    async with open_audit(store, keys(tmp_path), SETTINGS, tmp_path / "second") as audit:
        yield Pipeline(store, audit)


async def rule(pipeline: Pipeline, user: User) -> str:
    """Why a call of theirs is refused, "" where it is not."""
    try:
        await pipeline.run(user=user)
    except Denied as denied:
        return denied.rule
    return ""


@pytest.mark.parametrize(
    ("not_before", "since", "why"),
    [
        (None, 0.0, ""),
        (NOW * 1000, NOW - 0.001, "ended_session"),
        (NOW * 1000, NOW, ""),
        (NOW * 1000 + 1, NOW, "ended_session"),
        (NOW * 1000, 0.0, "ended_session"),
        (NOW * 1000, None, ""),
        (OVER, NOW, "ended_session"),
        (BLOCKED, NOW, "blocked"),
        (BLOCKED, None, "blocked"),
    ],
)
def test_a_token_counts_from_the_very_moment_on(
    not_before: int | None, since: float | None, why: str
) -> None:
    if not why:
        hold(not_before, since)
        return
    with pytest.raises(Denied) as denied:
        hold(not_before, since)
    assert denied.value.rule == why


async def test_what_was_signed_in_before_is_refused_and_what_is_after_is_not(
    pipeline: Pipeline, store: Store
) -> None:
    assert await rule(pipeline, person(NOW - 1)) == ""
    await write(store, Ending("acme", "ada", "", NOW * 1000))
    assert await rule(pipeline, person(NOW - 1)) == "ended_session"
    assert await rule(pipeline, person(0)) == "ended_session"
    assert await rule(pipeline, person(NOW)) == ""
    assert await rule(pipeline, person(NOW - 1, name="bob")) == ""
    assert await rule(pipeline, person(NOW - 1, tenant="other")) == ""


async def test_an_end_in_every_tenant_and_one_of_a_session_reach_as_far_as_they_say(
    pipeline: Pipeline, store: Store
) -> None:
    await write(store, Ending("", "ada", "", NOW * 1000))
    await write(store, Ending("", "", "s1", OVER))
    assert await rule(pipeline, person(NOW - 1, tenant="other")) == "ended_session"
    assert await rule(pipeline, person(NOW, session="s1")) == "ended_session"
    assert await rule(pipeline, person(NOW, session="s1", name="bob")) == "ended_session"
    assert await rule(pipeline, person(NOW, session="s2")) == ""
    assert await rule(pipeline, person(NOW)) == ""


async def test_an_action_does_not_begin_whose_user_ended_while_it_was_planned(
    pipeline: Pipeline, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    admit = pipeline.limits.admit

    async def admit_and_end(*arguments: Any) -> Any:
        admission = await admit(*arguments)
        await write(store, Ending("acme", "ada", "", NOW * 1000))
        return admission

    monkeypatch.setattr(pipeline.limits, "admit", admit_and_end)
    with pytest.raises(Denied, match="Your session has ended"):
        await pipeline.run(user=person(NOW - 1), tier=Tier.ACT)
    assert pipeline.carried_out == []


async def test_where_nobody_can_say_who_has_ended_nobody_is_admitted(
    pipeline: Pipeline, store: Store
) -> None:
    def drop() -> Transaction[None]:
        yield "DROP TABLE endings", ()

    await store.run(drop)
    with pytest.raises(AuditUnavailable):
        await pipeline.run(user=person(NOW))
    with pytest.raises(AuditUnavailable):
        await pipeline.run(user=person(None))
    assert pipeline.carried_out == []


def endings(desk: Desk) -> Endings:
    return desk.service.endings


async def end(desk: Desk, user: str = "ada", *, block: bool = False, keep: bool = False) -> Ended:
    return await endings(desk).end_user(
        "", user, by="root", why="she has left", block=block, keep_connections=keep
    )


async def test_connections_and_questions_end_with_their_user_in_one_commit_on_record(desk: Desk) -> None:
    ada, bob = desk.person(ADA), desk.person(BOB)
    for one in (ada, bob):
        await one.connect(desk.accounts[one.who.user])
    with pytest.raises(AnswerNeeded) as asked:
        await ada.call("shop_write", WRITE)
    assert await end(desk) == Ended(connections=1, questions=1)
    assert [one.user for one in await listed(desk.configuration.document)] == ["bob"]
    with pytest.raises(NeedsConnection):
        await ada.rows()
    assert await bob.rows() == [[2, "of bob"]]
    entries = [e for e in await desk.entries() if e["event"] in {"stale", "disconnected", "user_ended"}]
    assert [entry["event"] for entry in entries] == ["stale", "disconnected", "user_ended"]
    assert (entries[2]["user"], entries[2]["by"], entries[2]["why"]) == ("ada", "root", "she has left")
    await ada.connect(desk.accounts["ada"])
    with pytest.raises(NotApproved):
        await ada.call("shop_write", WRITE, Answer(asked.value.question.action, Channel.TERMINAL, yes=True))


async def test_connections_stay_where_that_is_said(desk: Desk) -> None:
    ada = desk.person(ADA)
    await ada.connect(desk.accounts["ada"])
    assert await end(desk, keep=True) == Ended(connections=0, questions=0)
    assert await ada.rows() == [[1, "of ada"]]


async def test_who_is_blocked_is_refused_until_they_are_allowed_again(desk: Desk) -> None:
    ada = desk.person(ADA)
    await ada.connect(desk.accounts["ada"])
    await end(desk, block=True, keep=True)
    with pytest.raises(Denied, match="An administrator has ended your access"):
        await ada.rows()
    await end(desk, keep=True)
    with pytest.raises(Denied):  # a later end lifts no block
        await ada.rows()
    assert await endings(desk).allow("ada", by="root", why="it was a mistake")
    assert await ada.rows() == [[1, "of ada"]]
    assert not await endings(desk).allow("ada", by="root", why="once more")
    assert [event for event in await desk.events() if event.startswith("user_")] == [
        "user_ended",
        "user_ended",
        "user_allowed",
    ]


async def test_an_action_confirmed_already_is_not_begun_for_a_user_who_was_blocked_meanwhile(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = desk.person(ADA)
    await ada.connect(desk.accounts["ada"])
    with pytest.raises(AnswerNeeded) as asked:
        await ada.call("shop_write", WRITE)
    ask = Approvals.ask

    async def ask_and_block(*arguments: Any) -> Any:
        approval = await ask(*arguments)
        await end(desk, block=True, keep=True)
        return approval

    monkeypatch.setattr(Approvals, "ask", ask_and_block)
    with pytest.raises(Denied, match="has ended your access"):
        await ada.call("shop_write", WRITE, Answer(asked.value.question.action, Channel.TERMINAL, yes=True))
    async with desk.postgres.admin(desk.database) as admin:
        assert await admin.fetchval("SELECT note FROM orders WHERE id = 1") == "of ada"


async def test_who_has_ended_approves_nothing_and_what_they_approved_is_dropped(desk: Desk) -> None:
    ada = desk.person(ADA)
    await ada.connect(desk.accounts["ada"])
    with pytest.raises(AnswerNeeded) as asked:
        await ada.call("shop_write", WRITE)
    audit = desk.service.pipeline.audit
    decisions, lead = Decisions(desk.service.store, audit), person(None, name="lead")
    action = await desk.service.store.read(partial(audit.actions.find, asked.value.question.action))
    assert action is not None
    await end(desk, "lead", block=True)
    with pytest.raises(Denied):
        await decisions.approve(action, lead, "")
    assert await endings(desk).allow("lead", by="root", why="")
    await decisions.approve(action, lead, "")
    assert await end(desk, "lead") == Ended(connections=0, questions=1)
