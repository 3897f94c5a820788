"""What is raised is delivered: in order, at least once, whatever fails and whoever goes."""

import asyncio
import logging
from functools import partial

import anyio
import pytest

from policies.alert import Severity
from policies.milliseconds import DAY
from server.alerts import progress
from server.alerts.message import Message
from server.alerts.outbox import WINDOW
from server.alerts.sending import NotDelivered
from server.store import Store, open_store
from server.transaction import Rows, Transaction, now_ms
from tests.server.alerts.senders import Inbox, delivering, everything, raising
from tests.server.places import Place
from tools.outbound.errors import Unreachable

pytestmark = pytest.mark.anyio

DOWN = Unreachable("https://hooks.acme.example can't be reached")


async def passes(store: Store, milliseconds: int) -> None:
    """As if so much time had passed."""

    def moving() -> Transaction[None]:
        for table, columns in (
            ("alerts", ("raised_at", "last_at", "window_end", "held_until")),
            ("alert_destinations", ("due_at", "failing_since", "leased_until")),
        ):
            for column in columns:
                yield f"UPDATE {table} SET {column} = {column} - $1 WHERE {column} > 0", (milliseconds,)

    await store.run(moving)


def _count() -> Transaction[Rows]:
    return (yield "SELECT (SELECT count(*) FROM alerts), (SELECT count(*) FROM alert_outcomes)", ())


async def test_each_destination_gets_all_in_order_and_once(store: Store) -> None:
    chat, mail = Inbox(), Inbox()
    process = await delivering(store, {"chat": chat, "mail": mail})
    await raising(store, "first", "second", "third")
    await everything(process)
    await everything(process)
    assert chat.kinds == mail.kinds == ["first", "second", "third"]
    assert [message.id for message in chat.taken] == [message.id for message in mail.taken]
    assert await process.waiting() == []


async def test_what_fails_comes_again_under_its_id_before_what_came_after_it(store: Store) -> None:
    chat = Inbox(DOWN)
    process = await delivering(store, {"chat": chat})
    await raising(store, "first", "second")
    await everything(process)
    assert chat.came == 1
    assert await process.waiting() == []
    await passes(store, 2_000)
    await everything(process)
    assert chat.kinds == ["first", "second"]


async def test_a_destination_that_is_dead_stops_no_other(store: Store) -> None:
    dead, alive = Inbox(*[DOWN] * 9), Inbox()
    process = await delivering(store, {"dead": dead, "alive": alive})
    await raising(store, "first", "second")
    await everything(process)
    assert alive.kinds == ["first", "second"]
    assert dead.came == 1


async def test_tries_are_ever_further_apart_up_to_a_bound(store: Store) -> None:
    dead = Inbox(*[DOWN] * 20)
    process = await delivering(store, {"dead": dead})
    await raising(store, "first")
    pauses: list[int] = []
    for _ in range(12):
        now = await store.read(now_ms)
        await everything(process)
        pauses.append((await store.read(progress.everywhere))["dead"].due_at - now)
        await passes(store, pauses[-1])
    assert dead.came == 12
    due = [min(1000 * 2**number, progress.LONGEST_PAUSE) for number in range(12)]
    assert all(least <= pause < least + 900 for least, pause in zip(due, pauses, strict=True))


async def test_an_alert_that_a_destination_refuses_is_given_up_and_the_next_one_goes(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    chat = Inbox(*[NotDelivered("it answers 400", refused=True)] * progress.REFUSALS)
    process = await delivering(store, {"chat": chat})
    await raising(store, "odd", "next")
    for _ in range(progress.REFUSALS):
        await everything(process)
        await passes(store, progress.LONGEST_PAUSE)
    assert chat.kinds == ["next"]
    assert "an alert is given up" in caplog.messages


async def test_only_what_was_refused_counts_towards_giving_an_alert_up(store: Store) -> None:
    refusal = NotDelivered("it answers 400", refused=True)
    chat = Inbox(*[DOWN] * progress.REFUSALS, *[refusal] * (progress.REFUSALS - 1))
    process = await delivering(store, {"chat": chat})
    await raising(store, "odd")
    for _ in range(2 * progress.REFUSALS):
        await everything(process)
        await passes(store, progress.LONGEST_PAUSE)
    assert chat.kinds == ["odd"]


async def test_what_is_a_day_old_where_all_has_failed_for_a_day_is_given_up_on_record(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    chat = Inbox(DOWN)
    process = await delivering(store, {"chat": chat})
    await raising(store, "first", "second")
    await everything(process)
    await passes(store, DAY + 60_000)
    await raising(store, "third")
    await everything(process)
    assert chat.kinds == ["third"]
    assert "alerts are given up: their destination has failed for a day" in caplog.messages
    states = await store.read(partial(progress.outcomes, 0))
    assert sorted(states.values()) == [progress.DELIVERED, progress.GIVEN_UP, progress.GIVEN_UP]


async def test_what_waited_while_no_server_ran_goes_however_old_it_is(store: Store) -> None:
    chat = Inbox()
    process = await delivering(store, {"chat": chat})
    await raising(store, "first")
    await passes(store, 2 * DAY)
    await everything(process)
    assert chat.kinds == ["first"]


async def test_one_process_at_a_time_sends_to_a_destination(place: Place) -> None:
    inbox = Inbox()
    async with (
        open_store(place.document, place.password) as here,
        open_store(place.document, place.password) as there,
    ):
        one = await delivering(here, {"chat": inbox})
        other = await delivering(there, {"chat": inbox})
        await raising(here, *(f"n{number}" for number in range(6)))
        for _ in range(3):
            await asyncio.gather(everything(one), everything(other))
    assert inbox.kinds == [f"n{number}" for number in range(6)]


async def test_what_a_process_had_when_it_was_killed_is_sent_by_the_next_one(store: Store) -> None:
    chat = Inbox()
    killed, heir = await delivering(store, {"chat": chat}), await delivering(store, {"chat": chat})
    await raising(store, "first")
    await store.run(partial(progress.claim, "chat", Severity.WARNING, killed.lease))
    await everything(heir)
    assert chat.kinds == []
    await passes(store, progress.LEASE + 1)
    await everything(heir)
    assert chat.kinds == ["first"]


async def test_a_process_that_comes_back_late_makes_nothing_go_back(store: Store) -> None:
    chat = Inbox()
    stopped, heir = await delivering(store, {"chat": chat}), await delivering(store, {"chat": chat})
    await raising(store, "first", "second")
    lease = stopped.lease
    late = await store.run(partial(progress.claim, "chat", Severity.WARNING, lease))
    assert late
    await passes(store, progress.LEASE + 1)
    await everything(heir)
    assert not await store.run(partial(progress.failed, "chat", late, lease, "late", refused=False))
    await store.run(partial(progress.delivered, "chat", late))
    assert await heir.waiting() == []
    assert chat.kinds == ["first", "second"]
    assert (await store.read(progress.everywhere))["chat"].why == ""


async def test_a_destination_gets_what_is_severe_enough_and_waits_for_nothing_else(store: Store) -> None:
    pager = Inbox()
    process = await delivering(store, {"pager": pager}, least=Severity.CRITICAL)
    await raising(store, "warned")
    await raising(store, "grave", severity=Severity.CRITICAL)
    await raising(store, "noted", severity=Severity.INFO)
    await everything(process)
    assert pager.kinds == ["grave"]
    assert await process.waiting() == []


async def test_a_destination_that_is_new_gets_what_is_raised_from_then_on(store: Store) -> None:
    await raising(store, "before")
    chat = Inbox()
    process = await delivering(store, {"chat": chat})
    await raising(store, "after")
    await everything(process)
    assert chat.kinds == ["after"]


async def test_a_flood_is_one_message_at_once_and_one_when_its_window_ends(store: Store) -> None:
    chat = Inbox()
    process = await delivering(store, {"chat": chat})
    await raising(store, *["flood"] * 20)
    await everything(process)
    await raising(store, "other")
    await everything(process)
    assert [(message.kind, message.times) for message in chat.taken] == [("flood", 1), ("other", 1)]
    assert await process.waiting() == []
    await passes(store, WINDOW)
    await everything(process)
    assert [(message.kind, message.times) for message in chat.taken][2:] == [("flood", 19)]


async def test_a_clock_that_was_put_back_holds_nothing_up(store: Store) -> None:
    chat = Inbox(DOWN)
    killed, heir = await delivering(store, {"chat": chat}), await delivering(store, {"chat": chat})
    await raising(store, "first", "first")
    await everything(killed)
    await store.run(partial(progress.claim, "chat", Severity.WARNING, killed.lease))
    await passes(store, -7_200_000)
    await everything(heir)
    assert chat.kinds == ["first", "first"]


async def test_a_fault_in_sending_is_told_and_ends_nothing(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    chat, mail = Inbox(KeyError("x")), Inbox()
    process = await delivering(store, {"chat": chat, "mail": mail})
    await raising(store, "first")
    with caplog.at_level(logging.ERROR):
        await everything(process)
    assert mail.kinds == ["first"]
    assert (await store.read(progress.everywhere))["chat"].why == "remit failed on it (KeyError)"


async def test_old_alerts_are_forgotten_and_their_numbers_never_given_again(store: Store) -> None:
    chat = Inbox()
    process = await delivering(store, {"chat": chat})
    await raising(store, "first", "second")
    await everything(process)
    await passes(store, progress.KEPT + 60_000)
    await store.run(_age_outcomes)
    await store.run(progress.forget_old)
    assert (await store.read(_count))[0][0] == 1
    await raising(store, "third")
    await everything(process)
    assert chat.kinds == ["first", "second", "third"]


def _age_outcomes() -> Transaction[None]:
    yield "UPDATE alert_outcomes SET at = 1", ()


async def test_it_watches_until_it_is_ended_and_gives_its_leases_back(store: Store) -> None:
    taken = anyio.Event()

    class Hanging(Inbox):
        async def send(self, message: Message) -> None:
            del message
            taken.set()
            await anyio.sleep_forever()

    process = await delivering(store, {"chat": Hanging()})
    await raising(store, "first")
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(process.watch)
        with anyio.fail_after(30):
            await taken.wait()
        tasks.cancel_scope.cancel()
    assert (await store.read(progress.everywhere))["chat"].leased_until == 0
