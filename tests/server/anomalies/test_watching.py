"""What is found is kept once, on record, told and acted on; and who measures themselves by whom."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from policies.call import User
from policies.distinct import Distinct
from policies.halt import Subject
from policies.milliseconds import DAY
from policies.thresholds import Anomalies, TenantVolume, Volume
from server.anomalies.activity import Activity
from server.anomalies.demotions import lift
from server.anomalies.ended import NOTHING, Touched
from server.anomalies.watching import SWEEP_EVERY, TENANTS_EVERY, Watch
from server.halting.rows import state
from server.store import Store, StoreUnavailable
from server.transaction import Transaction
from tests.server.anomalies.house import House, open_house
from tests.server.calls import ADA

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T39")]

BOB = User("bob", "acme", frozenset())


@pytest.fixture
async def house(store: Store, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(store, tmp_path) as house:
        yield house


async def flood(house: House) -> None:
    await house.past(20, calls=10)
    await house.call(31)


async def test_what_is_found_is_on_record_told_and_demotes(house: House) -> None:
    await flood(house)
    await house.watch.look()
    (entry,) = await house.entries("anomaly")
    assert entry["kind"] == "volume"
    assert entry["did"] == "A person is asked about each autonomous action of this user."
    ((alert,),) = await house.do(("SELECT content FROM alerts", ()))
    assert (json.loads(alert)["kind"], json.loads(alert)["user"]) == ("anomaly_volume", "ada")
    (reason,) = await house.reasons()
    assert reason.startswith("Until ")
    assert "more calls today than 3 times" in reason
    assert not await house.reasons(BOB)


async def test_it_is_found_once_whoever_looks_and_however_often(house: House) -> None:
    await flood(house)
    await house.watch.look()
    await house.call()
    await house.watch.look()
    other = house.process()
    house.audit.activity.remember(("acme", "ada"), NOTHING)
    await other.look()
    assert await house.kinds() == ["volume"]
    assert len(await house.entries("anomaly")) == 1


async def test_a_demotion_ends_by_itself(house: House) -> None:
    await flood(house)
    await house.watch.look()
    await house.do((f"UPDATE demotions SET until = until - {DAY}", ()))
    assert await house.reasons() == ()
    (found,) = await house.found()
    assert not found.in_force


async def test_a_demotion_that_was_lifted_is_over_and_does_not_come_back_the_same_day(house: House) -> None:
    await flood(house)
    await house.watch.look()
    (found,) = await house.found()
    assert await house.store.run(lambda: lift("nothing", "root")) is None
    assert await house.store.run(lambda: lift(found.id, "root")) == ("acme", "ada", "volume")
    assert await house.store.run(lambda: lift(found.id, "root")) is None
    await house.call(10)
    await house.process().look()
    assert await house.reasons() == ()
    (after,) = await house.found()
    assert (after.lifted_by, after.in_force) == ("root", False)


async def test_what_is_only_told_demotes_nobody(store: Store, tmp_path: Path) -> None:
    async with open_house(store, tmp_path, Anomalies(volume=Volume(do="alert"))) as house:
        await flood(house)
        await house.watch.look()
        assert await house.kinds() == ["volume"]
        assert await house.reasons() == ()


@pytest.mark.parametrize("name", ["ada", "ACME\\ada"])
async def test_an_anomaly_trips_the_switch_for_autonomous_actions_of_the_user_where_the_settings_say_so(
    store: Store, tmp_path: Path, name: str
) -> None:
    who = User(name, "acme", frozenset())

    def of(user: str, tier: str) -> Subject:
        return Subject.of_action("acme", user, "shop", "shop_write_auto", tier, undoing=False)

    async with open_house(store, tmp_path, Anomalies(volume=Volume(do="halt"))) as house:
        await house.past(20, 10, who)
        await house.call(31, who)
        await house.watch.look()
        switch, _ = await house.store.read(state)
        assert (switch.of(of(name, "auto")) is not None) is (name == "ada")
        assert bool(await house.reasons(who)) is (name != "ada")  # else demoted: the switch has no such name
        assert switch.of(of(name, "act")) is switch.of(of("bob", "auto")) is None
        (entry,) = await house.entries("anomaly")
        assert "autonomous action" in str(entry["did"]).lower()


async def test_who_is_new_is_measured_by_the_average_of_their_tenant(house: House) -> None:
    """Two users with 20 and 40 calls a day: 30 on average."""
    await house.past(10, 20, User("carl", "acme", frozenset()))
    await house.past(10, 40, User("dora", "acme", frozenset()))
    await house.past(10, 1, User("else", "elsewhere", frozenset()))
    await house.call(90, BOB)
    await house.watch.look()
    assert await house.kinds() == []
    await house.call(1, BOB)
    await house.watch.look()
    (found,) = await house.found()
    evidence = json.loads(found.content)["evidence"]
    assert (found.user, evidence["of"], evidence["normal"]) == ("bob", "tenant", 30)


async def test_a_flood_that_is_split_over_the_users_of_a_tenant_is_found(
    store: Store, tmp_path: Path
) -> None:
    settings = Anomalies(tenant_volume=TenantVolume(least=1), volume=Volume(least=100))
    async with open_house(store, tmp_path, settings) as house:
        await house.past(6, calls=10)
        for number in range(3):
            await house.call(10, User(f"user{number}", "acme", frozenset()))
        await house.watch.look()
        assert await house.kinds() == []
        await house.call(1, User("one_more", "acme", frozenset()))
        await house.process().look()
        (found,) = await house.found()
        assert (found.kind, found.tenant, found.user) == ("tenant_volume", "acme", "")


async def test_different_rows_of_a_day_are_counted_over_processes_and_calls(house: House) -> None:
    """A slow drip: whatever it is split over, in the end each row is one more."""
    whose = ("acme", "ada")
    here, there = house.audit.activity, Activity(b"k" * 32)
    elsewhere = Watch(house.store, there, house.failures, house.findings, house.settings)
    here.remember(whose, Touched(Distinct.of(range(150)), frozenset({"shop.orders"})))
    there.remember(whose, Touched(Distinct.of(range(100, 250)), frozenset({"shop.customers"})))
    await house.watch.look()
    await elsewhere.look()
    rows = await house.do(("SELECT different, targets FROM activity_days", ()))
    assert [(count, json.loads(targets)) for count, targets in rows] == [
        (250, ["shop.customers", "shop.orders"])
    ]


async def test_the_same_row_read_twice_is_one_and_another_is_another(house: House) -> None:
    await house.call(3)
    await house.watch.look()
    assert [*await house.do(("SELECT different FROM activity_days", ()))] == [(1,)]


async def test_a_process_that_was_killed_leaves_nobody_unlooked_at(house: House) -> None:
    await flood(house)
    house.audit.activity.take(100)  # what it remembered is gone with it
    next_one = house.process()
    await next_one.sweep()
    await next_one.look()
    assert await house.kinds() == ["volume"]


async def test_what_could_not_be_looked_at_is_looked_at_the_next_time(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await flood(house)

    async def fails(_: object) -> object:
        raise StoreUnavailable("a test")

    with monkeypatch.context() as patched:
        patched.setattr(house.store, "read", fails)
        with pytest.raises(StoreUnavailable):
            await house.watch.look()
    await house.watch.look()
    assert await house.kinds() == ["volume"]


async def test_what_all_of_a_tenant_did_is_looked_at_though_nobody_calls_any_more(
    store: Store, tmp_path: Path
) -> None:
    settings = Anomalies(tenant_volume=TenantVolume(least=1), volume=Volume(least=100))
    async with open_house(store, tmp_path, settings) as house:
        await house.past(6, calls=10)
        await house.call(1)
        await house.watch.look()
        await house.call(30)
        await house.watch.look()
        assert await house.kinds() == []
        house.clock.now += TENANTS_EVERY
        await house.watch.look()
        assert await house.kinds() == ["tenant_volume"]


async def test_who_a_killed_process_left_is_looked_at_within_the_hour_though_nobody_calls_here(
    house: House,
) -> None:
    await house.watch.look()
    await flood(house)
    house.audit.activity.take(100)  # as if another process had answered them, and was killed
    await house.watch.look()
    assert await house.kinds() == []
    house.clock.now += SWEEP_EVERY
    await house.watch.look()
    assert await house.kinds() == ["volume"]


async def test_the_highest_volume_of_a_day_is_none_of_the_next_day(house: House) -> None:
    await flood(house)
    await house.watch.look()
    assert house.watch.volume_ratio == 3.1
    house.clock.now += DAY / 1000
    assert house.watch.volume_ratio == 0


async def test_a_tenant_that_could_not_be_looked_at_is_looked_at_the_next_time(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Anomalies(tenant_volume=TenantVolume(least=1), volume=Volume(least=100))
    async with open_house(store, tmp_path, settings) as house:
        await house.past(6, calls=10)
        await house.call(31)

        def fails(*_: object) -> Transaction[int]:
            raise StoreUnavailable("a test")

        with monkeypatch.context() as patched:
            patched.setattr("server.anomalies.rows.tenant_today", fails)
            with pytest.raises(StoreUnavailable):
                await house.watch.look()
        await house.watch.look()
        assert await house.kinds() == ["tenant_volume"]


async def test_more_users_than_are_remembered_are_looked_at_all_the_same(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.anomalies.watching.REMEMBERED", 1)
    await house.past(20, calls=10)
    await house.call()
    await house.watch.look()
    await house.call(30)
    await house.call(1, BOB)
    await house.watch.look()
    assert await house.kinds() == ["volume"]


async def test_the_log_names_a_user_as_it_does_in_all_other_entries(house: House) -> None:
    odd = User("ACME\\ada", "acme", frozenset())
    await house.fail(20, odd)
    await house.watch.look()
    (found,) = await house.entries("anomaly")
    (refused, *_) = await house.entries("refused")
    assert found["user"] == refused["user"]


@pytest.mark.threat("T34")
async def test_a_name_that_is_no_text_keeps_nothing_from_being_found(house: House) -> None:
    """A caller asks for tables by whatever name they like."""
    await house.past(20, calls=10)
    await house.call()
    odd = frozenset(f"shop.\ud800\x1b{number}" for number in range(11))
    house.audit.activity.remember(("acme", "ada"), Touched(targets=odd))
    await house.watch.look()
    (found,) = await house.found()
    assert found.kind == "targets"
    assert r"shop.\ud800\x1b0" in json.loads(found.content)["evidence"]["first"]


async def test_what_is_older_than_it_takes_to_tell_a_normal_day_is_forgotten(house: House) -> None:
    await house.past(40, calls=10)
    await house.watch.sweep()
    ((days,),) = await house.do(("SELECT count(*) FROM activity", ()))
    assert days in {28, 29}


async def test_a_call_of_nobody_and_a_tool_that_there_is_not_are_no_rows_of_their_own(house: House) -> None:
    await house.fail(3)
    rows = await house.do(("SELECT user_id, tool, calls, errors FROM activity", ()))
    assert [tuple(row) for row in rows] == [("ada", "", 3, 3)]
    assert ADA.id == "ada"
