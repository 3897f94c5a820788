"""Nothing is done before the user has said yes to exactly that, and then it is done once."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

import anyio
import mcp_types as types
import pytest
from mcp.client import Client
from mcp.shared.exceptions import MCPError

from policies.call import Transport
from server.assembly import Service
from server.history import search
from server.protocol import asking
from server.protocol.app import App
from tests.server.shelf import Shelf, shelf_service, shelved

pytestmark = pytest.mark.anyio

Era = Literal["auto", "legacy"]
ERAS: tuple[Era, ...] = ("auto", "legacy")
PLENTY = "[limits]\ncalls_per_minute = 100000\nburst = 10000\n"
PUT = {"values": {"apple": "green"}}


class Person:
    """Says what it is told to say, and remembers what it was asked."""

    def __init__(self, *says: dict[str, Any] | str | None, then: Callable[[], None] | None = None) -> None:
        self.asked: list[str] = []
        self._says = list(says)
        self._then = then

    async def __call__(self, context: object, params: types.ElicitRequestParams) -> types.ElicitResult:
        self.asked.append(params.message)
        if self._then is not None:
            self._then()
        says = self._says.pop(0) if self._says else {"approve": True}
        said = {"action": says} if isinstance(says, str) else {"action": "accept", "content": says}
        return types.ElicitResult.model_validate(said)


@asynccontextmanager
async def talking(service: Service, person: Person | None, era: Era) -> AsyncGenerator[Client]:
    app = App(service, "1", Transport.STDIO)
    async with Client(app, mode=era, elicitation_callback=person) as client:
        yield client


def code(result: types.CallToolResult) -> str:
    assert result.meta is not None
    return str(result.meta["remit/call"].get("code", ""))


async def events(service: Service) -> list[str]:
    return [str(entry.columns[1]) for entry in reversed(await search(service.store))]


@pytest.fixture
def shelf() -> Shelf:
    return Shelf(apple="red")


@pytest.fixture
async def service(tmp_path: Path, shelf: Shelf) -> AsyncGenerator[Service]:
    async with shelf_service(shelved(tmp_path, more=PLENTY), shelf) as running:
        yield running


@pytest.mark.parametrize("era", ERAS)
async def test_what_is_confirmed_is_done_once_and_told(service: Service, shelf: Shelf, era: Era) -> None:
    person = Person({"approve": True})
    async with talking(service, person, era) as client:
        result = await client.call_tool("shelf_put", PUT)
    assert not result.is_error, result
    assert shelf.records == {"apple": "green"}
    assert len(shelf.put) == len(person.asked) == 1
    assert 'value: "red" -> "green"' in person.asked[0]
    assert result.structured_content is not None
    assert result.structured_content["action"]["state"] == "done"
    assert result.structured_content["action"]["undo"] is True
    assert [event for event in await events(service) if event in {"intended", "answered", "refused"}] == [
        "refused",
        "intended",
        "answered",
    ]


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("says", ["decline", "cancel", {"approve": False}])
async def test_what_is_not_confirmed_is_not_done(
    service: Service, shelf: Shelf, era: Era, says: dict[str, Any] | str
) -> None:
    async with talking(service, Person(says, says, says, says, says), era) as client:
        result = await client.call_tool("shelf_put", PUT)
    assert (result.is_error, code(result)) == (True, "not_approved")
    assert shelf.put == []


@pytest.mark.threat("T16")
@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(
    "content",
    [
        {"approve": "yes"},
        {"approve": 1},
        {"approve": True, "values": "blue"},
        {"confirm": True},
        None,
    ],
)
async def test_a_form_that_says_something_else_is_no_yes(
    service: Service, shelf: Shelf, era: Era, content: dict[str, Any] | None
) -> None:
    async with talking(service, Person(content), era) as client:
        result = await client.call_tool("shelf_put", PUT)
    assert (result.is_error, code(result)) == (True, "not_approved")
    assert shelf.put == []
    assert "intended" not in await events(service)


@pytest.mark.threat("T18")
@pytest.mark.parametrize("era", ERAS)
async def test_what_changes_while_the_user_looks_is_asked_anew(
    service: Service, shelf: Shelf, era: Era
) -> None:
    def paint() -> None:
        if len(person.asked) == 1:
            shelf.records["apple"] = "yellow"

    person = Person(then=paint)
    async with talking(service, person, era) as client:
        result = await client.call_tool("shelf_put", PUT)
    assert not result.is_error
    assert len(person.asked) == 2
    assert "has changed since" in person.asked[1]
    assert '"yellow" -> "green"' in person.asked[1]
    assert len(shelf.put) == 1
    assert "stale" in await events(service)


@pytest.mark.threat("T20")
@pytest.mark.parametrize("era", ERAS)
async def test_what_was_declined_is_not_asked_again(service: Service, shelf: Shelf, era: Era) -> None:
    person = Person("decline")
    async with talking(service, person, era) as client:
        for _ in range(5):
            result = await client.call_tool("shelf_put", PUT)
            assert (result.is_error, code(result)) == (True, "not_approved")
        other = await client.call_tool("shelf_put", {"values": {"pear": "green"}})
    assert not other.is_error
    assert len(person.asked) == 2
    assert [str(change.key["key"]) for change in shelf.put] == ["pear"]


@pytest.mark.threat("T20")
async def test_a_user_is_asked_only_so_often(tmp_path: Path, shelf: Shelf) -> None:
    configuration = shelved(tmp_path, more=f"{PLENTY}questions_per_hour = 3\n")
    async with shelf_service(configuration, shelf) as service:
        person = Person()
        async with talking(service, person, "auto") as client:
            results = [
                await client.call_tool("shelf_put", {"values": {f"fruit {number}": "green"}})
                for number in range(6)
            ]
    assert len(person.asked) == len(shelf.put) == 3
    assert [code(result) for result in results[3:]] == ["limit_reached"] * 3


@pytest.mark.threat("T48")
@pytest.mark.parametrize("era", ERAS)
async def test_the_same_call_again_is_answered_with_what_it_did(
    service: Service, shelf: Shelf, era: Era
) -> None:
    person = Person()
    async with talking(service, person, era) as client:
        first = await client.call_tool("shelf_put", PUT)
        again = await client.call_tool("shelf_put", PUT)
        other = await client.call_tool("shelf_put", PUT | {"idempotency_key": "once more"})
        mixed = await client.call_tool("shelf_put", {"values": {"fig": "x"}, "idempotency_key": "once more"})
    assert first.structured_content is not None
    assert again.structured_content is not None
    assert again.structured_content["action"] == first.structured_content["action"] | {"replayed": True}
    assert again.structured_content["rows"] == first.structured_content["rows"]
    assert not other.is_error
    assert code(mixed) == "invalid_argument"
    assert len(shelf.put) == len(person.asked) == 2
    assert "replayed" in await events(service)


@pytest.mark.threat("T19")
async def test_a_yes_that_comes_fifty_times_is_spent_once(service: Service, shelf: Shelf) -> None:
    app = App(service, "1", Transport.STDIO)
    async with Client(app, mode="auto", elicitation_callback=Person()) as client:
        asked = await client.session.call_tool("shelf_put", PUT, allow_input_required=True)
        assert isinstance(asked, types.InputRequiredResult)
        answers: dict[str, Any] = {"confirm": types.ElicitResult(action="accept", content={"approve": True})}
        results: list[types.CallToolResult] = []

        async def answer() -> None:
            result = await client.session.call_tool(
                "shelf_put", PUT, input_responses=answers, request_state=asked.request_state
            )
            assert isinstance(result, types.CallToolResult)
            results.append(result)

        async with anyio.create_task_group() as tasks:
            for _ in range(50):
                tasks.start_soon(answer)
    assert len(shelf.put) == 1
    assert not any(result.is_error for result in results), [result.content for result in results][:2]
    replays = [bool((result.meta or {})["remit/call"]["replayed"]) for result in results]
    assert sorted(replays) == [False] + [True] * 49


@pytest.mark.threat("T16")
@pytest.mark.parametrize("risky", ["final", "hidden"])
@pytest.mark.parametrize("era", ERAS)
async def test_a_form_is_not_asked_where_much_can_go_wrong(
    service: Service, shelf: Shelf, era: Era, risky: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    setattr(shelf, risky, "it is gone" if risky == "final" else ("a trigger",))
    monkeypatch.setattr(asking, "HELD", 0.1)
    person = Person(None)
    async with talking(service, person, era) as client:
        result = await client.call_tool("shelf_put", PUT)
    assert len(person.asked) == 1
    assert "green" not in person.asked[0]
    assert not result.is_error
    assert code(result) == "needs_answer"
    assert result.meta is not None
    assert result.meta["remit/call"]["url"].startswith("http://127.0.0.1:8787/approve/")
    assert shelf.put == []


async def test_a_client_that_can_ask_nobody_gets_the_way_to_our_page(service: Service, shelf: Shelf) -> None:
    async with talking(service, None, "auto") as client:
        first = await client.call_tool("shelf_put", PUT)
        again = await client.call_tool("shelf_put", PUT)
    assert code(first) == code(again) == "needs_answer"
    assert first.meta is not None
    assert again.meta is not None
    assert first.meta["remit/call"]["url"] == again.meta["remit/call"]["url"]
    assert first.structured_content is not None
    assert first.structured_content["action"]["state"] == "waiting"
    assert shelf.put == []


@pytest.mark.threat("T16", "T19")
@pytest.mark.parametrize("forged", ["made up", "another's call", "cut short"])
async def test_state_that_is_not_ours_for_this_call_is_refused_on_record(
    service: Service, shelf: Shelf, forged: str
) -> None:
    app = App(service, "1", Transport.STDIO)
    async with Client(app, mode="auto", elicitation_callback=Person()) as client:
        asked = await client.session.call_tool("shelf_put", PUT, allow_input_required=True)
        other = await client.session.call_tool(
            "shelf_put", {"values": {"pear": "green"}}, allow_input_required=True
        )
        assert isinstance(asked, types.InputRequiredResult)
        assert isinstance(other, types.InputRequiredResult)
        assert asked.request_state is not None
        state = {
            "made up": "made up",
            "another's call": other.request_state,
            "cut short": asked.request_state[:-2],
        }[forged]
        answers: dict[str, Any] = {"confirm": types.ElicitResult(action="accept", content={"approve": True})}
        with pytest.raises(MCPError) as refused:
            await client.session.call_tool("shelf_put", PUT, input_responses=answers, request_state=state)
    assert refused.value.error.code == types.INVALID_PARAMS
    assert shelf.put == []
    (entry,) = await search(service.store, code="invalid_request_state")
    assert (entry.columns[1], entry.columns[4], entry.columns[5]) == ("refused", "ada", "shelf_put")


@pytest.mark.threat("T16")
async def test_an_answer_without_our_state_is_none(service: Service, shelf: Shelf) -> None:
    app = App(service, "1", Transport.STDIO)
    async with Client(app, mode="auto", elicitation_callback=Person()) as client:
        answers: dict[str, Any] = {"confirm": types.ElicitResult(action="accept", content={"approve": True})}
        result = await client.session.call_tool(
            "shelf_put", PUT, input_responses=answers, allow_input_required=True
        )
        assert isinstance(result, types.InputRequiredResult)
        with_argument = await client.call_tool("shelf_put", {**PUT, "confirm": True})
    assert code(with_argument) == "invalid_argument"
    assert shelf.put == []
