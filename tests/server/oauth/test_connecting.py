"""A real authorization server, a person with a browser, and what comes of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from policies.call import Answer, Channel
from policies.errors import NeedsConnection, UpstreamFailed
from policies.question import AnswerNeeded
from server.commands.credential import listed
from tests.server.oauth.far import ACT, READ
from tests.server.oauth.persons import ADA, BOB, RETURN, Desk, agreed, opened, said, until
from tests.server.oidc.provider import Provider
from tests.server.pages.house import fields, send

pytestmark = pytest.mark.anyio


@pytest.fixture
async def desk(vendor: Provider, tmp_path: Path) -> AsyncIterator[Desk]:
    async with opened(tmp_path, vendor.issuer) as made:
        yield made


@pytest.mark.threat("T02")
async def test_each_person_authorizes_for_themselves(desk: Desk) -> None:
    ada, bob = desk.person(ADA), desk.person(BOB)
    made = await ada.connect()
    assert made.status_code == 200
    assert "desk is connected" in made.text
    assert await ada.rows() == [["ada"]]
    with pytest.raises(NeedsConnection):
        await bob.rows()
    await bob.connect()
    assert (await bob.rows(), await ada.rows()) == ([["bob"]], [["ada"]])


@pytest.mark.parametrize("late", [False, True])
async def test_nobody_authorizes_remit_at_a_source_that_is_not_enabled(desk: Desk, *, late: bool) -> None:
    forget, ada = "DELETE FROM source_records", desk.person(ADA)
    page = await ada.offer()
    async with ada.browser() as browser:
        if late:
            back = await agreed(await browser.set_out(page), "ada")
            await desk.change(forget)
            assert (await browser.come_back(back)).status_code == 422
        else:
            await desk.change(forget)
            sent = await send(browser.http, page, fields(await browser.http.get(page)))
            assert sent.status_code == 422
    assert desk.system.shown == []
    assert "source_outside_inventory" in await desk.events()
    assert await listed(desk.configuration.document) == []


async def test_a_confidential_client_shows_its_secret(vendor: Provider, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.touch(0o600)
    secret.write_text("a secret: of 7+ words")
    async with opened(tmp_path, vendor.issuer, client_id="remit:web", client_secret="file:secret") as desk:
        assert (await desk.person(ADA).connect()).status_code == 200
        assert await desk.person(ADA).rows() == [["ada"]]


@pytest.mark.threat("T10")
async def test_a_read_asks_for_reading_alone_and_an_action_asks_for_more_later(desk: Desk) -> None:
    ada = desk.person(ADA)
    page = await ada.offer()
    async with ada.browser() as browser:
        shown = (await browser.http.get(page)).text
        assert ("read_api" in shown, "api, " in shown.replace("read_api", "")) == (True, False)
        way = await browser.set_out(page)
        assert said(way)["scope"].split() == list(READ)
        assert said(way)["code_challenge_method"] == "S256"
        assert (await browser.come_back(await agreed(way, "ada"))).status_code == 200
    assert await ada.rows() == [["ada"]]
    with pytest.raises(NeedsConnection, match="reading alone") as needed:
        await ada.call("desk_note")
    assert needed.value.acting
    former = desk.system.shown[-1]
    page = await ada.offer("desk_note")
    async with ada.browser() as browser:
        way = await browser.set_out(page)
        assert said(way)["scope"].split() == list(ACT)
        assert (await browser.come_back(await agreed(way, "ada"))).status_code == 200
    with pytest.raises(AnswerNeeded) as asked:
        await ada.call("desk_note")
    yes = Answer(asked.value.question.action, Channel.TERMINAL, yes=True)
    assert (await ada.call("desk_note", yes)).action
    await until(desk, "revoked")
    assert desk.system.shown[-1] != former
    (only,) = await listed(desk.configuration.document)
    assert only.scopes.split() == sorted(ACT)


async def test_who_says_no_at_the_system_is_told_how_to_begin_anew(desk: Desk) -> None:
    ada = desk.person(ADA)
    page = await ada.offer()
    async with ada.browser() as browser:
        state = said(await browser.set_out(page))["state"]
        iss = desk.system.url
        answer = await browser.come_back(
            f"{RETURN}?error=access_denied&error_description=Pwn&state={state}&iss={iss}"
        )
        assert answer.status_code == 403
        assert "You said no at desk" in answer.text
        assert page in answer.text
        assert "Pwn" not in answer.text
        way = await browser.set_out(page)  # the offer is good still
        assert (await browser.come_back(await agreed(way, "ada"))).status_code == 200


async def test_what_is_ended_here_is_taken_back_there_and_the_next_call_is_refused(desk: Desk) -> None:
    ada = desk.person(ADA)
    await ada.connect()
    assert await ada.rows() == [["ada"]]
    token = desk.system.shown[-1]
    async with ada.browser() as browser:
        page = (await browser.http.get("/connections")).text
        assert "With access to openid, read_api" in page
        (connection,) = await listed(desk.configuration.document)
        form = page.partition(f'action="/connections/{connection.id}"')[2].partition('value="')[2]
        ended = await browser.http.post(
            f"/connections/{connection.id}", data={"form": form.partition('"')[0]}
        )
        assert ended.status_code == 303
    with pytest.raises(NeedsConnection):
        await ada.rows()
    await until(desk, "revoked")
    assert not await desk.system.takes(token)
    assert await desk.change("SELECT id FROM revocations") == []


async def test_what_is_ended_at_the_system_is_refused_by_the_system_and_said_so(desk: Desk) -> None:
    ada = desk.person(ADA)
    await ada.connect()
    assert await ada.rows() == [["ada"]]
    async with httpx2.AsyncClient() as http:
        form = {"token": desk.system.shown[-1], "client_id": "remit"}
        assert (await http.post(f"{desk.system.url}/oauth/revoke", data=form)).status_code == 200
    with pytest.raises(UpstreamFailed, match="does not take this access"):
        await ada.rows()
