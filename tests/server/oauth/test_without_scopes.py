"""A system that keeps by itself what a client may do, as GitHub does for its apps: no scopes, other words."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from policies.errors import NeedsConnection
from server.commands.credential import listed
from server.oauth.tokens import Tokens
from tests.server.oauth.far import DeskSystem
from tests.server.oauth.persons import ADA, RETURN, Desk, opened, said
from tests.server.oauth.pretended import Far, connect, under_way
from tools.authorization import PERMITTED, Authorization

pytestmark = pytest.mark.anyio

SECRET = "a secret: of 7+ words"


class AppSystem(DeskSystem):
    @property
    def authorization(self) -> Authorization:
        at = f"{self.url}/oauth"
        return Authorization(
            issuer=None,
            authorize=f"{at}/authorize",
            token=f"{at}/token",
            revoke=None,
            read=(PERMITTED,),
            act=(PERMITTED,),
            authentication="client_secret_post",
        )


@pytest.fixture
async def desk(far: Far, tmp_path: Path) -> AsyncIterator[Desk]:
    secret = tmp_path / "secret"
    secret.touch(0o600)
    secret.write_text(SECRET)
    far.gives(access_token="first", refresh_token="once", scope="", token_type="bearer")
    async with opened(tmp_path, far.url, AppSystem, client_secret="file:secret") as made:
        yield made


async def test_no_scope_is_asked_for_and_the_page_says_what_access_that_is(desk: Desk) -> None:
    ada = desk.person(ADA)
    page = await ada.offer()
    async with ada.browser() as browser:
        shown = (await browser.http.get(page)).text
        assert "what remit's app is permitted there" in shown.replace("&#39;", "'")
        assert "is where you take it back" in shown
        assert "scope" not in said(await browser.set_out(page))


async def test_who_connected_reads_and_acts_with_what_the_app_may(desk: Desk, far: Far) -> None:
    await connect(desk)
    assert await desk.person(ADA).rows() == [["ada"]]
    assert desk.system.shown[-1] == "first"
    (form,) = far.asked("authorization_code")
    assert (form["client_id"], form["client_secret"]) == ("remit", SECRET)
    (kept,) = await listed(desk.configuration.document)
    assert kept.scopes == PERMITTED
    async with desk.person(ADA).browser() as browser:
        shown = (await browser.http.get("/connections")).text
    assert "With access to what remit's app is permitted there" in shown.replace("&#39;", "'")


async def test_a_token_with_scopes_is_not_the_app_s(desk: Desk, far: Far) -> None:
    far.gives(access_token="first", scope="repo")
    ada = desk.person(ADA)
    async with ada.browser() as browser:
        state = await under_way(browser, await ada.offered())
        refused = await browser.come_back(f"{RETURN}?code=c&state={state}")
    assert refused.status_code != 200
    assert await desk.kept() == 0


async def test_a_code_that_it_does_not_know_is_refused_in_its_own_words(desk: Desk, far: Far) -> None:
    far.gives(200, error="bad_verification_code", error_description="canary")
    ada = desk.person(ADA)
    async with ada.browser() as browser:
        state = await under_way(browser, await ada.offered())
        refused = await browser.come_back(f"{RETURN}?code=c&state={state}")
    assert refused.status_code != 200
    assert "canary" not in refused.text
    assert await desk.kept() == 0


async def test_who_was_ended_there_has_to_connect_anew(
    desk: Desk, far: Far, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spent(tokens: Tokens, now: int) -> bool:
        return True

    monkeypatch.setattr(Tokens, "is_spent", spent)
    await connect(desk)
    far.gives(access_token="second", refresh_token="twice", scope="")
    assert await desk.person(ADA).rows() == [["ada"]]
    assert desk.system.shown[-1] == "second"
    far.gives(200, error="bad_refresh_token", error_description="canary")
    with pytest.raises(NeedsConnection):
        await desk.person(ADA).rows()
    assert await desk.kept() == 0
