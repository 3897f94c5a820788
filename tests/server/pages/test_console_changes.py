"""What the console changes is in force at once, in every process, and on record by whom."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import anyio
import pytest

from policies.call import Transport, User
from policies.errors import Denied, Halted
from policies.halt import EVERYTHING
from policies.question import AnswerNeeded
from server.assembly import assemble
from server.autonomous.delegations import Delegations
from server.autonomous.switching import switch_on
from server.halting import rows
from server.moments import end_of
from server.transaction import Transaction
from server.vault import Connected
from tests.server.autonomous.alone import FILL, TWIN
from tests.server.pages.administrators import GRACE, HAL, IDA, Console, open_console, said
from tests.server.pages.house import send
from tests.server.shelf import Shelf

pytestmark = pytest.mark.anyio

TODAY = datetime.now(UTC).date()
WHY = "a leak"


@pytest.fixture
async def console(tmp_path: Path) -> AsyncIterator[Console]:
    async with open_console(tmp_path) as console:
        yield console


async def full(console: Console) -> str:
    """The epoch of a full halt that Grace made."""
    async with console.browser(GRACE) as seat:
        await seat.done("halt", what="everything", why=WHY)
    switch = await rows.look(console.service.store)
    return str(next(halt.epoch for halt in switch.halts if halt.scope.is_everything))


async def request(console: Console) -> str:
    """What the form holds that confirms the request to lift it."""
    lifting = (await rows.look(console.service.store)).lifting
    assert lifting is not None
    return lifting.code


@pytest.mark.threat("T41")
async def test_what_is_halted_acts_no_more_and_goes_on_by_the_same_page(console: Console) -> None:
    alone = console.alone
    await alone.on()
    await alone.put(a="1")
    async with console.browser(GRACE) as seat:
        page = await seat.done("halt", what="part", row="shelf_put", tool="shelf_put", tier="auto", why=WHY)
        assert "Halted, in every process: tool shelf_put, tier auto. Nothing was in flight." in said(page)
        with pytest.raises(Halted):
            await alone.put(b="1")
        with pytest.raises(AnswerNeeded):
            await alone.put("shelf_put", b="1")
        assert "By acme/grace since" in said(page)
        page = await seat.done("resume", epoch="1", why="it was nothing")
        assert "It goes on: tool shelf_put, tier auto." in said(page)
        await alone.put(c="1")
    (entry,) = await console.entries("halted")
    told = {name: entry[name] for name in ("by", "why", "tool", "tier", "in_flight")}
    assert told == {"by": "acme/grace", "why": WHY, "tool": "shelf_put", "tier": "auto", "in_flight": 0}
    (entry,) = await console.entries("resumed")
    assert (entry["by"], entry["why"], entry["tool"]) == ("acme/grace", "it was nothing", "shelf_put")


@pytest.mark.threat("T41")
async def test_what_was_in_flight_is_listed_with_how_it_ended(console: Console) -> None:
    shelf, held, go = console.shelf, anyio.Event(), anyio.Event()
    alone = console.alone
    await alone.on()

    async def hold() -> None:
        held.set()
        await go.wait()

    shelf.after_note = hold
    async with console.browser(GRACE) as seat:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(partial(alone.put, a="1"))
            with anyio.fail_after(60):
                await held.wait()
            assert "shelf_put_auto ada acme started" in said(await seat.page())
            page = said(await seat.done("halt", what="part", source="shelf", why=WHY))
            assert "In flight when it was halted: 1. They are listed under In flight." in page
            assert "shelf_put_auto ada acme started in flight when it was halted" in page
            go.set()
        assert "shelf_put_auto ada acme done in flight when it was halted" in said(await seat.page())


@pytest.mark.threat("T42")
async def test_a_full_halt_takes_two_people_to_lift(console: Console) -> None:
    epoch = await full(console)
    async with console.browser(GRACE) as seat, console.browser(HAL) as other:
        page = said(await seat.done("resume", epoch=epoch, why="it is closed"))
        assert "You asked to lift the full halt." in page
        assert "You asked, so somebody else has to confirm" in page
        assert await console.halts() == ["everything"]
        token = console.token(GRACE, seat, "/console/lift")
        mine = {"form": token, "request": await request(console), "why": "I am sure"}
        answer = await seat.browser.post("/console/lift", data=mine)
        assert answer.status_code == 422
        assert "somebody else has to confirm it" in answer.text
        assert await console.halts() == ["everything"]
        assert "acme/grace asked to lift it: it is closed" in said(await other.page())
        page = said(await other.done("lift", request=await request(console), why="seen and tested"))
        assert "The full halt is lifted." in page
        assert await console.halts() == []
    (asked,) = await console.entries("resume_asked")
    assert (asked["by"], asked["why"]) == ("acme/grace", "it is closed")
    (lifted,) = await console.entries("resumed")
    assert (lifted["by"], lifted["why"], lifted["asked_by"]) == ("other/hal", "seen and tested", "acme/grace")


@pytest.mark.threat("T42")
async def test_a_request_that_is_not_the_one_that_was_shown_lifts_nothing(console: Console) -> None:
    epoch = await full(console)
    async with console.browser(GRACE) as seat, console.browser(HAL) as other:
        await seat.done("resume", epoch=epoch, why="it is closed")
        seen = await request(console)
        await seat.done("resume", epoch=epoch, why="another reason")
        answer = await other.send("lift", request=seen, why="seen")
        assert answer.status_code == 422
        assert "not as you saw it" in answer.text
        await console.service.store.at_once(partial(rows.halt, EVERYTHING, "root", "once more"))
        form = {"form": console.token(HAL, other, "/console/lift"), "request": seen, "why": "seen"}
        assert (await other.browser.post("/console/lift", data=form)).status_code == 422
        assert await console.halts() == ["everything"]


@pytest.mark.threat("T42")
async def test_what_was_asked_at_the_command_line_is_confirmed_there(console: Console) -> None:
    """Somebody with an account of the machine and one at the issuer would be two people otherwise."""
    await full(console)
    store = console.service.store
    await store.at_once(partial(rows.ask_to_lift, "a code", "grace", "it is closed"))
    async with console.browser(HAL) as seat:
        page = await seat.page()
        assert "It was asked for at the command line, and is confirmed there" in page
        assert "/console/lift" not in page
        token = console.token(HAL, seat, "/console/lift")
        form = {"form": token, "request": await request(console), "why": "seen"}
        assert (await seat.browser.post("/console/lift", data=form)).status_code == 422
    assert await console.halts() == ["everything"]


@pytest.mark.threat("T42")
async def test_who_is_not_named_lifts_no_full_halt(tmp_path: Path) -> None:
    named = '[kill_switch]\nlifted_by = ["other/hal", "other/ivy"]\n'
    async with open_console(tmp_path, more=named) as console:
        epoch = await full(console)
        async with console.browser(GRACE) as seat, console.browser(HAL) as other:
            answer = await seat.send("resume", epoch=epoch, why="it is closed")
            assert answer.status_code == 422
            assert "kill_switch.lifted_by names them" in answer.text
            await other.done("resume", epoch=epoch, why="it is closed")
            answer = await seat.send("lift", request=await request(console), why="seen")
            assert answer.status_code == 422
        assert await console.halts() == ["everything"]


async def test_a_halt_that_took_the_place_of_another_is_not_lifted_by_its_form(console: Console) -> None:
    async with console.browser(GRACE) as seat:
        await seat.done("halt", what="part", source="shelf", why=WHY)
        await seat.done("halt", what="part", source="shelf", why="it leaks again")
        answer = await seat.send("resume", epoch="1", why="it was nothing")
        assert answer.status_code == 422
        assert await console.halts() == ["source shelf"]


@pytest.mark.threat("T42")
async def test_a_switch_that_can_not_be_read_is_told_and_made_readable_by_a_full_halt(
    console: Console,
) -> None:
    def corrupt() -> Transaction[None]:
        yield "DELETE FROM kill_switch", ()

    await console.service.store.run(corrupt)
    async with console.browser(GRACE) as seat:
        page = said(await seat.page())
        assert "Nobody can say what is halted, so nothing acts." in page
        assert "archive_put – halted halted" in page
        token = console.token(GRACE, seat, "/console/resume")
        form = {"form": token, "epoch": "1", "why": WHY}
        assert (await seat.browser.post("/console/resume", data=form)).status_code == 422
        await seat.done("halt", what="everything", why=WHY)
    assert await console.halts() == ["everything"]


@pytest.mark.threat("T43")
async def test_a_scope_is_on_until_a_day_and_off_at_a_word_in_every_process(console: Console) -> None:
    alone, last = console.alone, (TODAY + timedelta(days=90)).isoformat()
    async with console.browser(GRACE) as seat:
        page = said(await seat.done("scope", scope="fill", do="on", until=last, why="all day by hand"))
        assert f"The scope fill is on, until the end of {last} (UTC)." in page
        assert "all day by hand By acme/grace on" in page
        await console.service.switches.look()
        await alone.put(a="1")
        assert "1 of 100" in said(await seat.page())
        page = said(await seat.done("scope", scope="fill", do="off", why="it fills wrong"))
        assert "The scope fill is off." in page
        with pytest.raises(Denied):
            await alone.put(b="1")
        answer = await seat.done("scope", scope="fill", do="off", why="once more")
        assert "The scope fill was off." in said(answer)
    assert [
        (entry["event"], entry["user"], entry["why"], entry["scopes"])
        for entry in await console.entries("autonomous_on", "autonomous_off")
    ] == [
        ("autonomous_on", "acme/grace", "all day by hand", ["fill"]),
        ("autonomous_off", "acme/grace", "it fills wrong", ["fill"]),
        ("autonomous_off", "acme/grace", "once more", []),
    ]


async def test_a_scope_is_not_switched_on_without_a_last_day_that_may_be(console: Console) -> None:
    async with console.browser(GRACE) as seat:
        for until, told in (
            ("", "Give the last day"),
            ("soon", "Give the last day"),
            ((TODAY - timedelta(days=2)).isoformat(), "The last day is today or later"),
            ((TODAY + timedelta(days=92)).isoformat(), "at most 90 days ahead"),
            ("9999-12-31", "There is no such last day"),
        ):
            answer = await seat.send("scope", scope="fill", do="on", until=until, why="tests")
            assert answer.status_code == 422
            assert told in answer.text
            assert 'href="#scope-fill-until"' in answer.text
            assert f'value="{until}"' in answer.text
        answer = await seat.send("scope", scope="none", do="on", until=TODAY.isoformat(), why="tests")
        assert "has no scope of this name" in answer.text
    assert await console.entries("autonomous_on") == []


async def test_a_scope_that_the_configuration_lost_is_switched_off(console: Console) -> None:
    service, scopes = console.service, console.configuration.document.scopes
    lost, audit = Delegations({"lost": scopes["fill"]}), service.pipeline.audit
    await switch_on(service.store, audit, lost, "lost", end_of(TODAY), by="root", why="tests")
    async with console.browser(GRACE) as seat:
        told = "It is not in the configuration any more, and counts for nothing."
        assert told in said(await seat.page())
        page = said(await seat.done("scope", scope="lost", do="off", why="it is gone"))
        assert "The scope lost is off." in page
        assert told not in page


@pytest.mark.threat("T41", "T43")
async def test_a_change_counts_in_a_process_that_shows_no_page(console: Console) -> None:
    configuration = console.configuration
    sources = {
        name: Connected(configuration.document.sources[name], shelf, None)
        for name, shelf in (("shelf", console.shelf), ("archive", Shelf()))
    }
    ada = User("ada", "acme", frozenset({"analyst"}))
    async with assemble(configuration, sources) as other, console.browser(GRACE) as seat:

        async def listed() -> list[str]:
            await other.switches.look()
            return [tool.name for tool in other.catalogue.open_to(ada, Transport.HTTP)]

        assert TWIN not in await listed()
        await seat.done("scope", scope="fill", do="on", until=TODAY.isoformat(), why="tests")
        assert TWIN in await listed()
        away = Console(other, configuration, console.shelf, console.url)
        await away.alone.put(a="1")
        await seat.done("halt", what="part", tool="shelf_put", why=WHY)
        with pytest.raises(Halted):
            await away.alone.put(b="1")
        await seat.done("scope", scope="fill", do="off", why="tests")
        assert TWIN not in await listed()


STORE = """
[scopes.store]
tool = "archive_put"
users = ["ada"]
targets = ["archive"]
kinds = ["create"]
rows = 1
per_hour = { calls = 1, rows = 1 }
per_day = { calls = 1, rows = 1 }
"""


@pytest.mark.threat("T43")
async def test_the_scopes_of_others_are_neither_seen_nor_switched(tmp_path: Path) -> None:
    async with (
        open_console(tmp_path, FILL + STORE) as console,
        console.browser(IDA) as seat,
        console.browser(GRACE) as other,
    ):
        assert "archive_put" not in said(await seat.page())
        asked = {"scope": "store", "until": TODAY.isoformat(), "why": "hers"}
        for do, stands in (("on", "archive_put_auto · users: ada"), ("off", "Switch it off")):
            answer = await seat.send("scope", do=do, **asked)
            assert answer.status_code == 422
            assert "You may not administer archive_put" in said(answer.text)
            assert stands in said(await other.page())
            if do == "on":
                assert not await console.entries("autonomous_on")
                await other.done("scope", do="on", **asked)
        assert not await console.entries("autonomous_off")


@pytest.mark.threat("T41")
async def test_who_administers_one_source_lifts_no_full_halt(console: Console) -> None:
    epoch = await full(console)
    async with console.browser(HAL) as asking:
        await asking.done("resume", epoch=epoch, why="it is closed")
    async with console.browser(IDA) as seat:
        form = {"request": await request(console), "why": "so say I"}
        token = console.token(IDA, seat, "/console/lift")
        answer = await send(seat.browser, "/console/lift", {"form": token, **form})
        assert answer.status_code == 422
        assert "You may not administer everything" in said(answer.text)
    assert await console.halts() == ["everything"]
