"""The console: who may open it, what each may change there, and that no other site can."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.enforcing import enforce
from server.store import Store, StoreUnavailable
from tests.server.oidc.forgeries import Forge
from tests.server.pages.administrators import ADA, GRACE, HAL, IDA, Console, open_console, said
from tests.server.pages.house import house, send
from tests.server.pages.test_openid import CLIENT, come_back, describe, gives, id_token, set_out

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T10")]

WHY = "a leak"
FORMS = {
    "halt": {"what": "everything"},
    "resume": {"epoch": "1"},
    "lift": {"request": "x"},
    "scope": {"scope": "fill", "do": "off"},
}


@pytest.fixture
async def console(tmp_path: Path) -> AsyncIterator[Console]:
    async with open_console(tmp_path) as console:
        yield console


async def test_who_is_not_signed_in_signs_in_first_and_comes_back(tmp_path: Path, forge: Forge) -> None:
    describe(forge)
    oidc = forge.issuer.settings(sign_in={"client_id": CLIENT})
    async with house(tmp_path, oidc=oidc, local=None) as shop:
        browser = shop.browser()
        away = await browser.get("/console")
        assert (away.status_code, away.headers["location"]) == (303, "/sign-in?next=/console")
        asked = await set_out(browser, away.headers["location"])
        gives(forge, id_token(forge, asked["nonce"]))
        back = await come_back(browser, {"state": asked["state"], "code": "a code"})
        assert (back.status_code, back.headers["location"]) == (303, "/console")
        answer = await browser.get("/console")
        assert answer.status_code == 403  # signed in, and no administrator
        for form in FORMS:
            browser.cookies.clear()
            answer = await send(browser, f"/console/{form}")
            assert answer.status_code == 403
            assert "/sign-in?next=/console" in answer.text


async def test_who_administers_nothing_sees_nothing_and_changes_nothing(console: Console) -> None:
    async with console.browser(ADA) as seat:
        answer = await seat.browser.get("/console")
        assert answer.status_code == 403
        assert "This page is not open to you" in answer.text
        assert "shelf_put" not in answer.text
        for form, fields in FORMS.items():
            token = console.token(ADA, seat, f"/console/{form}")
            answer = await send(seat.browser, f"/console/{form}", {"form": token, "why": WHY, **fields})
            assert answer.status_code == 403
            assert "This page is not open to you" in answer.text
    assert await console.halts() == []
    assert await console.entries("halted", "autonomous_off") == []


async def test_who_administers_one_source_sees_and_halts_that_alone(console: Console) -> None:
    async with console.browser(IDA) as seat, console.browser(GRACE) as other:
        page = await seat.page()
        assert "shelf_put" in page
        assert "archive" not in page
        assert "Halt everything" not in page
        assert "Request volume" not in page
        for scope in (
            {"what": "everything"},
            {"what": "part", "source": "archive"},
            {"what": "part", "tool": "archive_put_auto"},
            {"what": "part", "user": "ada"},
            {"what": "part", "tenant": "acme"},
            {"what": "part", "tier": "auto"},
            {"what": "part", "tool": "remit_undo"},
        ):
            answer = await seat.send("halt", why=WHY, **scope)
            assert answer.status_code == 422, scope
            assert "You may not administer" in answer.text
        assert await console.halts() == []
        for scope in ({"source": "shelf", "user": "ada"}, {"tool": "shelf_put_auto"}):
            await seat.done("halt", what="part", why=WHY, **scope)
        await other.done("halt", what="part", tenant="north", why="hers alone to know")
        page = await seat.page()
        assert "1 more halt stands that is not yours to lift" in said(page)
        assert "hers alone to know" not in page
        assert "north" not in page
        answer = await seat.send("resume", epoch="3", why=WHY)
        assert answer.status_code == 422
        assert len(await console.halts()) == 3


@pytest.mark.threat("T13", "T31")
async def test_a_form_of_another_page_person_or_site_changes_nothing(console: Console) -> None:
    async with console.browser(GRACE) as seat, console.browser(HAL) as other:
        for form, fields in FORMS.items():
            path = f"/console/{form}"
            right = {"form": console.token(GRACE, seat, path), "why": WHY, **fields}
            elsewhere = {**right, "form": console.token(GRACE, seat, "/console")}
            theirs = {**right, "form": console.token(HAL, other, path)}
            for wrong in (elsewhere, theirs, {**right, "form": ""}):
                assert (await send(seat.browser, path, wrong)).status_code == 403
            for headers in (
                {"origin": "https://evil.example"},
                {"origin": "null"},
                {"sec-fetch-site": "cross-site"},
                {"sec-fetch-site": "same-site"},
            ):
                assert (await send(seat.browser, path, right, headers)).status_code == 403
            assert (await seat.browser.get(path)).status_code == 405
    assert await console.halts() == []
    assert await console.entries("halted", "resumed", "resume_asked", "autonomous_off") == []


async def test_no_form_says_what_ours_do_not(console: Console) -> None:
    async with console.browser(GRACE) as seat:
        for form, fields in (
            ("halt", {"what": "all"}),
            ("halt", {"what": "part", "tier": "write"}),
            ("halt", {}),
            ("resume", {"epoch": "-1"}),
            ("resume", {"epoch": "9" * 19}),
            ("scope", {"scope": "fill", "do": "toggle"}),
        ):
            token = console.token(GRACE, seat, f"/console/{form}")
            answer = await send(seat.browser, f"/console/{form}", {"form": token, "why": WHY, **fields})
            assert answer.status_code == 400
    assert await console.halts() == []


async def test_a_form_that_lacks_something_is_shown_again_with_what_was_typed(console: Console) -> None:
    async with console.browser(GRACE) as seat:
        answer = await seat.send("halt", what="part", source="shelf", user="bob <b>", why=" ")
        assert answer.status_code == 422
        assert '<option value="shelf" selected>' in answer.text
        assert 'value="bob &lt;b&gt;"' in answer.text
        assert 'href="#part-why"' in answer.text
        answer = await seat.send("halt", what="part", why=WHY)
        assert "Name what to halt" in answer.text
        assert f'value="{WHY}"' in answer.text
        answer = await seat.send("halt", what="part", row="shelf_put", tool="shelf_put", why="x" * 501)
        assert 'href="#tool-shelf_put-why"' in answer.text
        assert await console.halts() == []


async def test_the_page_runs_nothing_and_is_kept_nowhere(console: Console) -> None:
    async with console.browser(GRACE) as seat:
        answer = await seat.browser.get("/console")
        assert answer.headers["cache-control"] == "no-store"
        assert "script" not in answer.headers["content-security-policy"]
        for active in ("<script", "javascript:", " style=", " onload", "http-equiv"):
            assert active not in answer.text
        style = await seat.browser.get("/console.css")
        assert style.headers["content-type"].startswith("text/css")


async def test_a_note_is_for_the_session_that_it_was_made_for(console: Console) -> None:
    async with console.browser(GRACE) as seat, console.browser(HAL) as other:
        answer = await seat.send("halt", what="part", source="shelf", why=WHY)
        there = answer.headers["location"]
        note = "Halted, in every process: source shelf."
        assert note in (await seat.browser.get(there)).text
        assert note not in (await other.browser.get(there)).text
        assert note not in (await seat.browser.get("/console?told=made-up")).text
        assert "shelf" not in there


@pytest.mark.threat("T43")
async def test_a_right_that_other_policies_took_away_is_none_here(console: Console) -> None:
    service = console.service
    async with console.browser(GRACE) as seat:
        await seat.page()
        audit = service.pipeline.audit
        await enforce(service.store, audit, "another", by="root", why="a test")
        answer = await seat.browser.get("/console")
        assert answer.status_code == 403
        assert "no longer in force" in answer.text
        token = console.token(GRACE, seat, "/console/halt")
        answer = await send(seat.browser, "/console/halt", {"form": token, "what": "everything", "why": WHY})
        assert answer.status_code == 403
    assert await console.halts() == []


async def test_a_store_that_does_not_say_whether_it_was_done_is_told_so(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise StoreUnavailable("a test")

    async with console.browser(GRACE) as seat:
        await seat.page()
        monkeypatch.setattr(Store, "at_once", away)
        answer = await seat.send("halt", what="everything", why=WHY)
        assert answer.status_code == 503
        assert "Nobody can say whether it was done" in answer.text


async def test_what_was_done_is_told_though_its_note_could_not_be_kept(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise StoreUnavailable("a test")

    async with console.browser(GRACE) as seat:
        await seat.page()
        monkeypatch.setattr(Store, "run", away)
        answer = await seat.send("halt", what="everything", why=WHY)
        assert (answer.status_code, answer.headers["location"]) == (303, "/console")
        assert "Everything is halted" in await seat.page()
