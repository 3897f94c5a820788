"""What goes without a person, what is asked after all, and what is refused."""

from collections.abc import AsyncIterator
from pathlib import Path
from time import monotonic_ns

import anyio
import pytest

from policies.allowance import MINUTE
from policies.anomalies import of_errors
from policies.call import Reply, Transport, User
from policies.change import Change
from policies.errors import Denied, LimitReached, NotApproved
from policies.injection.suspicion import Level
from policies.question import AnswerNeeded
from policies.thresholds import Anomalies
from server.actions import State
from server.anomalies.demotions import lift
from server.anomalies.findings import About, listed
from server.autonomous.mandates import Overtaken
from server.limits import WRITE
from server.steady_clock import SteadyClock
from server.transaction import Transaction, now_ms
from tests.server.autonomous.alone import FILL, REFUSE, ROLES, TWIN, Alone, no, open_alone, yes

pytestmark = pytest.mark.anyio


@pytest.fixture
async def alone(tmp_path: Path) -> AsyncIterator[Alone]:
    async with open_alone(tmp_path) as alone:
        yield alone


def put(*changes: tuple[str, str]) -> list[Change]:
    return [Change("shelf", {"key": key}, None, {"value": value}) for key, value in changes]


async def test_what_fits_a_scope_is_done_at_once_and_on_record(alone: Alone) -> None:
    reply = await alone.put(a="1")
    assert alone.shelf.put == put(("a", "1"))
    assert (await alone.events())[-3:] == ["asked", "intended", "answered"]
    entry = await alone.last("intended")
    assert entry["by"] == "scope fill, granted by root"
    assert entry["scope"] == "fill"
    assert entry["tool"] == TWIN
    assert reply.action


async def test_what_is_used_up_goes_by_the_clock_that_limits_began(alone: Alone) -> None:
    """Another process of this machine is a day behind the store's clock: nobody may be ahead of it."""
    clock = SteadyClock()
    wall = await alone.service.store.read(now_ms) * 1000
    behind = clock.read(None, wall) - monotonic_ns() // 1000 - 1440 * MINUTE

    def keep() -> Transaction[None]:
        yield WRITE, (clock.boot, behind)

    def minutes() -> Transaction[list[int]]:
        rows = yield "SELECT minute FROM scope_uses", ()
        return [minute for (minute,) in rows]

    await alone.service.store.run(keep)
    await alone.put(a="1")
    (minute,) = await alone.service.store.read(minutes)
    assert 1439 <= wall // MINUTE - minute <= 1441


async def test_what_went_alone_is_taken_back_when_the_user_says_so(alone: Alone) -> None:
    reply = await alone.put(a="1")
    with pytest.raises(AnswerNeeded) as asked:
        await alone.call("remit_undo", {"id": reply.action})
    await alone.call("remit_undo", {"id": reply.action}, yes(asked.value))
    assert alone.shelf.records == {}


async def test_what_would_fit_a_scope_is_taken_back_by_a_person_all_the_same(tmp_path: Path) -> None:
    async with open_alone(tmp_path, a="1") as alone:
        reply = await alone.put(a="2")
        with pytest.raises(AnswerNeeded):
            await alone.call("remit_undo", {"id": reply.action})
        assert alone.shelf.records == {"a": "2"}


async def test_what_does_not_fit_is_asked_with_the_reason(alone: Alone) -> None:
    needed = await alone.asked(a="too long")
    assert alone.shelf.put == []
    assert "It can't go alone: value would hold what it does not allow." in needed.message
    assert "value would hold what it does not allow." in needed.question.text
    assert "too long" not in needed.message
    await alone.answer(yes(needed), a="too long")
    assert alone.shelf.put == put(("a", "too long"))
    assert (await alone.last("intended"))["by"] == "ada"


async def test_what_does_not_fit_is_refused_where_the_scope_says_so(tmp_path: Path) -> None:
    async with open_alone(tmp_path, FILL.replace("[scopes.fill]", f"[scopes.fill]\n{REFUSE}")) as alone:
        with pytest.raises(Denied, match="value would hold") as refused:
            await alone.put(a="too long")
        assert refused.value.rule == "outside_scope"
        for number in range(3):
            await alone.put(a=str(number))
        with pytest.raises(LimitReached, match="3 calls within an hour") as reached:
            await alone.put(a="x")
        assert 3500 < reached.value.retry_after <= 3660
        assert len(alone.shelf.put) == 3


@pytest.mark.threat("T38")
async def test_what_is_used_up_is_asked(alone: Alone) -> None:
    for number in range(2):
        await alone.put(**{f"a{number}": "1", f"b{number}": "1"})
    needed = await alone.asked(c="1", d="1")
    assert "Its 5 records within an hour are used up." in needed.message
    await alone.put(c="1")
    assert "Its 3 calls within an hour are used up." in (await alone.asked(d="1")).message


async def test_what_a_person_said_yes_to_uses_nothing_up(alone: Alone) -> None:
    for number in range(5):
        value = f"too long {number}"
        await alone.answer(yes(await alone.asked(a=value)), a=value)
    await alone.put(b="1")


async def test_the_same_call_again_is_answered_with_what_it_did(alone: Alone) -> None:
    first, again = await alone.put(a="1"), await alone.put(a="1")
    assert again.replayed
    assert again.action == first.action
    assert len(alone.shelf.put) == 1


@pytest.mark.threat("T48")
async def test_the_same_call_many_times_at_once_is_done_once_and_counted_once(alone: Alone) -> None:
    replies: list[Reply] = []

    async def put() -> None:
        replies.append(await alone.put(a="1"))

    async with anyio.create_task_group() as tasks:
        for _ in range(20):
            tasks.start_soon(put)
    assert len(alone.shelf.put) == 1
    assert len({reply.action for reply in replies}) == 1
    assert sum(reply.replayed for reply in replies) == 19
    for key in ("b", "c"):
        await alone.put(**{key: "1"})


@pytest.mark.threat("T48")
@pytest.mark.parametrize("second", [TWIN, "shelf_put"])
async def test_one_wish_is_done_once_by_whichever_of_the_two_tools(alone: Alone, second: str) -> None:
    done = await alone.put(TWIN, a="1")
    again = await alone.put(second, a="1")
    assert again.replayed
    assert again.action == done.action
    asked = await alone.asked("shelf_put", a="too long")
    done = await alone.answer(yes(asked), "shelf_put", a="too long")
    assert (await alone.put(TWIN, a="too long")).action == done.action
    assert len(alone.shelf.put) == 2


@pytest.mark.threat("T20")
async def test_what_the_user_declined_does_not_go_alone(alone: Alone) -> None:
    asked = await alone.asked("shelf_put", a="1")
    with pytest.raises(NotApproved):
        await alone.answer(no(asked), "shelf_put", a="1")
    with pytest.raises(NotApproved):
        await alone.put(TWIN, a="1")
    assert alone.shelf.put == []


async def test_a_no_to_what_would_fit_by_now_is_a_no(tmp_path: Path) -> None:
    async with open_alone(tmp_path, FILL + FILL.replace("fill", "more").replace("= 5", "= 9")) as alone:
        asked = await alone.asked(a="longer")
        await alone.on("more")
        with pytest.raises(NotApproved):
            await alone.answer(no(asked), a="longer")
        assert alone.shelf.put == []


@pytest.mark.threat("T48")
async def test_a_question_that_has_become_needless_is_no_second_effect(alone: Alone) -> None:
    asked = await alone.asked("shelf_put", a="1")
    done = await alone.put(TWIN, a="1")
    with pytest.raises(NotApproved):
        await alone.answer(yes(asked), "shelf_put", a="1")
    assert (await alone.put("shelf_put", a="1")).action == done.action
    assert len(alone.shelf.put) == 1
    assert "stale" in await alone.events()
    states = [
        action.state
        for action in await alone.service.store.read(lambda: alone.service.pipeline.audit.actions.read(""))
    ]
    assert sorted(states) == [State.DONE, State.STALE]


@pytest.mark.threat("T22")
async def test_what_was_read_can_have_a_person_asked(alone: Alone) -> None:
    await alone.put(a="1")
    await alone.service.store.run(_suspect)
    assert "addresses an assistant" in (await alone.asked(b="1")).message


def _suspect() -> Transaction[None]:
    yield "UPDATE contexts SET suspicion = $1", (int(Level.EXPLICIT),)


@pytest.mark.threat("T39")
async def test_a_user_out_of_the_ordinary_is_asked_until_an_administrator_lifts_that(alone: Alone) -> None:
    await alone.put(a="1")
    errors = of_errors(100, 50, Anomalies())
    assert errors is not None
    await alone.service.store.run(
        lambda: alone.service.monitoring.findings.found(errors, About("acme", "ada"), "hour 1")
    )
    needed = await alone.asked(b="1")
    assert "too many of a user's calls end in errors" in needed.message
    (found,) = await alone.service.store.read(lambda: listed(0, 10))
    await alone.service.store.run(lambda: lift(found.id, "root"))
    await alone.put(c="1")
    assert alone.shelf.put == put(("a", "1"), ("c", "1"))


async def test_what_can_not_be_taken_back_is_asked_unless_spelled_out(tmp_path: Path) -> None:
    async with open_alone(
        tmp_path, FILL + FILL.replace("fill", "final").replace("rows = 2", "rows = 2\nirreversible = true")
    ) as alone:
        alone.shelf.final = "the shelf forgets"
        assert "It can't be taken back." in (await alone.asked(a="1")).message
        await alone.on("final")
        await alone.put(b="1")
        assert alone.shelf.put == put(("b", "1"))


async def test_a_second_person_is_asked_where_policy_wants_one(tmp_path: Path) -> None:
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy/four-eyes.cedar").write_text(
        '@id("four eyes")\nforbid (principal, action == Action::"act_unapproved", resource);\n'
    )
    async with open_alone(tmp_path, f'[policy]\npath = "policy"\n{FILL}') as alone:
        needed = await alone.asked(a="1")
        assert needed.question.approver
        assert needed.question.outside == ()


@pytest.mark.threat("T43")
async def test_what_was_just_switched_off_starts_nothing(alone: Alone) -> None:
    user = User("ada", "acme", frozenset({"analyst"}))
    twin = alone.service.catalogue.find(TWIN)
    assert twin
    await alone.off()
    assert alone.service.catalogue.is_open(user, twin, Transport.STDIO), "this process has not looked yet"
    with pytest.raises(Denied) as refused:
        await alone.put(a="1")
    assert refused.value.rule == "not_open"
    assert alone.shelf.put == []


@pytest.mark.threat("T43")
async def test_what_is_switched_off_between_the_plan_and_the_start_starts_nothing(alone: Alone) -> None:
    weigh = alone.service.pipeline.approvals.ask

    async def asked_and_then_off(*arguments: object) -> object:
        approval = await weigh(*arguments)  # type: ignore[arg-type]
        await alone.off()
        return approval

    alone.service.pipeline.approvals.ask = asked_and_then_off  # type: ignore[assignment,method-assign]
    with pytest.raises(Denied) as refused:
        await alone.put(a="1")
    assert refused.value.rule == "not_open"
    assert alone.shelf.put == []


async def test_a_call_that_was_overtaken_starts_nothing_and_is_asked_when_made_again(alone: Alone) -> None:
    weigh = alone.service.pipeline.approvals.ask
    late = True

    async def asked_and_then_used_up(*arguments: object) -> object:
        nonlocal late
        approval = await weigh(*arguments)  # type: ignore[arg-type]
        if late:
            late = False
            for number in range(3):
                await alone.put(**{f"b{number}": "1"})
        return approval

    alone.service.pipeline.approvals.ask = asked_and_then_used_up  # type: ignore[assignment,method-assign]
    with pytest.raises(Overtaken):
        await alone.put(a="1")
    assert len(alone.shelf.put) == 3
    assert "3 calls within an hour" in (await alone.asked(a="1")).message


async def test_a_scope_that_is_not_on_opens_nothing(tmp_path: Path) -> None:
    async with open_alone(tmp_path, on=False) as alone:
        with pytest.raises(Denied) as refused:
            await alone.put(a="1")
        assert refused.value.rule == "not_open"
    async with open_alone(tmp_path / "other", FILL.replace('"ada"', '"bob"')) as alone:
        with pytest.raises(Denied) as refused:
            await alone.put(a="1")
        assert refused.value.rule == "not_open"


async def test_a_user_whose_roles_may_not_act_alone_is_not_let_by_a_scope(tmp_path: Path) -> None:
    async with open_alone(tmp_path, roles=ROLES.splitlines()[0]) as alone:
        with pytest.raises(Denied) as refused:
            await alone.put(a="1")
        assert refused.value.rule == "not_open"
