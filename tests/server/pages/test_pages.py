"""The pages as a browser meets them, and as one that lies does."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from policies.change import Change, Effect
from policies.document import LocalIdentity
from server.pages.forms import MOST_BYTES
from server.pages.tickets import Kind
from server.transaction import StoreUnavailable
from tests.server.pages.house import (
    DIGEST,
    ONE,
    PRICE,
    TWO,
    URL,
    House,
    decide,
    fields,
    house,
    question,
    send,
)

pytestmark = pytest.mark.anyio

NOTHING = "Nothing to decide here"
DELETE = Change("orders", {"id": 8}, before={"id": 8, "status": "open"}, after=None)
CREATE = Change("orders", {}, before=None, after={"status": "new"})


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as made:
        yield made


async def test_a_yes_and_a_no_reach_whoever_keeps_the_questions(shop: House) -> None:
    shop.keeper.ask(question())
    shop.keeper.ask(question(TWO))
    browser = await shop.signed_in()
    confirmed, declined = await decide(browser), await decide(browser, TWO, decision="no")
    assert "You confirmed it" in confirmed.text
    assert "return to the conversation" in confirmed.text
    assert "You declined it" in declined.text
    assert shop.keeper.decided == [(ONE, "ada", True, "", DIGEST), (TWO, "ada", False, "", DIGEST)]


async def test_what_waits_is_listed_by_whose_it_is(shop: House) -> None:
    browser = await shop.signed_in()
    assert "Nothing waits for you" in (await browser.get("/approvals")).text
    shop.keeper.ask(question())
    shop.keeper.ask(question(TWO, role="approve", requester="bob"))
    listed = (await browser.get("/approvals")).text
    assert listed.index("Yours to confirm") < listed.index(ONE)
    assert listed.index("Yours to approve") < listed.index(TWO)


@pytest.mark.threat("T06")
async def test_what_is_not_yours_looks_like_what_does_not_exist(shop: House) -> None:
    shop.keeper.ask(question(), user="bob")
    shop.keeper.ask(question(TWO))
    browser = await shop.signed_in()
    form = fields(await browser.get(f"/approve/{TWO}"))
    await decide(browser, TWO)
    answers = [
        await browser.get(f"/approve/{name}") for name in (ONE, TWO, "n0SuchQuestionAtAll000", "..%2f", "x")
    ]
    answers.append(await send(browser, f"/approve/{TWO}", {**form, "decision": "yes"}))
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    assert NOTHING in answers[0].text
    assert len(shop.keeper.decided) == 1


async def test_a_question_that_changed_since_it_was_shown_is_not_decided(shop: House) -> None:
    shop.keeper.ask(question())
    browser = await shop.signed_in()
    form = fields(await browser.get(f"/approve/{ONE}"))
    shop.keeper.ask(question(digest="0" * 64))
    assert NOTHING in (await send(browser, f"/approve/{ONE}", {**form, "decision": "yes"})).text
    assert not shop.keeper.decided


@pytest.mark.threat("T13")
async def test_a_form_of_another_page_or_session_decides_nothing(shop: House) -> None:
    shop.keeper.ask(question())
    shop.keeper.ask(question(TWO))
    browser, other = await shop.signed_in(), await shop.signed_in()
    path = f"/approve/{ONE}"
    good = {**fields(await browser.get(path)), "decision": "yes"}
    foreign = fields(await other.get(path))["form"]
    elsewhere = fields(await browser.get(f"/approve/{TWO}"))["form"]
    for form in ("", "0" * 64, foreign, elsewhere, "\u00e9"):
        assert (await send(browser, path, {**good, "form": form})).status_code == 403
    for headers in (
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
    ):
        assert (await send(browser, path, good, headers)).status_code == 403
    del browser.headers["origin"]
    assert (await send(browser, path, good)).status_code == 403
    assert not shop.keeper.decided


async def test_a_form_that_is_long_odd_or_says_a_thing_twice_decides_nothing(shop: House) -> None:
    shop.keeper.ask(question())
    browser = await shop.signed_in()
    path = f"/approve/{ONE}"
    good = {**fields(await browser.get(path)), "decision": "yes"}
    text = "&".join(f"{name}={value}" for name, value in good.items())
    form = {"content-type": "application/x-www-form-urlencoded"}

    async def status(content: str | bytes, headers: dict[str, str] = form) -> int:
        return (await browser.post(path, content=content, headers=headers)).status_code

    assert await status(f"{text}&why={'x' * MOST_BYTES}") == 413
    assert await status(f"{text}&decision=no") == 400
    assert await status(f"{text}&why=%ff") == 400
    assert await status(text + "".join(f"&f{n}=" for n in range(9))) == 400
    assert await status("{}", {"content-type": "application/json"}) == 415
    assert await status(text.replace("decision=yes", "decision=maybe")) == 400
    assert await status(text.replace("decision=yes", "other=1")) == 400
    assert not shop.keeper.decided


@pytest.mark.parametrize(
    ("effect", "typed"),
    [
        (Effect((PRICE,)), "change"),
        (Effect((DELETE,)), "delete"),
        (Effect((CREATE,)), "create"),
        (Effect((PRICE, DELETE)), "2"),
    ],
)
async def test_a_risky_yes_takes_a_person_who_looked(shop: House, effect: Effect, typed: str) -> None:
    shop.keeper.ask(question(effect=effect, risk="high", reasons=("It deletes records.",)))
    browser = await shop.signed_in()
    for wrong in ("", "1", "yes"):
        refused = await decide(browser, typed=wrong)
        assert refused.status_code == 422
        assert f"Type {typed}, or decline." in refused.text
    assert not shop.keeper.decided
    assert (await decide(browser, typed=f" {typed.upper()} ")).status_code == 200
    assert shop.keeper.decided[0][2]


async def test_a_risky_no_takes_nothing(shop: House) -> None:
    shop.keeper.ask(question(risk="high"))
    assert (await decide(await shop.signed_in(), decision="no")).status_code == 200
    assert not shop.keeper.decided[0][2]


async def test_who_approves_for_another_says_why(shop: House) -> None:
    shop.keeper.ask(question(role="approve", requester="bob"))
    browser = await shop.signed_in()
    assert (await decide(browser, why="  ")).status_code == 422
    long = await decide(browser, why="x" * 501)
    assert long.status_code == 422
    assert "x" * 501 in long.text
    await decide(browser, why="the customer called <b>")
    assert shop.keeper.decided == [(ONE, "ada", True, "the customer called <b>", DIGEST)]


@pytest.mark.threat("T17")
async def test_values_are_shown_whole_and_nothing_in_them_is_active(shop: House) -> None:
    long = "0123456789" * 1000
    values = {
        "script": "<script>alert(1)</script>",
        "turned": "paid\u202eneppo",
        "nothing": "a\u200bb\u2060c",
        "terminal": "\x1b[2J",
        "ends": "  two  ",
        "long": long,
        "link": "https://evil.example/",
        "<b>name</b>": "&amp;",
        "null": None,
        "text null": "null",
    }
    change = Change("t<i>", {"k\u202e": "\u200f7"}, before=dict.fromkeys(values, 0), after=values)
    shop.keeper.ask(
        question(
            effect=Effect((change,), ("#all <x>",), "because\u202e", ("a trigger",)),
            title="<u>title\u202e",
            client="\u202eclient",
            requester="a\u200bda",
        )
    )
    text = (await (await shop.signed_in()).get(f"/approve/{ONE}")).text
    assert not set("\u202e\u200b\u2060\u200f\x1b") & set(text)
    for markup in ("<script", "<b>", "<i>", "<u>", "<x>", 'href="https:'):
        assert markup not in text
    assert 'paid<span class="escape">\\u202e</span>neppo' in text
    assert '<span class="escape">\\u001b</span>[2J' in text
    space = '<span class="escape">\\u0020</span>'
    assert f"&#34;{space * 2}two{space * 2}&#34;" in text
    assert long in text
    assert "<ins>null</ins>" in text
    assert "<ins>&#34;null&#34;</ins>" in text


@pytest.mark.threat("T17")
async def test_what_the_system_does_besides_is_a_sentence_whatever_its_trigger_is_called(shop: House) -> None:
    hidden = ("trigger <script>x</script>\n<b>\u202eegnahc</b>", "trigger on change")
    shop.keeper.ask(question(effect=Effect((PRICE,), hidden=hidden)))
    text = (await (await shop.signed_in()).get(f"/approve/{ONE}")).text
    more = "<li><strong>The system may do more:</strong> trigger"
    newline, override = ('<span class="escape">\\n</span>', '<span class="escape">\\u202e</span>')
    script = f"&lt;script&gt;x&lt;/script&gt;{newline}&lt;b&gt;{override}egnahc&lt;/b&gt;"
    assert f"{more} {script}.</li>" in text
    assert f"{more} on change.</li>" in text


async def test_the_difference_can_be_read_without_colour(shop: House) -> None:
    same = Change("orders", {"id": 9}, before={"note": "x"}, after={"note": "x"})
    shop.keeper.ask(question(effect=Effect((PRICE, DELETE, CREATE, same))))
    page = await (await shop.signed_in()).get(f"/approve/{ONE}")
    text = " ".join(page.text.split()).replace("> <", "><")
    assert 'Change 2 records of <span class="value">orders</span>' in text
    assert 'Delete 1 record of <span class="value">orders</span>' in text
    assert 'Create 1 record of <span class="value">orders</span>' in text
    assert '<del>&#34;open&#34;</del></td><td class="value"><ins>&#34;paid&#34;</ins>' in text
    assert "stays as it is" in text
    assert "A new record" in text


@pytest.mark.parametrize("url", [URL, "https://remit.acme.example"])
async def test_no_page_can_be_framed_scripted_or_kept(tmp_path: Path, url: str) -> None:
    async with house(tmp_path, url=url) as shop:
        shop.keeper.ask(question())
        browser = await shop.signed_in()
        answers = [
            await browser.get(path)
            for path in (f"/approve/{ONE}", "/approvals", "/sign-in", "/sign-in/x", "/pages.css", "/sign-out")
        ]
        answers += [await send(browser, f"/approve/{ONE}"), await shop.browser().get("/approvals")]
        for answer in answers:
            policy = answer.headers["content-security-policy"]
            assert policy.startswith("default-src 'none'; style-src 'self'; form-action 'self'")
            assert "frame-ancestors 'none'" in policy
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["cross-origin-opener-policy"] == "same-origin"
            assert ("strict-transport-security" in answer.headers) == url.startswith("https")


async def test_the_cookie_is_for_this_server_alone(tmp_path: Path) -> None:
    for url, name, secure in ((URL, "remit-", False), ("https://remit.acme.example", "__Host-remit=", True)):
        async with house(tmp_path, url=url) as shop:
            told = (await send(shop.browser(), await shop.link())).headers["set-cookie"]
            assert told.startswith(name)
            assert ("Secure" in told) == secure
            assert "HttpOnly" in told
            assert "SameSite=lax" in told
            assert "Path=/" in told
            assert "Domain" not in told


@pytest.mark.threat("T16")
async def test_the_id_alone_proves_nothing(shop: House) -> None:
    shop.keeper.ask(question())
    stranger = shop.browser()
    way_in = f"/sign-in?next=/approve/{ONE}"
    looked = await stranger.get(f"/approve/{ONE}")
    assert (looked.status_code, looked.headers["location"]) == (303, way_in)
    said = await send(stranger, f"/approve/{ONE}", {"decision": "yes", "digest": DIGEST, "form": ""})
    assert said.status_code == 403
    assert f'href="{way_in}"' in said.text
    assert "remit sign-in" in (await stranger.get(f"/sign-in?next=/approve/{ONE}")).text
    assert not shop.keeper.decided


async def test_a_link_signs_in_once_and_is_not_used_up_by_looking(shop: House) -> None:
    link = await shop.link()
    for _ in range(2):
        assert (await shop.browser().get(link)).status_code == 200
    assert (await send(shop.browser(), link)).status_code == 303
    for again in (await shop.browser().get(link), await send(shop.browser(), link)):
        assert again.status_code == 403
        assert "set-cookie" not in again.headers


async def test_a_link_that_is_made_up_old_foreign_or_of_another_kind_signs_nobody_in(shop: House) -> None:
    tickets = shop.pages.tickets
    bob = await shop.link(LocalIdentity(user="bob", tenant="acme"))
    session = await tickets.issue(Kind.SESSION, ["acme", "ada"], 60)
    old = await tickets.issue(Kind.LINK, ["acme", "ada"], 0)
    for link in (bob, f"/sign-in/{session}", f"/sign-in/{old}", f"/sign-in/{'A' * 64}", "/sign-in/%00"):
        assert (await send(shop.browser(), link)).status_code == 403
    assert (await send(shop.browser(), await shop.link(), headers={"origin": "null"})).status_code == 403


@pytest.mark.threat("T06")
async def test_signing_in_and_out_leaves_no_former_session(shop: House) -> None:
    browser = await shop.signed_in()
    planted = dict(browser.cookies)
    await send(browser, await shop.link())
    assert dict(browser.cookies) != planted
    kept = dict(browser.cookies)
    page = await browser.get("/approvals")
    form = page.text.partition('name="form" value="')[2].partition('"')[0]
    assert (await send(browser, "/sign-out", {"form": "0"})).status_code == 403
    assert "You are signed out" in (await send(browser, "/sign-out", {"form": form})).text
    assert not browser.cookies
    for cookies in (planted, kept):
        stranger = shop.browser()
        stranger.cookies.update(cookies)
        assert (await stranger.get("/approvals")).status_code == 303


async def test_a_cookie_that_is_made_up_names_nobody(shop: House) -> None:
    browser = await shop.signed_in()
    (name, good), *_ = browser.cookies.items()
    link = (await shop.link()).rpartition("/")[2]
    for value in ("", "x", "A" * 64, good[:-1], good[:-4] + "AAAA", link):
        stranger = shop.browser()
        stranger.cookies.set(name, value)
        assert (await stranger.get("/approvals")).status_code == 303


async def test_a_session_is_of_the_user_that_the_configuration_names_now(tmp_path: Path) -> None:
    async with house(tmp_path) as shop:
        kept = dict((await shop.signed_in()).cookies)
    async with house(tmp_path, local=LocalIdentity(user="bob", tenant="acme")) as shop:
        browser = shop.browser()
        browser.cookies.update(kept)
        assert (await browser.get("/approvals")).status_code == 303


async def test_signing_in_leads_to_our_own_pages_alone(shop: House) -> None:
    browser = await shop.signed_in()
    for page in (f"/approve/{ONE}", "/approvals"):
        assert (await browser.get("/sign-in", params={"next": page})).headers["location"] == page
    for page in ("https://evil.example/", "//evil.example/approvals", "/sign-out",
                 "/approvals?x", "/approve/../mcp", f"/approve/{ONE}\n"):  # fmt: skip
        assert (await browser.get("/sign-in", params={"next": page})).headers["location"] == "/approvals"


async def test_too_many_tries_are_told_when_to_come_back(shop: House) -> None:
    answers = [await shop.browser("192.0.2.1").get(f"/sign-in/{'A' * 64}") for _ in range(31)]
    assert {answer.status_code for answer in answers[:30]} == {403}
    assert answers[30].status_code == 429
    assert int(answers[30].headers["retry-after"]) >= 1
    assert (await shop.browser("192.0.2.2").get("/sign-in")).status_code == 200
    browser = await shop.signed_in("192.0.2.3")
    assert 429 in [(await browser.get("/approvals")).status_code for _ in range(61)]


async def test_a_store_that_does_not_answer_decides_nothing(
    shop: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(*_: object) -> None:
        raise StoreUnavailable("gone")

    browser = await shop.signed_in()
    monkeypatch.setattr(shop.keeper, "waiting", gone)
    answer = await browser.get("/approvals")
    assert answer.status_code == 503
    assert "retry-after" in answer.headers


async def test_a_method_that_a_page_does_not_take_is_refused(shop: House) -> None:
    browser = await shop.signed_in()
    assert (await browser.delete("/approvals")).status_code == 405
    assert (await browser.get("/sign-out")).status_code == 405
