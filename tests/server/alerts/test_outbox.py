"""Alerts are raised with what happened, or not at all, and a flood of them is one message."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from policies.alert import Alert, Severity
from server.alerts.outbox import WINDOW, raise_alert
from server.store import Store, open_store
from server.transaction import Rows, Transaction
from tests.server.places import Place

pytestmark = pytest.mark.anyio

TROUBLE = Alert(
    kind="error_rate",
    severity=Severity.WARNING,
    summary="too many calls failed",
    user="ada",
    evidence={"n": 1},
)


class Fault(Exception):  # noqa: N818 - a transaction may raise anything
    pass


def _rows() -> Transaction[Rows]:
    return (yield "SELECT sequence, times, held_until - raised_at, content FROM alerts ORDER BY sequence", ())


def _later(milliseconds: int) -> Callable[[], Transaction[None]]:
    """As if so much time had passed since."""

    def moving() -> Transaction[None]:
        moved = ("raised_at", "last_at", "window_end")
        changes = ", ".join(f"{column} = {column} - $1" for column in moved)
        yield f"UPDATE alerts SET {changes}", (milliseconds,)
        yield "UPDATE alerts SET held_until = held_until - $1 WHERE held_until > 0", (milliseconds,)

    return moving


async def test_an_alert_is_there_once_its_transaction_is_and_in_the_next_process(place: Place) -> None:
    async with open_store(place.document, place.password) as store:
        await store.run(partial(raise_alert, TROUBLE))
    async with open_store(place.document, place.password) as store:
        rows = await store.read(_rows)
    assert [row[1] for row in rows] == [1]
    assert '"summary":"too many calls failed"' in rows[0][3]


async def test_a_transaction_that_is_undone_raised_no_alert(store: Store) -> None:
    def failing() -> Transaction[None]:
        yield from raise_alert(TROUBLE)
        raise Fault

    with pytest.raises(Fault):
        await store.run(failing)
    assert not await store.read(_rows)


async def test_a_flood_is_the_first_and_one_that_counts_the_rest(store: Store) -> None:
    flood = [replace(TROUBLE, evidence={"n": number}) for number in range(1, 101)]
    for part in (flood[:1], flood[1:]):
        await asyncio.gather(*(store.run(partial(raise_alert, alert)) for alert in part))
    first, rest = await store.read(_rows)
    assert (first[1], rest[1]) == (1, 99)
    assert '"evidence":{"n":100}' in rest[3]


async def test_two_in_one_transaction_are_told_apart_or_counted(store: Store) -> None:
    def raising() -> Transaction[None]:
        for alert in (TROUBLE, TROUBLE, replace(TROUBLE, user="bob"), TROUBLE):
            yield from raise_alert(alert)

    await store.run(raising)
    assert [row[1] for row in await store.read(_rows)] == [1, 2, 1]


async def test_those_of_a_flood_that_goes_on_are_one_message_a_window(store: Store) -> None:
    for _ in range(3):
        await store.run(partial(raise_alert, TROUBLE))
        await store.run(partial(raise_alert, TROUBLE))
        await store.run(_later(WINDOW))
    assert [row[1] for row in await store.read(_rows)] == [1, 1, 2, 2]


async def test_one_that_comes_back_after_its_window_goes_at_once(store: Store) -> None:
    await store.run(partial(raise_alert, TROUBLE))
    await store.run(_later(WINDOW))
    await store.run(partial(raise_alert, TROUBLE))
    held = [row[2] for row in await store.read(_rows)]
    assert all(each < 0 for each in held)


async def test_a_clock_that_was_put_back_holds_no_alert_up(store: Store) -> None:
    await store.run(partial(raise_alert, TROUBLE))
    await store.run(partial(raise_alert, TROUBLE))
    await store.run(_later(-7_200_000))
    await store.run(partial(raise_alert, TROUBLE))
    assert [row[2] < 0 for row in await store.read(_rows)] == [True, False, True]


async def test_hostile_text_is_kept_as_one_line(store: Store) -> None:
    await store.run(partial(raise_alert, replace(TROUBLE, tool="x\r\nBcc: all@acme.example\0\u202e")))
    content = (await store.read(_rows))[0][3]
    assert content.isprintable()
    assert "\\\\u0000" in content
