"""Signing in at an identity provider: what comes back counts once, here, and for this very sign-in."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.async_api import expect

from policies.document import Oidc
from server.issuer import MAX_BYTES
from server.pages import openid
from tests.npm import Node
from tests.server.oidc.forgeries import Forge
from tests.server.oidc.issuer import base64url
from tests.server.oidc.provider import Provider, running
from tests.server.pages.chromium import chromium, listening, sign_in_at_issuer
from tests.server.pages.house import DIGEST, ONE, URL, House, house, question

pytestmark = pytest.mark.anyio

CLIENT = "remit-pages"
SECRET = "s3cret:with/odd=letters"
TOKEN = "/realm/token"


@pytest.fixture
def far(forge: Forge) -> Forge:
    forge.issuer.posted.clear()
    describe(forge)
    return forge


def describe(forge: Forge, **changes: object) -> None:
    places = {
        "authorization_endpoint": f"{forge.issuer.url}/auth",
        "token_endpoint": f"{forge.issuer.url}/token",
    }
    forge.issuer.describe(**{**places, **changes})


@pytest.fixture
async def shop(tmp_path: Path, far: Forge) -> AsyncIterator[House]:
    async with house(tmp_path, oidc=far.issuer.settings(sign_in={"client_id": CLIENT}), local=None) as made:
        made.keeper.ask(question())
        yield made


async def set_out(browser: httpx2.AsyncClient, way: str = f"/sign-in?next=/approve/{ONE}") -> dict[str, str]:
    """What the browser is sent to the issuer with."""
    answer = await browser.get(way)
    assert answer.status_code == 303, answer.text
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


def id_token(forge: Forge, nonce: object, **changes: object) -> str:
    return forge.good.sign(claims(forge, nonce, **changes), {"typ": "JWT"})


def claims(forge: Forge, nonce: object, **changes: object) -> dict[str, object]:
    return forge.claims(**{"aud": CLIENT, "nonce": nonce, "client_id": None, "scope": None, **changes})


def gives(forge: Forge, token: object, **changes: Any) -> None:
    answer = {"access_token": "opaque", "token_type": "Bearer", "id_token": token}
    forge.issuer.answer(TOKEN, json.dumps(answer).encode(), **changes)


async def come_back(browser: httpx2.AsyncClient, answer: Mapping[str, str]) -> httpx2.Response:
    return await browser.get("/sign-in/callback", params=answer)


async def is_signed_in(browser: httpx2.AsyncClient) -> bool:
    return (await browser.get(f"/approve/{ONE}")).status_code == 200


async def test_who_comes_back_is_on_the_page_they_were_on_the_way_to(shop: House, far: Forge) -> None:
    browser = shop.browser()
    asked = await set_out(browser)
    assert asked["redirect_uri"] == f"{URL}/sign-in/callback"
    assert (asked["client_id"], asked["response_type"]) == (CLIENT, "code")
    assert (asked["scope"], asked["code_challenge_method"]) == ("openid", "S256")
    gives(far, id_token(far, asked["nonce"]))
    answer = await come_back(browser, {"state": asked["state"], "code": "a code"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/approve/{ONE}")
    assert await is_signed_in(browser)
    ((sent, authorization),) = far.issuer.posted
    digest = hashlib.sha256(sent["code_verifier"].encode()).digest()
    assert base64url(digest) == asked["code_challenge"]
    assert (sent["code"], sent["redirect_uri"]) == ("a code", asked["redirect_uri"])
    assert (sent["client_id"], authorization) == (CLIENT, "")


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
async def test_a_client_with_a_secret_shows_it_as_the_issuer_wants(
    tmp_path: Path, far: Forge, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGES_SECRET", SECRET)
    describe(far, token_endpoint_auth_methods_supported=[method])
    client = {"client_id": CLIENT, "client_secret": "env:PAGES_SECRET"}
    async with house(tmp_path, oidc=far.issuer.settings(sign_in=client), local=None) as shop:
        shop.keeper.ask(question())
        browser = shop.browser()
        asked = await set_out(browser)
        assert SECRET not in str(asked)
        gives(far, id_token(far, asked["nonce"]))
        assert (await come_back(browser, {"state": asked["state"], "code": "x"})).status_code == 303
        assert await is_signed_in(browser)
    ((sent, authorization),) = far.issuer.posted
    if method == "client_secret_post":
        assert (sent["client_secret"], authorization) == (SECRET, "")
    else:
        shown = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        assert shown == f"{CLIENT}:s3cret%3Awith%2Fodd%3Dletters"
        assert "client_secret" not in sent


def _unsigned(forge: Forge, nonce: str) -> str:
    header = base64url(b'{"alg": "none", "kid": "good", "typ": "JWT"}')
    return f"{header}.{base64url(json.dumps(claims(forge, nonce)).encode())}.AA"


def _confused(forge: Forge, nonce: str) -> str:
    key = forge.good.key.get_op_key("verify")
    assert not isinstance(key, bytes)
    secret = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    header = base64url(b'{"alg": "HS256", "kid": "good", "typ": "JWT"}')
    text = f"{header}.{base64url(json.dumps(claims(forge, nonce)).encode())}"
    return f"{text}.{base64url(hmac.digest(secret, text.encode(), 'sha256'))}"


FORGED: dict[str, Callable[[Forge, str], object]] = {
    "no signature": _unsigned,
    "the public key as a secret": _confused,
    "a stranger's key": lambda f, n: f.stranger.sign(claims(f, n), {"typ": "JWT", "kid": "good"}),
    "an access token": lambda f, n: f.good.sign(claims(f, n)),
    "a logout token": lambda f, n: id_token(f, n, events={}),
    "the nonce of another sign-in": lambda f, n: id_token(f, n[::-1]),
    "no nonce": lambda f, n: id_token(f, None),
    "a nonce that is a list": lambda f, n: id_token(f, [n]),
    "a nonce that begins with ours": lambda f, n: id_token(f, n + "x"),
    "another issuer": lambda f, n: id_token(f, n, iss="https://idp.evil.example"),
    "no issuer": lambda f, n: id_token(f, n, iss=None),
    "another client": lambda f, n: id_token(f, n, aud="editor"),
    "our resource, not our client": lambda f, n: id_token(f, n, aud=f"{URL}/mcp"),
    "no audience": lambda f, n: id_token(f, n, aud=None),
    "two audiences, and nobody says whose": lambda f, n: id_token(f, n, aud=[CLIENT, "editor"]),
    "given to another client": lambda f, n: id_token(f, n, aud=[CLIENT, "editor"], azp="editor"),
    "given to another client, for us alone": lambda f, n: id_token(f, n, azp="editor"),
    "expired": lambda f, n: id_token(f, n, exp=int(time.time()) - 1),
    "never expiring": lambda f, n: id_token(f, n, exp=None),
    "made in the future": lambda f, n: id_token(f, n, iat=int(time.time()) + 600),
    "never made": lambda f, n: id_token(f, n, iat=None),
    "no subject": lambda f, n: id_token(f, n, sub=None),
    "no token": lambda _, __: None,
    "a number": lambda _, __: 7,
    "an empty text": lambda _, __: "",
}


@pytest.mark.threat("T04")
@pytest.mark.parametrize("how", FORGED)
async def test_an_id_token_that_is_forged_or_not_for_this_sign_in_signs_nobody_in(
    shop: House, far: Forge, how: str
) -> None:
    browser = shop.browser()
    asked = await set_out(browser)
    gives(far, FORGED[how](far, asked["nonce"]))
    answer = await come_back(browser, {"state": asked["state"], "code": "x"})
    assert answer.status_code == 403
    assert "You are not signed in" in answer.text
    assert not await is_signed_in(browser)


@pytest.mark.threat("T04")
async def test_a_callback_counts_once(shop: House, far: Forge) -> None:
    browser = shop.browser()
    asked = await set_out(browser)
    gives(far, id_token(far, asked["nonce"]))
    answer = {"state": asked["state"], "code": "x"}
    assert (await come_back(browser, answer)).status_code == 303
    assert (await come_back(browser, answer)).status_code == 403
    assert len(far.issuer.posted) == 1


@pytest.mark.threat("T04")
async def test_a_callback_counts_in_the_browser_that_set_out(shop: House, far: Forge) -> None:
    victim, attacker = shop.browser(), shop.browser("127.0.0.2")
    asked = await set_out(attacker)
    await set_out(victim)
    gives(far, id_token(far, asked["nonce"]))
    assert (await come_back(victim, {"state": asked["state"], "code": "x"})).status_code == 403
    assert not await is_signed_in(victim)
    assert far.issuer.posted == []


@pytest.mark.threat("T04")
@pytest.mark.parametrize(
    "answer",
    [
        {"code": "x"},
        {"code": "x", "state": ""},
        {"code": "x", "state": "A" * 64},
        {"state": "ours"},
        {"state": "ours", "code": ""},
        {"state": "ours", "error": "access_denied"},
        {"state": "ours", "error": "access_denied", "code": "x"},
        {"state": "ours", "code": "x", "iss": "https://idp.evil.example"},
    ],
)
async def test_an_answer_that_says_too_little_or_too_much_redeems_nothing(
    shop: House, far: Forge, answer: dict[str, str]
) -> None:
    browser = shop.browser()
    asked = await set_out(browser)
    gives(far, id_token(far, asked["nonce"]))
    ours = {name: asked["state"] if value == "ours" else value for name, value in answer.items()}
    assert (await come_back(browser, ours)).status_code == 403
    assert far.issuer.posted == []
    assert not await is_signed_in(browser)


async def test_an_answer_that_says_a_thing_twice_redeems_nothing(shop: House, far: Forge) -> None:
    browser = shop.browser()
    asked = await set_out(browser)
    twice = await browser.get(f"/sign-in/callback?state={asked['state']}&code=x&code=y")
    assert (twice.status_code, far.issuer.posted) == (403, [])


@pytest.mark.threat("T04")
async def test_an_issuer_that_names_itself_has_to(tmp_path: Path, far: Forge) -> None:
    describe(far, authorization_response_iss_parameter_supported=True)
    oidc = far.issuer.settings(sign_in={"client_id": CLIENT})
    async with house(tmp_path, oidc=oidc, local=None) as shop:
        shop.keeper.ask(question())
        for iss, status in (({}, 403), ({"iss": far.issuer.url}, 303)):
            browser = shop.browser()
            asked = await set_out(browser)
            gives(far, id_token(far, asked["nonce"]))
            answer = {"state": asked["state"], "code": "x", **iss}
            assert (await come_back(browser, answer)).status_code == status


async def test_a_sign_in_that_took_too_long_begins_anew(
    shop: House, far: Forge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openid, "UNDER_WAY", 0)
    browser = shop.browser()
    asked = await set_out(browser)
    gives(far, id_token(far, asked["nonce"]))
    assert (await come_back(browser, {"state": asked["state"], "code": "x"})).status_code == 403


UNREDEEMED: list[tuple[tuple[bytes, int, dict[str, str]], int]] = [
    ((b'{"error": "invalid_grant"}', 400, {}), 403),
    ((b"{}", 500, {}), 503),
    ((b"no JSON", 200, {}), 503),
    ((b"[]", 200, {}), 503),
    ((b" " * (MAX_BYTES + 1), 200, {}), 503),
    ((b"\x1f\x8b", 200, {"content-encoding": "gzip"}), 503),
    ((b"", 307, {"location": "http://127.0.0.1:9/"}), 503),
]


@pytest.mark.parametrize(("answer", "told"), UNREDEEMED)
async def test_an_issuer_that_does_not_redeem_the_code_signs_nobody_in(
    shop: House, far: Forge, answer: tuple[bytes, int, dict[str, str]], told: int
) -> None:
    browser = shop.browser()
    asked = await set_out(browser)
    body, status, headers = answer
    far.issuer.answer(TOKEN, body, status, {"content-type": "application/json", **headers})
    assert (await come_back(browser, {"state": asked["state"], "code": "x"})).status_code == told
    assert not await is_signed_in(browser)


async def test_somebody_whom_the_token_says_too_little_of_is_told_whom_to_ask(
    shop: House, far: Forge
) -> None:
    browser = shop.browser()
    asked = await set_out(browser)
    gives(far, id_token(far, asked["nonce"], groups="analyst"))
    answer = await come_back(browser, {"state": asked["state"], "code": "x"})
    assert answer.status_code == 403
    assert "does not know you yet" in answer.text
    assert not await is_signed_in(browser)


@pytest.fixture(scope="module")
def provider(node: Node) -> Iterator[Provider]:
    with running(node) as started:
        yield started


async def test_a_person_signs_in_at_a_real_issuer_with_a_real_browser(
    tmp_path: Path, provider: Provider, free_port: int
) -> None:
    settings = {"issuer": provider.issuer, "tenant_claim": "tenant", "sign_in": {"client_id": "pages"}}
    oidc, url = Oidc.model_validate(settings), f"http://127.0.0.1:{free_port}"
    async with (
        chromium() as browser,
        house(tmp_path, oidc=oidc, local=None, url=url) as shop,
        listening(shop.app, free_port),
    ):
        shop.keeper.ask(question())
        page = await browser.new_page()
        page.set_default_timeout(10_000)
        await page.goto(f"{url}/approve/{ONE}")
        await sign_in_at_issuer(page, "ada")
        await page.wait_for_url(f"{url}/approve/{ONE}")
        await expect(page.get_by_text("Signed in as ada")).to_be_visible()
        await page.get_by_role("button", name="Do exactly this").click()
        await expect(page.get_by_role("heading", name="You confirmed it")).to_be_visible()
        assert shop.keeper.decided == [(ONE, "ada", True, "", DIGEST)]
