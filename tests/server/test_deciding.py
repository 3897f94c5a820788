"""Who may decide on a page: the user for themselves, and somebody else where policy wants four eyes."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest

from policies.call import Caller, Channel, Request, Transport, User
from policies.errors import NotApproved
from policies.question import AnswerNeeded
from server.assembly import Service
from server.history import search
from tests.server.shelf import Shelf, shelf_service, shelved
from tests.server.test_confirming import PLENTY

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T16")]

ADA = User("ada", "acme", frozenset({"analyst"}), {"territory": "EMEA"})
LEAD = User("grace", "acme", frozenset({"lead"}))
ANALYST = User("bob", "acme", frozenset({"analyst"}))
STRANGER = User("grace", "globex", frozenset({"lead"}))
NOBODY = Caller(Transport.STDIO, "a client")
FOUR_EYES = 'forbid (principal, action == Action::"act_unapproved", resource in Source::"shelf");'


@pytest.fixture
def shelf() -> Shelf:
    return Shelf(apple="red")


@pytest.fixture
async def service(tmp_path: Path, shelf: Shelf) -> AsyncGenerator[Service]:
    async with shelf_service(shelved(tmp_path, more=PLENTY), shelf) as running:
        yield running


@pytest.fixture
async def watched(tmp_path: Path, shelf: Shelf) -> AsyncGenerator[Service]:
    """Where nobody acts without a second person's yes."""
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy/four.cedar").write_text(FOUR_EYES)
    more = f'{PLENTY}[policy]\npath = "policy"\n'
    roles = 'act = ["analyst"]\napprove = ["lead", "analyst"]'
    async with shelf_service(shelved(tmp_path, roles, more), shelf) as running:
        yield running


async def call(service: Service, caller: Caller = NOBODY) -> str:
    """The id of the action that somebody is asked about, or that was done."""
    request = Request("c" * 32, caller, "shelf_put", {"values": {"apple": "green"}})
    try:
        return (await service.pipeline.run(request)).action
    except AnswerNeeded as needed:
        return needed.question.action


async def digest(service: Service, action: str, user: User) -> str:
    question = await service.deciding.question(action, user)
    assert question is not None
    return question.digest


async def test_what_is_confirmed_on_the_page_is_done_by_the_next_call(service: Service, shelf: Shelf) -> None:
    action = await call(service)
    question = await service.deciding.question(action, ADA)
    assert question is not None
    assert (question.role, question.requester, question.risk) == ("confirm", "ada", "low")
    assert [waiting.id for waiting in await service.deciding.waiting(ADA)] == [action]
    assert await service.deciding.decide(action, ADA, yes=True, why="", digest=question.digest)
    assert await service.deciding.question(action, ADA) is None
    assert shelf.put == []
    assert await call(service) == action
    assert len(shelf.put) == 1
    assert await call(service) == action
    assert len(shelf.put) == 1


@pytest.mark.parametrize("who", [LEAD, ANALYST, STRANGER])
async def test_a_question_to_one_user_is_nothing_to_another(
    service: Service, shelf: Shelf, who: User
) -> None:
    action = await call(service)
    told = await digest(service, action, ADA)
    assert await service.deciding.question(action, who) is None
    assert await service.deciding.waiting(who) == []
    assert not await service.deciding.decide(action, who, yes=True, why="", digest=told)
    assert await call(service) == action
    assert shelf.put == []


async def test_a_yes_to_another_plan_than_was_shown_is_none(service: Service, shelf: Shelf) -> None:
    action = await call(service)
    assert not await service.deciding.decide(action, ADA, yes=True, why="", digest="0" * 64)
    told = await digest(service, action, ADA)
    shelf.records["apple"] = "yellow"
    assert await service.deciding.decide(action, ADA, yes=True, why="", digest=told)
    again = await call(service)
    assert again != action
    assert shelf.put == []
    assert await service.deciding.question(action, ADA) is None


async def test_what_is_declined_on_the_page_is_not_asked_again(service: Service, shelf: Shelf) -> None:
    action = await call(service)
    told = await digest(service, action, ADA)
    assert await service.deciding.decide(action, ADA, yes=False, why="not today", digest=told)
    with pytest.raises(NotApproved):
        await call(service)
    assert not await service.deciding.decide(action, ADA, yes=True, why="", digest=told)
    assert shelf.put == []


async def test_four_eyes_see_before_it_is_done(watched: Service, shelf: Shelf) -> None:
    action = await call(watched)
    mine = await digest(watched, action, ADA)
    assert await watched.deciding.decide(action, ADA, yes=True, why="", digest=mine)
    assert await call(watched) == action
    assert shelf.put == []
    assert not await watched.deciding.decide(action, ADA, yes=True, why="myself", digest=mine)
    question = await watched.deciding.question(action, LEAD)
    assert question is not None
    assert question.role == "approve"
    assert await watched.deciding.question(action, STRANGER) is None
    assert await watched.deciding.decide(action, LEAD, yes=True, why="agreed", digest=question.digest)
    assert await call(watched) == action
    assert len(shelf.put) == 1
    events = [str(entry.columns[1]) for entry in await search(watched.store)]
    assert {"confirmed", "approved", "intended"} <= set(events)


async def test_a_form_alone_is_not_four_eyes(watched: Service, shelf: Shelf) -> None:
    from policies.call import Answer

    form = Caller(Transport.STDIO, "a client", channels=frozenset({Channel.FORM}))
    action = await call(watched, form)
    request = Request("c" * 32, form, "shelf_put", {"values": {"apple": "green"}})
    with pytest.raises(AnswerNeeded) as needed:
        await watched.pipeline.run(replace(request, answer=Answer(action, Channel.FORM, yes=True)))
    assert needed.value.question.approver
    assert needed.value.question.channel is Channel.PAGE
    assert shelf.put == []
    question = await watched.deciding.question(action, LEAD)
    assert question is not None
    assert await watched.deciding.decide(action, LEAD, yes=True, why="fine", digest=question.digest)
    assert await call(watched, form) == action
    assert len(shelf.put) == 1
