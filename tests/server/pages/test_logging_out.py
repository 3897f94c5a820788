"""The issuer says by itself that somebody has signed out there: its word alone counts, and once."""

import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import anyio.to_thread
import httpx2
import pytest

from policies.bearer import LOGOUT_EVENT
from policies.call import User
from policies.document import Oidc
from policies.errors import Denied
from server.endings import Ending, newer
from server.transaction import Transaction
from tests.npm import Node
from tests.server.oidc.forgeries import Forge
from tests.server.oidc.provider import Provider, running, sign_in
from tests.server.pages.chromium import listening
from tests.server.pages.house import House, house, question
from tests.server.pages.test_openid import (
    CLIENT,
    come_back,
    far,
    gives,
    id_token,
    is_signed_in,
    set_out,
)

pytestmark = pytest.mark.anyio
__all__ = ["far"]

BACK_CHANNEL = "/sign-out/back-channel"


@pytest.fixture
async def shop(tmp_path: Path, far: Forge) -> AsyncIterator[House]:
    async with house(tmp_path, oidc=far.issuer.settings(sign_in={"client_id": CLIENT}), local=None) as made:
        made.keeper.ask(question())
        yield made


def claims(forge: Forge, **changes: object) -> dict[str, object]:
    good: dict[str, object] = {
        "aud": CLIENT,
        "jti": "one",
        "events": {LOGOUT_EVENT: {}},
        **dict.fromkeys(("client_id", "scope", "groups", "tenant", "territory")),
    }
    return forge.claims(**{**good, **changes})


def logout_token(forge: Forge, **changes: object) -> str:
    return forge.good.sign(claims(forge, **changes), {"typ": "logout+jwt"})


async def tell(shop: House, token: object) -> httpx2.Response:
    """As an issuer: no browser, no cookie, no origin."""
    transport = httpx2.ASGITransport(shop.app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url=shop.url) as issuer:
        return await issuer.post(BACK_CHANNEL, data={"logout_token": token})


async def signed_in(shop: House, forge: Forge, **changes: object) -> httpx2.AsyncClient:
    browser = shop.browser()
    asked = await set_out(browser)
    gives(forge, id_token(forge, asked["nonce"], **changes))
    assert (await come_back(browser, {"state": asked["state"], "code": "x"})).status_code == 303
    assert await is_signed_in(browser)
    return browser


async def rows(shop: House) -> list[Ending]:
    found: list[Ending] = await shop.store.read(partial(newer, 0, 100))
    return found


async def test_without_a_session_all_that_the_user_has_ends(shop: House, far: Forge) -> None:
    now = int(time.time())
    browser = await signed_in(shop, far, sid="s1")
    answer = await tell(shop, logout_token(far, iat=now))
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert not await is_signed_in(browser)
    ((ending),) = await rows(shop)
    assert (ending.tenant, ending.user, ending.not_before) == ("", "ada", (now + 1) * 1000)
    ada = User("ada", "acme", frozenset())
    with pytest.raises(Denied):
        await shop.pages.endings.hold(ada, now)
    await shop.pages.endings.hold(ada, now + 1)


async def test_with_a_session_that_one_ends_and_no_other(shop: House, far: Forge) -> None:
    one, other = await signed_in(shop, far, sid="s1"), await signed_in(shop, far, sid="s2")
    assert (await tell(shop, logout_token(far, sid="s1", sub=None))).status_code == 200
    assert [await is_signed_in(browser) for browser in (one, other)] == [False, True]
    assert (await tell(shop, logout_token(far, sid="s2", sub="bob", jti="two"))).status_code == 200
    assert await is_signed_in(other)  # it was said of bob's
    assert (await tell(shop, logout_token(far, sid="s2", jti="three"))).status_code == 200
    assert not await is_signed_in(other)


async def test_a_logout_token_counts_once(shop: House, far: Forge) -> None:
    text = logout_token(far, sid="s1")
    assert [(await tell(shop, text)).status_code for _ in range(3)] == [200, 400, 400]
    assert len(await rows(shop)) == 1


FORGED: dict[str, Callable[[Forge], object]] = {
    "a stranger's key": lambda f: f.stranger.sign(claims(f), {"typ": "logout+jwt", "kid": "good"}),
    "an algorithm that is not configured": lambda f: f.good.sign(claims(f), algorithm="RS512"),
    "the type of an access token": lambda f: f.good.sign(claims(f), {"typ": "at+jwt"}),
    "another issuer": lambda f: logout_token(f, iss="https://idp.evil.example"),
    "another client": lambda f: logout_token(f, aud="editor"),
    "our resource, not our client": lambda f: logout_token(f, aud="https://remit.acme.example/mcp"),
    "no audience": lambda f: logout_token(f, aud=None),
    "no events": lambda f: logout_token(f, events=None),
    "another event": lambda f: logout_token(f, events={"https://schemas.example/other": {}}),
    "an event that is no object": lambda f: logout_token(f, events={LOGOUT_EVENT: True}),
    "events that are a list": lambda f: logout_token(f, events=[LOGOUT_EVENT]),
    "a nonce": lambda f: logout_token(f, nonce="n"),
    "neither subject nor session": lambda f: logout_token(f, sub=None),
    "a subject that is a list": lambda f: logout_token(f, sub=["ada"]),
    "an empty subject and session": lambda f: logout_token(f, sub="", sid=""),
    "a session that is a number": lambda f: logout_token(f, sid=7),
    "no jti": lambda f: logout_token(f, jti=None),
    "no iat": lambda f: logout_token(f, iat=None),
    "no exp": lambda f: logout_token(f, exp=None),
    "expired": lambda f: logout_token(f, exp=int(time.time()) - 1),
    "made in the future": lambda f: logout_token(f, iat=int(time.time()) + 600),
    "an access token": lambda f: f.sign(),
    "nothing": lambda _: "",
    "two of them": lambda f: [logout_token(f), logout_token(f, jti="two")],
}


@pytest.mark.threat("T04")
async def test_a_logout_token_that_is_forged_or_of_another_kind_ends_nothing(
    shop: House,
    far: Forge,
) -> None:
    browser = await signed_in(shop, far, sid="s1")
    told = {how: await tell(shop, make(far)) for how, make in FORGED.items()}
    assert {how: answer.status_code for how, answer in told.items()} == dict.fromkeys(FORGED, 400)
    assert {answer.headers["cache-control"] for answer in told.values()} == {"no-store"}
    assert await rows(shop) == []
    assert await is_signed_in(browser)


async def test_what_is_no_form_and_what_can_not_be_kept_is_a_400(shop: House, far: Forge) -> None:
    transport = httpx2.ASGITransport(shop.app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url=shop.url) as issuer:
        assert (await issuer.get(BACK_CHANNEL)).status_code == 405
        assert (await issuer.post(BACK_CHANNEL, json={})).status_code == 400
        assert (await issuer.post(BACK_CHANNEL, data={"logout_token": "x" * 20_000})).status_code == 400

    def drop() -> Transaction[None]:
        yield "DROP TABLE logouts", ()

    await shop.store.run(drop)
    assert (await tell(shop, logout_token(far))).status_code == 400


async def test_where_nobody_signs_in_at_an_issuer_nobody_is_signed_out_by_one(
    tmp_path: Path,
    far: Forge,
) -> None:
    async with house(tmp_path) as shop:
        assert (await tell(shop, logout_token(far))).status_code == 400


@pytest.fixture(scope="module")
def provider(node: Node) -> Iterator[Provider]:
    with running(node) as started:
        yield started


@pytest.mark.parametrize("by_session", [True, False])
async def test_who_signs_out_at_a_real_issuer_is_signed_out_here(
    tmp_path: Path, provider: Provider, free_port: int, *, by_session: bool
) -> None:
    url = f"http://127.0.0.1:{free_port}"
    callback = f"{url}/sign-in/callback"
    client = provider.register(
        redirect_uris=[callback],
        backchannel_logout_uri=f"{url}{BACK_CHANNEL}",
        backchannel_logout_session_required=by_session,
    )
    settings = {"issuer": provider.issuer, "tenant_claim": "tenant", "sign_in": {"client_id": client}}
    oidc = Oidc.model_validate(settings)
    async with AsyncExitStack() as stack:
        shop = await stack.enter_async_context(house(tmp_path, oidc=oidc, local=None, url=url))
        await stack.enter_async_context(listening(shop.app, free_port))
        shop.keeper.ask(question())
        browsers: list[httpx2.AsyncClient] = []
        at_issuer = [stack.enter_context(httpx2.Client()) for _ in range(2)]
        for there in at_issuer:
            here = shop.browser()
            address = (await here.get("/sign-in")).headers["location"]
            back = await anyio.to_thread.run_sync(sign_in, there, address, "ada", callback)
            assert (await here.get(back)).status_code == 303
            browsers.append(here)
        assert [await is_signed_in(here) for here in browsers] == [True, True]
        await anyio.to_thread.run_sync(provider.sign_out, at_issuer[0])
        assert [await is_signed_in(here) for here in browsers] == [False, by_session]
