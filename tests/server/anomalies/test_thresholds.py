"""The six thresholds, end to end: through the record of calls, the store, and whoever looks."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from policies.call import User
from policies.networks import address_of
from policies.thresholds import Anomalies, ResponseSize
from server.anomalies.failures import APART, Failures, Subject
from server.store import Store, StoreUnavailable
from tests.server.anomalies.house import House, open_house
from tests.server.calls import ADA

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T39")]

EVE = User("eve", "acme", frozenset())


@pytest.fixture
async def house(store: Store, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(store, tmp_path) as house:
        yield house


async def test_volume_is_found_above_three_times_the_users_normal_day(house: House) -> None:
    await house.past(20, calls=10)
    await house.call(29)
    await house.watch.look()
    assert await house.kinds() == []  # 2.9 times
    await house.call()
    await house.watch.look()
    assert await house.kinds() == []
    await house.call()
    await house.watch.look()
    (found,) = await house.found()  # 3.1 times
    told = json.loads(found.content)
    assert (found.kind, found.tenant, found.user) == ("volume", "acme", "ada")
    assert (told["figure"], told["threshold"]) == (31, 30)
    assert told["evidence"] | {"until": ""} == {
        "today": 31, "normal": 10, "of": "user", "days": 20, "what": "calls", "until": "",
    }  # fmt: skip


async def test_the_error_rate_is_found_above_five_percent(house: House) -> None:
    await house.fail(2)
    await house.call(39)
    await house.watch.look()
    assert await house.kinds() == []  # 2 of 41: 4.9 %
    other = User("bob", "acme", frozenset())
    await house.fail(2, other)
    await house.call(37, other)
    await house.watch.look()
    (found,) = await house.found()  # 2 of 39: 5.1 %
    assert (found.kind, found.user) == ("errors", "bob")


async def test_one_error_of_three_calls_is_not_found(house: House) -> None:
    await house.fail(1)
    await house.call(2)
    await house.watch.look()
    assert await house.kinds() == []


async def test_an_answer_is_found_above_the_maximum(store: Store, tmp_path: Path) -> None:
    async with open_house(store, tmp_path, Anomalies(response_size=ResponseSize(bytes=1000))) as house:
        await house.call(text="x" * 1000)
        await house.watch.look()
        assert await house.kinds() == []
        await house.call(text="x" * 1001)
        await house.watch.look()
        (found,) = await house.found()
        told = json.loads(found.content)
        assert (found.kind, told["figure"], told["tool"]) == ("response_size", 1001, "shop_query")
        assert not found.until  # by default it is told alone


async def test_the_sixth_failure_to_authenticate_within_ten_minutes_is_found(house: House) -> None:
    for _ in range(5):
        house.failures.of_user("acme", "eve")
        await house.watch.look()
    assert await house.kinds() == []
    house.failures.of_user("acme", "eve")
    await house.watch.look()
    (found,) = await house.found()
    assert (found.kind, found.user, found.in_force) == ("authentication_failures", "eve", True)
    assert await house.reasons(EVE)
    assert not await house.reasons(ADA)


async def test_what_is_found_of_an_address_says_which(house: House) -> None:
    for _ in range(6):
        house.failures.of_address(address_of("192.0.2.7"))
    await house.watch.look()
    (found,) = await house.found()
    assert json.loads(found.content)["evidence"]["subject"] == "192.0.2.7"
    (entry,) = await house.entries("anomaly")
    assert entry["evidence"]["subject"] == "192.0.2.7"  # type: ignore[index]
    ((alert,),) = await house.do(("SELECT content FROM alerts", ()))
    assert json.loads(alert)["evidence"]["subject"] == "192.0.2.7"


async def test_failures_that_the_store_did_not_take_count_once_it_does(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.watch.look()
    for _ in range(6):
        house.failures.of_user("acme", "eve")

    async def fails(_: object) -> object:
        raise StoreUnavailable("a test")

    with monkeypatch.context() as patched:
        patched.setattr(house.store, "run", fails)
        with pytest.raises(StoreUnavailable):
            await house.watch.look()
    await house.watch.look()
    assert await house.kinds() == ["authentication_failures"]


async def test_failures_of_more_than_ten_minutes_ago_count_no_more(house: House) -> None:
    for _ in range(5):
        house.failures.of_user("acme", "eve")
    await house.watch.look()
    await house.do(("UPDATE authentication_failures SET at = at - 600001", ()))
    house.failures.of_user("acme", "eve")
    await house.watch.look()
    assert await house.kinds() == []
    assert [*await house.do(("SELECT sum(failures) FROM authentication_failures", ()))] == [(1,)]


@pytest.mark.threat("T25")
async def test_the_fourth_source_of_one_conversation_is_found_before_it_is_read_and_the_third_is_not(
    house: House,
) -> None:
    for source in ("crm", "remit", "db", "helpdesk", "crm"):
        await house.ask(source)
    assert await house.kinds() == []
    assert not await house.reasons()
    await house.ask("slack")
    (found,) = await house.found()
    assert json.loads(found.content)["evidence"]["sources"] == ["crm", "db", "helpdesk", "slack"]
    (entry,) = await house.entries("anomaly")
    assert entry["evidence"]["sources"] == ["crm", "db", "helpdesk", "slack"]  # type: ignore[index]
    assert len(await house.reasons()) == 1
    await house.ask("files")
    assert await house.kinds() == ["sources_combined"]


async def test_an_address_is_counted_where_nobody_knows_whose_token_it_was() -> None:
    failures = Failures()
    failures.of_address(None)
    for number in range(3):
        failures.of_address(address_of(f"2001:db8::{number}"))
    failures.of_address(address_of("192.0.2.7"))
    assert failures.take() == {
        Subject(address=""): 1,
        Subject(address="2001:db8::/64"): 3,
        Subject(address="192.0.2.7"): 1,
    }
    assert failures.take() == {}


def test_a_flood_from_many_addresses_takes_bounded_room() -> None:
    failures = Failures()
    for number in range(10_000):
        failures.of_address(address_of(f"10.0.{number // 256}.{number % 256}"))
    taken = failures.take()
    assert len(taken) == APART + 1
    assert sum(taken.values()) == 10_000
