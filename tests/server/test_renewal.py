"""Users and administrators are told of a connection that is due soon; one that is due keeps no secret."""

from typing import Any

import anyio
import httpx2
import pytest

from policies.errors import NeedsConnection
from policies.milliseconds import DAY
from server import lapsing
from server.commands.credential import facts, line, listed
from server.commands.due import due_findings
from server.connections import SWEPT, Connections
from server.transaction import Rows, Transaction
from tests.server.desk import ADA, BOB, Desk, Person
from tests.server.pages.house import fields, send

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def _looks_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server looks when it starts, and not again while a test goes on."""
    monkeypatch.setattr(lapsing, "EVERY", 3600.0)


async def left(desk: Desk, days: float) -> None:
    """All were made a quarter of a year before they are due, and are due in so many days."""
    until = f"now_ms() + {round(days * DAY)}"
    await desk.change(f"UPDATE connections SET due_at = {until}, made_at = {until} - {90 * DAY}")


async def notice(person: Person) -> Any:
    rows: Any = (await person.call("remit_sources", {})).structured["rows"]
    return rows[0][-1]


async def page(person: Person) -> str:
    async with person.browser() as browser:
        return (await browser.get("/connections")).text


async def kept(desk: Desk) -> Rows:
    def looking() -> Transaction[Rows]:
        return (yield "SELECT login, sealed FROM connections ORDER BY user_id", ())

    return await desk.service.store.read(looking)


async def pressed(browser: httpx2.AsyncClient, id: str, do: str) -> httpx2.Response:  # noqa: A002
    shown = await browser.get("/connections")
    return await browser.post(f"/connections/{id}", data={"form": fields(shown)["form"], "do": do})


@pytest.mark.parametrize(
    ("days", "told"), [(29.5, "within 30 days"), (6.5, "within 7 days"), (0.5, "within a day")]
)
async def test_who_looks_is_told_ahead(desk: Desk, days: float, told: str) -> None:
    ada = desk.person(ADA)
    await ada.connect(desk.accounts["ada"])
    assert await notice(ada) is None
    assert "Due within" not in await page(ada)
    await left(desk, days)
    assert told in await notice(ada)
    assert f"Due {told}" in await page(ada)
    (connection,) = await listed(desk.configuration.document)
    assert facts(connection)["due_within_days"] == round(days + 0.5)
    assert f"DUE {told.upper()}" in line(connection)
    findings = await due_findings(desk.service.store)
    assert [finding.what for finding in findings] == (
        [f"1 of its connections is due {told}"] if days < 7 else []
    )
    assert not any(finding.fatal for finding in findings)


async def test_who_renews_ahead_is_not_interrupted(desk: Desk) -> None:
    ada = desk.person(ADA)
    await ada.connect(desk.accounts["ada"])
    await left(desk, 3)
    (connection,) = await listed(desk.configuration.document)
    async with ada.browser() as browser:
        led = await pressed(browser, connection.id, "renew")
        assert led.status_code == 303
        assert await ada.rows() == [[1, "of ada"]]
        path = led.headers["location"]
        typed = {"login": desk.accounts["ada"].login, "secret": desk.accounts["ada"].password}
        made = await send(browser, path, {**fields(await browser.get(path)), **typed})
    assert made.status_code == 200
    assert await notice(ada) is None
    assert await ada.rows() == [[1, "of ada"]]


async def test_nobody_renews_what_is_somebody_elses(desk: Desk) -> None:
    ada, bob = desk.person(ADA), desk.person(BOB)
    await ada.connect(desk.accounts["ada"])
    await bob.connect(desk.accounts["bob"])
    theirs = next(one.id for one in await listed(desk.configuration.document) if one.user == "ada")
    async with bob.browser() as browser:
        assert (await pressed(browser, theirs, "renew")).status_code in {403, 404}


@pytest.mark.threat("T37")
async def test_from_its_due_day_on_the_secret_is_gone_and_its_user_is_told_why(desk: Desk) -> None:
    ada, bob = desk.person(ADA), desk.person(BOB)
    await ada.connect(desk.accounts["ada"])
    await bob.connect(desk.accounts["bob"])
    await desk.change("UPDATE connections SET due_at = now_ms() WHERE user_id = 'ada'")
    connections = desk.service.connecting.connections
    assert await lapsing.sweep(connections) == 1
    assert await lapsing.sweep(connections) == 0
    (adas, bobs) = await kept(desk)
    assert tuple(adas) == ("", "")
    assert all(bobs)
    (entry,) = [entry for entry in await desk.entries() if entry["event"] == "disconnected"]
    assert (entry["user"], entry["why"]) == ("ada", "it was due")
    with pytest.raises(NeedsConnection, match="was due to be renewed, and has ended"):
        await ada.rows()
    assert "when it was due" in await notice(ada)
    shown = await page(ada)
    assert "It has ended" in shown
    assert "Connect it anew" in shown
    assert "End it" not in shown
    assert [one.user for one in await listed(desk.configuration.document)] == ["bob"]
    await ada.connect(desk.accounts["ada"])
    assert await ada.rows() == [[1, "of ada"]]
    assert [entry["event"] for entry in await desk.entries()].count("disconnected") == 1


async def test_a_call_ends_one_that_is_due_before_any_sweep_does(desk: Desk) -> None:
    ada = desk.person(ADA)
    await ada.connect(desk.accounts["ada"])
    await desk.change("UPDATE connections SET due_at = now_ms()")
    with pytest.raises(NeedsConnection, match="was due"):
        await ada.rows()
    assert [tuple(row) for row in await kept(desk)] == [("", "")]
    assert "disconnected" in await desk.events()


async def test_more_than_one_look_takes_are_ended_in_several(desk: Desk) -> None:
    await desk.person(ADA).connect(desk.accounts["ada"])
    await desk.change(
        f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {SWEPT + 20}) "
        "INSERT INTO connections SELECT 'id' || i, tenant, 'user' || i, source, login, made_at, 1, 0, "
        "sealed, networks, per_minute, scopes, lease, leased_until FROM connections, n"
    )
    connections = desk.service.connecting.connections
    assert await lapsing.sweep(connections) == SWEPT
    assert await lapsing.sweep(connections) == 20
    assert len(await listed(desk.configuration.document)) == 1


async def test_a_running_server_sweeps_by_itself(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await desk.person(ADA).connect(desk.accounts["ada"])
    await desk.change("UPDATE connections SET due_at = now_ms()")
    ended = anyio.Event()
    lapse = Connections.lapse

    async def noted(*arguments: Any) -> bool:
        done = await lapse(*arguments)
        ended.set()
        return done

    monkeypatch.setattr(Connections, "lapse", noted)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(lapsing.watch, desk.service.connecting.connections)
        with anyio.fail_after(60):
            await ended.wait()
        tasks.cancel_scope.cancel()
    assert [tuple(row) for row in await kept(desk)] == [("", "")]
