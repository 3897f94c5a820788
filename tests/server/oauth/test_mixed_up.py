"""Whatever is brought to the way back, an access is bound to who asked for it, or to nobody (T01, T02)."""

from collections.abc import AsyncIterator, Callable, Mapping
from html import unescape
from pathlib import Path
from typing import Final, TypeAlias
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import httpx2
import pytest

from server.oauth import granting
from server.pages import tries
from tests.server.oauth.far import ACT, READ
from tests.server.oauth.persons import ADA, BOB, RETURN, URL, Desk, agreed, opened, said, until
from tests.server.oauth.pretended import Far, connect, under_way
from tests.server.oidc.provider import Provider
from tests.server.pages.house import fields, send

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T01", "T02")]

Evil: TypeAlias = Mapping[str, str]


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guessing is as slow as ever, and that is tested elsewhere."""

    def never(self: tries.Tries, session: str) -> None:
        pass

    for name in ("of_browser", "of_secret", "of_address"):
        monkeypatch.setattr(tries.Tries, name, never)


@pytest.fixture
async def desk(far: Far, tmp_path: Path) -> AsyncIterator[Desk]:
    async with opened(tmp_path, far.url) as made:
        yield made


async def refused(desk: Desk, count: int) -> None:
    """Nothing is kept, and each refusal is on record."""
    assert await desk.kept() == 0
    events = await desk.events()
    assert "connected" not in events
    assert events.count("connection_refused") + events.count("connection_mismatch") == count


def answered(**answer: str) -> str:
    return f"{RETURN}?{urlencode(answer)}"


EVIL: Final[Mapping[str, Evil]] = {
    "client": {"client_id": "evil"},
    "way back": {"redirect_uri": "https://evil.example/cb"},
    "way back beside ours": {"redirect_uri": f"{RETURN}/../evil"},
    "scopes": {"scope": "api sudo"},
    "state": {"state": "A" * 64},
    "challenge": {"code_challenge": "A" * 43, "code_challenge_method": "plain"},
    "response": {"response_type": "token", "response_mode": "fragment"},
    "all": {"client_id": "evil", "redirect_uri": "https://evil.example/cb", "prompt": "none", "iss": "x"},
}


@pytest.mark.parametrize("connected_before", [False, True])
async def test_an_address_of_ours_leads_nowhere_before_its_page_is_agreed_to(
    desk: Desk,
    *,
    connected_before: bool,
) -> None:
    if connected_before:
        await connect(desk)
    ada = desk.person(ADA)
    ours = await ada.offered()
    async with ada.browser() as browser:
        for evil in EVIL.values():
            page = f"{ours}?{urlencode(evil)}"
            looked = await browser.http.get(page)
            assert (looked.status_code, "evil" in looked.text) == (200, False)
            assert "location" not in looked.headers
            assert 'http-equiv="refresh"' not in looked.text
            for form in ({}, {"form": "A" * 43}, {**fields(looked), "form": fields(looked)["form"][::-1]}):
                assert (await send(browser.http, ours, {"any": "thing", **form})).status_code == 403
            foreign = {"origin": "https://evil.example"}
            assert (await send(browser.http, ours, fields(looked), foreign)).status_code == 403
    assert await desk.change("SELECT id FROM tickets WHERE kind = 'authorize'") == []


async def test_what_is_asked_of_the_system_is_ours_alone(desk: Desk) -> None:
    ada = desk.person(ADA)
    page = await ada.offer()
    async with ada.browser() as browser:
        for evil in EVIL.values():
            looked = await browser.http.get(page)
            sent = await send(browser.http, f"{page}?{urlencode(evil)}", {**fields(looked), **evil})
            way = unescape(sent.text.partition('content="0; url=')[2].partition('"')[0])
            assert "evil" not in way
            asked = said(way)
            assert len(parse_qsl(urlsplit(way).query)) == len(asked)
            assert (asked["client_id"], asked["redirect_uri"]) == ("remit", RETURN)
            assert (asked["scope"].split(), asked["response_type"]) == (list(READ), "code")
            assert asked["code_challenge_method"] == "S256"
            assert len(asked["state"]) == 64
            assert asked["state"] != "A" * 64


STATES: Final[Mapping[str, Callable[[str], str]]] = {
    "none": lambda _: "",
    "guessed": lambda _: "A" * 64,
    "cut": lambda state: state[:-1],
    "longer": lambda state: f"{state}A",
    "a letter else": lambda state: ("B" if state[0] == "A" else "A") + state[1:],
    "with a newline": lambda state: f"{state}\n",
    "with a space": lambda state: f" {state}",
    "with a null": lambda state: f"{state}\0",
    "in other letters": str.swapcase,
    "encoded twice": lambda state: "".join(f"%{ord(letter):02x}" for letter in state),
}


async def test_a_state_that_we_did_not_make_is_refused(desk: Desk, far: Far) -> None:
    ada = desk.person(ADA)
    async with ada.browser() as browser:
        state = await under_way(browser, await ada.offer())
        for change in STATES.values():
            answer = await browser.come_back(answered(code="c", state=change(state)))
            assert answer.status_code == 403
        offer = (await ada.offer()).rpartition("/")[2]
        assert (await browser.come_back(answered(code="c", state=offer))).status_code == 403
        assert (await browser.come_back(f"{RETURN}?code=c")).status_code == 403
    await refused(desk, len(STATES) + 2)
    assert far.pretend.posted == []


TWICE: Final = ("code", "state", "iss", "scope", "error")


@pytest.mark.parametrize("order", ["first", "last"])
async def test_an_answer_that_says_a_thing_twice_is_refused(desk: Desk, far: Far, order: str) -> None:
    ada = desk.person(ADA)
    async with ada.browser() as browser:
        state = await under_way(browser, await ada.offer())
        for name in TWICE:
            good = {"code": "c", "state": state, "iss": far.url, "scope": "a", "error": "access_denied"}
            one, other = urlencode({"code": "c", "state": state, name: good[name]}), f"{name}=evil"
            twice = f"{other}&{one}" if order == "first" else f"{one}&{other}"
            assert (await browser.come_back(f"{RETURN}?{twice}")).status_code == 403
    await refused(desk, len(TWICE))
    assert far.pretend.posted == []


async def test_a_state_is_good_once(desk: Desk, far: Far) -> None:
    ada = desk.person(ADA)
    async with ada.browser() as browser:
        state = await under_way(browser, await ada.offer())
        said_no = await browser.come_back(answered(error="access_denied", state=state))
        assert said_no.status_code == 403
        for code in ("c", "another"):
            assert (await browser.come_back(answered(code=code, state=state))).status_code == 403
    await refused(desk, 3)
    assert far.pretend.posted == []


async def test_a_state_that_made_a_connection_makes_no_other(desk: Desk, far: Far) -> None:
    ada = desk.person(ADA)
    async with ada.browser() as browser:
        way = answered(code="c", state=await under_way(browser, await ada.offer()))
        assert (await browser.come_back(way)).status_code == 200
        for _ in range(3):
            assert (await browser.come_back(way)).status_code == 403
    assert (await desk.kept(), len(far.asked("authorization_code"))) == (1, 1)
    assert (await desk.events()).count("connection_refused") == 3


async def test_of_two_ways_of_one_offer_one_connects(desk: Desk, far: Far) -> None:
    ada = desk.person(ADA)
    page = await ada.offer()
    async with ada.browser() as browser:
        states = [await under_way(browser, page) for _ in range(2)]
        told = [(await browser.come_back(answered(code="c", state=one))).status_code for one in states]
    assert told == [200, 403]
    assert (await desk.kept(), len(far.asked("authorization_code"))) == (1, 1)


async def test_a_state_is_good_for_ten_minutes(desk: Desk, far: Far, monkeypatch: pytest.MonkeyPatch) -> None:
    assert granting.UNDER_WAY == 600
    ada = desk.person(ADA)
    monkeypatch.setattr(granting, "UNDER_WAY", 0)
    async with ada.browser() as browser:
        state = await under_way(browser, await ada.offer())
        assert (await browser.come_back(answered(code="c", state=state))).status_code == 403
    await refused(desk, 1)
    assert far.pretend.posted == []


async def test_what_one_began_nobody_else_finishes_and_nobody_in_another_browser(
    desk: Desk, far: Far
) -> None:
    ada, bob = desk.person(ADA), desk.person(BOB)
    page = await ada.offer()
    tried = 0
    async with (
        ada.browser() as first,
        ada.browser() as second,
        bob.browser() as foreign,
        ada.nobody() as nobody,
    ):
        for other in (second, foreign, nobody):
            state = await under_way(first, page)
            assert (await other.come_back(answered(code="c", state=state))).status_code == 403
            assert (await first.come_back(answered(code="c", state=state))).status_code == 403
            tried += 2
        assert (await foreign.http.get(page)).status_code == 404
        tried += 1
    await refused(desk, tried)
    assert (await desk.events()).count("connection_mismatch") == 4
    assert far.pretend.posted == []


PLACES: Final = (
    "/connect/return",
    "/connect/return/desk/",
    "/connect/return/desk/x",
    "/connect/return/desk/../../x",
    "/connect//return/desk",
    "//connect/return/desk",
    "/connect/return/desk%2f",
    "/connect%2freturn/desk",
    "/connect/return%2fdesk",
    "/connect/return/%64esk",
    "/connect/return/desk%0d%0a",
    "/connect/return/desk%00",
    "/connect/%2572eturn/desk",
    "/connect/return;x/desk",
    "/connect/RETURN/desk",
    "/connect/%2e%2e/connect/return/desk%2e",
    "/sign-in/return",
)


async def test_an_answer_that_arrives_elsewhere_connects_nothing_and_spends_nothing(
    desk: Desk, far: Far
) -> None:
    ada = desk.person(ADA)
    async with ada.browser() as browser:
        query = urlencode({"code": "c", "state": await under_way(browser, await ada.offer())})
        for place in PLACES:
            answer = await browser.http.get(f"{URL}{place}?{query}")
            assert answer.status_code in {303, 307, 403, 404}, place
            assert "code=" not in answer.headers.get("location", ""), place
        assert (await browser.http.post(RETURN, data={"code": "c"})).status_code == 405
        assert (far.pretend.posted, await desk.kept()) == ([], 0)
        assert (await browser.come_back(f"{RETURN}?{query}")).status_code == 200


ADDRESSES: Final = (
    "http://127.0.0.1:8788",
    "http://localhost:8787",
    "https://127.0.0.1:8787",
    "http://127.0.0.1:8787/below",
    "http://evil.example:8787",
)


async def test_what_set_out_from_one_address_does_not_come_back_to_another(desk: Desk, far: Far) -> None:
    ada = desk.person(ADA)
    async with ada.browser() as browser:
        for address in ADDRESSES:
            state = await under_way(browser, await ada.offer())
            app = httpx2.ASGITransport(ada.pages.at(address))
            async with httpx2.AsyncClient(transport=app, base_url=URL) as there:
                for cookie in browser.http.cookies.jar:
                    # A browser sends them wherever it goes on this host; only https has a name of its own.
                    name = "__Host-remit" if address.startswith("https:") else cookie.name
                    there.cookies.set(name, cookie.value or "")
                answer = await there.get(answered(code="c", state=state))
            assert answer.status_code == 403
    await refused(desk, len(ADDRESSES))
    assert far.pretend.posted == []


@pytest.mark.parametrize("other", ["shop", "DESK", "desk;x", "desk2"])
async def test_an_answer_at_the_way_back_of_another_source_is_never_redeemed(
    desk: Desk, far: Far, other: str
) -> None:
    """A server that leads people on to another server gets no code of that one (RFC 9700, section 4.4)."""
    ada = desk.person(ADA)
    async with ada.browser() as browser:
        way = answered(code="c", state=await under_way(browser, await ada.offer()))
        foreign = way.replace("/return/desk?", f"/return/{other}?")
        assert (await browser.http.get(foreign)).status_code == 403
        assert (await browser.come_back(way)).status_code == 403
    await refused(desk, 2)
    assert far.pretend.posted == []


ISSUERS: Final[Mapping[str, Callable[[str], str | None]]] = {
    "none": lambda _: None,
    "empty": lambda _: "",
    "another": lambda _: "https://evil.example",
    "with a slash": lambda issuer: f"{issuer}/",
    "below it": lambda issuer: f"{issuer}/evil",
    "in capitals": str.upper,
    "encoded": lambda issuer: quote(issuer, safe=""),
    "with a newline": lambda issuer: f"{issuer}\n",
    "with somebody": lambda issuer: issuer.replace("://", "://evil@"),
}


@pytest.mark.parametrize("names_itself", [True, False])
async def test_an_answer_of_another_server_is_never_redeemed(
    far: Far,
    tmp_path: Path,
    *,
    names_itself: bool,
) -> None:
    far.pretend.describe(authorization_response_iss_parameter_supported=names_itself)
    wrong = {name: of(far.url) for name, of in ISSUERS.items() if names_itself or name != "none"}
    async with opened(tmp_path, far.url) as desk:
        ada = desk.person(ADA)
        page = await ada.offer()
        async with ada.browser() as browser:
            for issuer in wrong.values():
                answer = {"code": "c", "state": await under_way(browser, page)}
                named = answer if issuer is None else {**answer, "iss": issuer}
                assert (await browser.come_back(answered(**named))).status_code == 403
            await refused(desk, len(wrong))
            assert far.pretend.posted == []
            right = answered(code="c", state=await under_way(browser, page), iss=far.url)
            assert (await browser.come_back(right)).status_code == 200


async def test_a_code_of_another_way_is_not_taken_even_of_the_same_person(
    vendor: Provider, tmp_path: Path
) -> None:
    async with opened(tmp_path, vendor.issuer) as desk:
        ada, bob = desk.person(ADA), desk.person(BOB)
        async with ada.browser() as hers, bob.browser() as his:
            page = await ada.offer()
            first, second = [said(await agreed(await hers.set_out(page), "ada")) for _ in range(2)]
            foreign = said(await agreed(await his.set_out(await bob.offer()), "bob"))
            for code in (second["code"], foreign["code"]):
                state = said(await hers.set_out(page))["state"]
                swapped = answered(code=code, state=state, iss=vendor.issuer)
                assert (await hers.come_back(swapped)).status_code == 403
            await refused(desk, 2)
            # The code that was shown to the wrong way is worth nothing any more; that of the first still is.
            assert (await hers.come_back(answered(**first))).status_code == 200
            assert await ada.rows() == [["ada"]]


async def test_a_code_that_was_given_without_a_challenge_is_not_taken(
    vendor: Provider, tmp_path: Path
) -> None:
    """Whoever takes PKCE out of an address of ours has a code that our verifier does not fit, or none."""
    async with opened(tmp_path, vendor.issuer) as desk:
        ada = desk.person(ADA)
        async with ada.browser() as browser:
            way = await browser.set_out(await ada.offer())
            asked = {
                name: value for name, value in said(way).items() if not name.startswith("code_challenge")
            }
            bare = urlsplit(way)._replace(query=urlencode(asked)).geturl()
            answer = await browser.come_back(await agreed(bare, "ada"))
            assert answer.status_code in {403, 502}
        await refused(desk, 1)


GRANTED: Final[Mapping[str, tuple[str, int]]] = {
    "more": (" ".join([*READ, "api"]), 403),
    "all": (" ".join([*ACT, "sudo"]), 403),
    "too few": ("openid", 403),
    "none": ("", 403),
    "others": ("profile email", 403),
    "exactly": (" ".join(READ), 200),
    "in another order": (" ".join(reversed(READ)), 200),
}


@pytest.mark.threat("T10")
@pytest.mark.parametrize("case", GRANTED)
async def test_more_than_was_asked_for_and_less_than_is_of_use_is_given_back(
    desk: Desk, far: Far, case: str
) -> None:
    scope, status = GRANTED[case]
    far.gives(access_token="first", refresh_token="once", scope=scope)
    ada = desk.person(ADA)
    async with ada.browser() as browser:
        state = await under_way(browser, await ada.offer())
        assert (await browser.come_back(answered(code="c", state=state))).status_code == status
    if status == 200:
        assert await ada.rows() == [["ada"]]
        return
    await refused(desk, 1)
    assert desk.system.shown == []
    await until(desk, "revoked")
    assert far.revoked() == {"first", "once"}
