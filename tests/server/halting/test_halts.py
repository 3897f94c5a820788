"""A halt is in force at once, for whatever has not been sent by then (threats T41, T42)."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import pytest

from policies.call import Call, Tier, User
from policies.document import Switch
from policies.errors import AuditUnavailable, Halted
from policies.halt import EVERYTHING, NOTHING, Scope
from server.actions import Action, State
from server.assembly import Service
from server.audit import Audit, Record, open_audit
from server.configuration import load
from server.halting import rows
from server.halting.flights import Flight, in_flight
from server.halting.guard import FRESH, TRIES, Guard
from server.recovery import Recovery
from server.store import Reader, Store, StoreUnavailable, open_store
from server.transaction import Transaction
from tests.server.calls import ADA, SETTINGS, Pipeline, buckets, keys, limited, permit, request
from tests.server.confirmed import Confirmed
from tests.server.places import Place
from tests.server.shelf import Shelf, shelf_service, shelved
from tools.connector import Trace

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T41")]

BOB = User("bob", "acme", frozenset({"analyst"}))


@pytest.fixture
async def pipeline(store: Store, tmp_path: Path) -> AsyncIterator[Pipeline]:
    async with open_audit(store, keys(tmp_path), SETTINGS, tmp_path / "second") as audit:
        yield Pipeline(store, audit)


async def halt(store: Store, scope: Scope = EVERYTHING) -> int:
    """Its epoch."""
    return (await store.at_once(partial(rows.halt, scope, "root", "a leak"))).epoch


async def change(store: Store, sql: str, *arguments: object) -> None:
    """In the store, behind everybody's back."""

    def changing() -> Transaction[None]:
        yield sql, arguments

    await store.run(changing)


async def halted(pipeline: Pipeline, user: User = ADA, tier: Tier = Tier.READ) -> bool:
    try:
        await pipeline.run(user=user, tier=tier)
    except Halted:
        return True
    return False


async def test_a_call_is_halted_by_the_transaction_that_admits_it(pipeline: Pipeline, store: Store) -> None:
    assert not await halted(pipeline)
    await halt(store, Scope(user="ada"))
    assert await halted(pipeline)
    assert not await halted(pipeline, BOB)
    await halt(store, Scope(tier=Tier.ACT))
    assert not await halted(pipeline, BOB)
    await store.at_once(partial(rows.resume, Scope(user="ada"), "root", "it is over"))
    assert not await halted(pipeline)
    assert len(pipeline.carried_out) == 4


async def test_a_call_that_was_halted_is_not_counted(store: Store, pipeline: Pipeline) -> None:
    pipeline.limits = limited(store, pipeline.audit, buckets(calls_per_minute=1, burst=1))
    await halt(store)
    assert await halted(pipeline)
    await store.at_once(partial(rows.ask_to_lift, "code", "ada", ""))
    await store.at_once(partial(rows.lift, "code", "bob", ""))
    assert not await halted(pipeline)


async def test_an_action_does_not_start_that_was_halted_while_it_was_planned(
    pipeline: Pipeline, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    admit = pipeline.limits.admit

    async def admit_and_halt(*arguments: Any) -> Any:
        admission = await admit(*arguments)
        await halt(store, Scope(source="shop"))
        return admission

    monkeypatch.setattr(pipeline.limits, "admit", admit_and_halt)
    with pytest.raises(Halted):
        await pipeline.run(tier=Tier.ACT)
    assert pipeline.carried_out == []
    assert await store.read(partial(in_flight, EVERYTHING, 1)) == []


CORRUPTED = {
    "deleted": "DELETE FROM kill_switch",
    "of nothing": "UPDATE kill_switch SET kept = ''",
    "shortened": "UPDATE kill_switch SET kept = substr(kept, 1, 80)",
    "changed by hand": "UPDATE kill_switch SET kept = replace(kept, '1}', '2}')",
    "no longer the first": "UPDATE kill_switch SET one = 2",
}


@pytest.mark.threat("T42")
@pytest.mark.parametrize("sql", CORRUPTED.values(), ids=CORRUPTED)
async def test_while_nobody_can_say_what_is_halted_nobody_acts_and_reads_go_by_the_setting(
    pipeline: Pipeline, store: Store, sql: str
) -> None:
    await change(store, sql)
    assert await halted(pipeline, tier=Tier.ACT)
    assert await halted(pipeline, tier=Tier.AUTO)
    assert not await halted(pipeline)
    needing = Switch(unreadable="everything")
    pipeline.limits = limited(store, pipeline.audit, switch=needing)
    assert await halted(pipeline)
    # To halt something is to make it readable again, and nothing goes on by that.
    assert await halt(store, Scope(source="elsewhere")) > 0
    assert [str(one.scope) for one in (await rows.look(store)).halts] == ["everything", "source elsewhere"]
    assert await halted(pipeline)


@pytest.mark.threat("T42")
async def test_an_action_does_not_start_while_nobody_can_say_what_is_halted(
    pipeline: Pipeline, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    admit = pipeline.limits.admit

    async def admit_and_corrupt(*arguments: Any) -> Any:
        admission = await admit(*arguments)
        await change(store, "DELETE FROM kill_switch")
        return admission

    monkeypatch.setattr(pipeline.limits, "admit", admit_and_corrupt)
    with pytest.raises(Halted):
        await pipeline.run(tier=Tier.ACT)
    assert pipeline.carried_out == []


@pytest.mark.threat("T42")
async def test_without_its_table_nothing_is_admitted(pipeline: Pipeline, store: Store) -> None:
    await change(store, "DROP TABLE kill_switch")
    for tier in Tier:
        with pytest.raises(AuditUnavailable):
            await pipeline.run(tier=tier)
    assert pipeline.carried_out == []


async def test_two_halts_at_once_both_stand(place: Place) -> None:
    scopes = [Scope(user=f"user {number}") for number in range(20)]
    async with (
        open_store(place.document, place.password) as one,
        open_store(place.document, place.password) as other,
    ):
        await asyncio.gather(*(halt((one, other)[n % 2], scope) for n, scope in enumerate(scopes)))
        switch = await rows.look(one)
        assert {each.scope for each in switch.halts} == set(scopes)
        assert switch.epoch == len(scopes)


# What is in flight, over both stores: a system that a test holds in its hand.


@asynccontextmanager
async def house(place: Place, folder: Path) -> AsyncGenerator[tuple[Confirmed, Shelf]]:
    configuration = shelved(folder)
    server = f'store = "{place.document.server.store}"'
    if place.password:
        (folder / "store-password").touch(mode=0o600)
        (folder / "store-password").write_text(place.password.reveal())
        server += '\nstore_password = "file:store-password"'
    text = configuration.file.read_text()
    assert 'store = "sqlite:remit.db"' in text
    configuration.file.write_text(text.replace('store = "sqlite:remit.db"', server))
    shelf = Shelf(apple="red")
    async with shelf_service(load(configuration.file), shelf) as service:
        yield Confirmed(service), shelf


@pytest.fixture
async def ada(place: Place, tmp_path: Path) -> AsyncIterator[tuple[Confirmed, Shelf]]:
    async with house(place, tmp_path) as both:
        yield both


async def actions(service: Service) -> list[Action]:
    return await service.store.read(lambda: service.pipeline.audit.actions.read("ORDER BY asked_at"))


async def states(service: Service) -> list[State]:
    return [action.state for action in await actions(service)]


async def flights(service: Service, epoch: int, scope: Scope = EVERYTHING) -> list[Flight]:
    """As `remit halt` lists them: in the ordinary queue."""
    return await service.store.run(partial(in_flight, scope, epoch))


async def test_what_was_halted_between_its_start_and_its_send_is_not_sent(
    ada: tuple[Confirmed, Shelf], monkeypatch: pytest.MonkeyPatch
) -> None:
    user, shelf = ada
    intend = Record.intend
    epochs: list[int] = []

    async def intend_and_halt(self: Record, *arguments: Any) -> Any:
        grant = await intend(self, *arguments)
        epochs.append(await halt(user.service.store))
        return grant

    async def sent(*_: object) -> None:
        pytest.fail("it was sent")

    monkeypatch.setattr(Record, "intend", intend_and_halt)
    monkeypatch.setattr(shelf, "carry_out", sent)
    with pytest.raises(Halted):
        await user.put(apple="green")
    assert shelf.put == []
    (flight,) = await flights(user.service, epochs[0])
    assert (flight.state, flight.user, flight.source, flight.tool) == ("failed", "ada", "shelf", "shelf_put")


async def test_what_was_halted_before_its_note_is_taken_back(ada: tuple[Confirmed, Shelf]) -> None:
    user, shelf = ada

    async def halting() -> None:
        await halt(user.service.store, Scope(tool="shelf_put"))

    shelf.before_note = halting
    with pytest.raises(Halted):
        await user.put(apple="green")
    assert shelf.put == []
    (action,) = await actions(user.service)
    assert (action.state, action.content.noted) == (State.FAILED, False)


@pytest.mark.parametrize(("seconds", "sent"), [(FRESH, True), (FRESH + 0.001, False)])
async def test_who_stood_still_after_the_note_looks_again_before_the_last_word(
    ada: tuple[Confirmed, Shelf], monkeypatch: pytest.MonkeyPatch, seconds: float, *, sent: bool
) -> None:
    user, shelf = ada
    audit, time, epochs = user.service.pipeline.audit, [0.0], list[int]()
    monkeypatch.setattr(audit.guard, "clock", lambda: time[0])
    keep = Audit.keep

    async def keep_and_stand_still(self: Audit, transaction: Any) -> Any:
        kept = await keep(self, transaction)
        epochs.append(await halt(user.service.store))
        time[0] += seconds
        return kept

    monkeypatch.setattr(Audit, "keep", keep_and_stand_still)
    try:
        await user.put(apple="green")
    except Halted:
        assert not sent
    assert bool(shelf.put) is sent
    (flight,) = await flights(user.service, epochs[0])
    assert flight.state == ("done" if sent else "failed")


async def test_a_store_that_is_gone_at_the_last_look_lets_nothing_go(
    ada: tuple[Confirmed, Shelf], monkeypatch: pytest.MonkeyPatch
) -> None:
    user, shelf = ada

    async def gone(*_: object) -> None:
        raise StoreUnavailable("gone")

    monkeypatch.setattr(Guard, "hold", gone)
    with pytest.raises(AuditUnavailable):
        await user.put(apple="green")
    assert shelf.put == []


async def test_what_is_being_sent_is_listed_and_its_end_is_on_record(ada: tuple[Confirmed, Shelf]) -> None:
    user, shelf = ada
    store, sending, go_on = user.service.store, anyio.Event(), anyio.Event()
    await user.put(pear="green")  # which is over by then, and in nobody's way

    async def send() -> None:
        sending.set()
        await go_on.wait()

    shelf.after_note = send
    found: list[Flight] = []
    async with anyio.create_task_group() as tasks:
        with anyio.fail_after(20):
            tasks.start_soon(partial(user.put, apple="green"))
            await sending.wait()
        assert await halt(store) == 1
        found += await flights(user.service, 1)
        assert await flights(user.service, 1, Scope(user="bob")) == []
        go_on.set()
    (flight,) = found
    assert (flight.tenant, flight.user, flight.tier) == ("acme", "ada", "act")
    assert (flight.state, flight.is_over) == ("started", False)
    assert len(shelf.put) == 2
    (ended,) = await flights(user.service, 1)
    assert (ended.action, ended.state) == (flight.action, "done")


async def test_what_ended_between_the_halt_and_its_list_is_listed(ada: tuple[Confirmed, Shelf]) -> None:
    user, shelf = ada
    epochs: list[int] = []

    async def halting() -> None:
        epochs.append(await halt(user.service.store))

    shelf.after_note = halting
    await user.put(apple="green")
    assert [flight.state for flight in await flights(user.service, epochs[0])] == ["done"]
    later = await halt(user.service.store)
    assert await flights(user.service, later) == []


async def test_taking_back_is_halted_by_the_source_of_what_it_takes_back(
    ada: tuple[Confirmed, Shelf],
) -> None:
    user, shelf = ada
    done = await user.put(apple="green")
    for scope in (Scope(source="shelf"), Scope(tool="remit_undo")):
        await halt(user.service.store, scope)
        with pytest.raises(Halted):
            await user.undo(done.action)
        await user.service.store.at_once(partial(rows.resume, scope, "root", ""))
    assert shelf.records == {"apple": "green"}
    await user.undo(done.action)
    assert shelf.records == {"apple": "red"}


async def test_what_is_started_is_found_out_about_under_a_halt(
    ada: tuple[Confirmed, Shelf], monkeypatch: pytest.MonkeyPatch
) -> None:
    user, shelf = ada
    service = user.service
    epochs: list[int] = []

    async def halt_and_die() -> None:
        epochs.append(await halt(service.store))
        raise RuntimeError("as if the process had been killed")

    shelf.after_note = halt_and_die
    with pytest.raises(RuntimeError):
        await user.put(apple="green")
    assert await states(service) == [State.STARTED]
    await change(service.store, "UPDATE actions SET until = 0")
    shelf.trail = Trace.DONE
    pipeline = service.pipeline
    await Recovery(service.store, pipeline.audit, pipeline.vault).look()
    assert [flight.state for flight in await flights(service, epochs[0])] == ["done"]


class Switchboard(Reader):
    """Each look at it takes so many seconds."""

    def __init__(self, *seconds: float) -> None:
        self.now = 0.0
        self.looks = 0
        self._seconds = list(seconds)

    async def read(self, transaction: Callable[[], Transaction[Any]]) -> Any:
        self.looks += 1
        self.now += self._seconds.pop(0)
        return NOTHING.to_text()


@pytest.mark.parametrize(
    ("looked", "seconds", "looks"),
    [
        (None, [0.0], 1),
        (None, [FRESH], 1),
        (None, [FRESH + 0.01, 0.1], 2),
        (-FRESH, [], 0),
        (-FRESH - 0.01, [0.1], 1),
    ],
)
async def test_a_look_is_good_for_a_quarter_of_a_second(
    looked: float | None, seconds: list[float], looks: int
) -> None:
    board = Switchboard(*seconds)
    await Guard(board, lambda: board.now).hold(call(), looked)
    assert board.looks == looks


async def test_who_can_never_look_in_time_does_not_send() -> None:
    board = Switchboard(*[1.0] * 100)
    with pytest.raises(StoreUnavailable):
        await Guard(board, lambda: board.now).hold(call())
    assert board.looks == TRIES


def call() -> Call:
    return permit(request(), tier=Tier.ACT).call
