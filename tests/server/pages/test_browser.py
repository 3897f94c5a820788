"""The pages in a real Chromium: what it sends, what it runs, and what a person can read and reach in it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.async_api import Browser, Page, expect

from policies.call import User
from policies.change import Change, Effect
from tests.npm import Node
from tests.server.pages.chromium import chromium, listening, sign_in
from tests.server.pages.house import DIGEST, ONE, TWO, House, house, question

pytestmark = pytest.mark.anyio

SCRIPT = "<script>ran = true</script><img src=x onerror='ran = true'><svg onload='ran = true'>"
HOSTILE = Change(
    "orders",
    {"id": 7},
    before={"status": "open", "note": None, "far": "left", "code": "plain"},
    after={
        "status": SCRIPT,
        "note": "paid\u202eneppo",
        "far": "0123456789" * 400,
        "code": "\x1b[2J\x1b]8;;http://evil.example\x07",
    },
)
ROWS = tuple(
    Change("orders", {"id": number}, before={"status": "open", "price": "5.00"}, after=None)
    for number in (11, 12, 13)
)


@dataclass(frozen=True, slots=True)
class Desk:
    """A person's browser before a server of pages."""

    house: House
    browser: Browser

    async def page(self, **settings: Any) -> Page:
        """In a window of its own, signed in."""
        context = await self.browser.new_context(**settings)
        page = await context.new_page()
        page.set_default_timeout(10_000)
        await sign_in(page, self.house.url + await self.house.link())
        return page


LOOKS = [(scheme, width) for scheme in ("light", "dark") for width in (1280, 360)]


def axe(page: Page, node: Node, width: int) -> Callable[[str], Awaitable[None]]:
    """Holds the page to axe's rules, and to its window."""
    rules = (node.modules / "axe-core/axe.min.js").read_text()

    async def hold(what: str) -> None:
        await page.wait_for_load_state()  # the page's colours come with its style
        await page.evaluate(rules)
        found = await page.evaluate("axe.run()")
        assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == [], what
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, what

    return hold


@pytest.fixture
async def desk(tmp_path: Path, free_port: int) -> AsyncIterator[Desk]:
    async with (
        chromium() as browser,
        house(tmp_path, url=f"http://127.0.0.1:{free_port}") as shop,
        listening(shop.app, free_port),
    ):
        yield Desk(shop, browser)


@pytest.mark.threat("T16")
async def test_a_person_signs_in_looks_confirms_declines_and_signs_out(desk: Desk) -> None:
    desk.house.keeper.ask(question())
    desk.house.keeper.ask(question(TWO, title="Change something else"))
    page = await desk.page()
    await page.get_by_role("link", name="Change rows of shop").click()
    await expect(page.get_by_role("heading", name="Do this?")).to_be_visible()
    await page.get_by_role("button", name="Do exactly this").click()
    await expect(page.get_by_role("heading", name="You confirmed it")).to_be_visible()
    await page.get_by_role("link", name="What else waits for you").click()
    await page.get_by_role("link", name="Change something else").click()
    await page.get_by_role("button", name="Decline").click()
    await expect(page.get_by_role("heading", name="You declined it")).to_be_visible()
    assert desk.house.keeper.decided == [(ONE, "ada", True, "", DIGEST), (TWO, "ada", False, "", DIGEST)]
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    await page.goto(f"{desk.house.url}/approvals")
    await expect(page.get_by_role("heading", name="Sign in to")).to_be_visible()


async def test_a_risky_action_of_somebody_else_takes_the_phrase_and_a_reason(desk: Desk) -> None:
    asked = question(role="approve", requester="bob", risk="high", effect=Effect(ROWS, final="they are gone"))
    desk.house.keeper.ask(asked)
    page = await desk.page()
    await page.goto(f"{desk.house.url}/approve/{ONE}")
    yes = page.get_by_role("button", name="Do exactly this")
    await yes.click()
    assert desk.house.keeper.decided == []  # the browser itself asks for what is missing
    await page.get_by_label("How many records").fill("2")
    await page.get_by_label("Why is this right").fill("They were made by a test.")
    await yes.click()
    await expect(page.get_by_role("alert")).to_contain_text("Type 3, or decline.")
    await expect(page.get_by_label("Why is this right")).to_have_value("They were made by a test.")
    await page.get_by_label("How many records").fill("3")
    await yes.click()
    await expect(page.get_by_role("heading", name="You approved it")).to_be_visible()
    assert desk.house.keeper.decided == [(ONE, "ada", True, "They were made by a test.", DIGEST)]


@pytest.mark.threat("T17")
@pytest.mark.parametrize("bypassed", [False, True], ids=["with our policy", "without our policy"])
async def test_what_a_value_holds_is_text_to_the_browser(desk: Desk, *, bypassed: bool) -> None:
    asked = question(effect=Effect((HOSTILE,), (SCRIPT,), SCRIPT, (SCRIPT,)), title=SCRIPT, client=SCRIPT)
    desk.house.keeper.ask(asked)
    page = await desk.page(bypass_csp=bypassed)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    await page.goto(f"{desk.house.url}/approve/{ONE}")
    await expect(page.get_by_role("heading", name="Do this?")).to_be_visible()
    assert await page.evaluate("typeof ran") == "undefined"
    assert await page.locator("script, img, svg, iframe, a[href^=http]").count() == 0
    assert said == []  # the policy had nothing to refuse
    shown = await page.locator("main").inner_text()
    for text in (SCRIPT, "paid\\u202eneppo", "\\u001b[2J", "0123456789" * 400):
        assert text in shown
    assert not set("\u202e\x1b\x07") & set(shown)


@pytest.mark.threat("T13", "T31")
async def test_a_form_of_another_site_decides_nothing(desk: Desk) -> None:
    desk.house.keeper.ask(question())
    page = await desk.page()
    await page.goto(f"{desk.house.url}/approve/{ONE}")
    form = await page.locator("form.decide").evaluate("form => form.outerHTML")
    await page.route(
        "http://localhost:*/**", lambda route: route.fulfill(body=form, content_type="text/html")
    )
    # Another site to the browser, which has the very form even so.
    await page.goto("http://localhost:1/")
    await page.locator("form").evaluate("(form, there) => { form.action = there }", page_url(desk))
    await page.get_by_role("button", name="Do exactly this").click()
    await page.wait_for_url("**/approve/*")
    assert "You confirmed it" not in await page.locator("main").inner_text()
    assert desk.house.keeper.decided == []


async def test_who_was_signed_out_meanwhile_is_told_that_nothing_was_decided(desk: Desk) -> None:
    desk.house.keeper.ask(question())
    page = await desk.page()
    await page.goto(page_url(desk))
    await page.context.clear_cookies()
    await page.get_by_role("button", name="Do exactly this").click()
    await expect(page.get_by_role("heading", name="Nothing was decided")).to_be_visible()
    await expect(page.get_by_role("link", name="Sign in")).to_have_attribute(
        "href", f"/sign-in?next=/approve/{ONE}"
    )


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
async def test_a_person_connects_a_source_looks_at_it_and_ends_it(
    desk: Desk, node: Node, scheme: Literal["light", "dark"], width: int
) -> None:
    page = await desk.page(color_scheme=scheme, viewport={"width": width, "height": 900})
    hold = axe(page, node, width)
    ada = User("ada", "acme", frozenset({"analyst"}))
    offer = await desk.house.pages.connecting.offer(ada, "shop", "an editor")
    await page.goto(f"{desk.house.url}/connect/{offer}")
    await expect(page.get_by_role("heading", name="Connect shop?")).to_be_visible()
    await hold("a source to connect")
    await page.get_by_label("Name of the account").fill("ada_db")
    await page.get_by_label("Its password").fill("a secret of ours")
    await page.get_by_role("button", name="Connect").click()
    await expect(page.get_by_role("heading", name="shop is connected")).to_be_visible()
    assert "a secret of ours" not in await page.content()
    await hold("a source that is connected")
    await page.get_by_role("link", name="Your connections").click()
    await expect(page.get_by_text("As ada_db")).to_be_visible()
    await hold("the connections")
    await page.get_by_role("button", name="End it for shop").click()
    await expect(page.get_by_text("You have connected nothing.")).to_be_visible()


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
async def test_everybody_can_read_and_reach_all_of_it(
    desk: Desk, node: Node, scheme: Literal["light", "dark"], width: int
) -> None:
    effect = Effect((HOSTILE, *ROWS), ("#all",), "they are gone", ("a trigger of orders",))
    risky = question(role="approve", requester="bob", risk="high", effect=effect, reasons=("4 records",))
    desk.house.keeper.ask(risky)
    desk.house.keeper.ask(question(TWO))
    page = await desk.page(color_scheme=scheme, viewport={"width": width, "height": 900})
    hold = axe(page, node, width)
    await hold("the list")
    await page.goto(page_url(desk))
    await hold("a question of high risk")
    widths = await page.locator("td").evaluate_all("cells => cells.map(cell => cell.clientWidth)")
    assert min(widths) >= 120, "a long value is a thin column"
    await page.get_by_label("How many records").fill("3")
    await page.get_by_label("Why is this right").fill("So it was said.")
    await page.get_by_role("button", name="Do exactly this").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await hold("a question with a field to mend")
    await page.goto(f"{desk.house.url}/approve/{TWO}")
    await page.get_by_role("button", name="Do exactly this").click()
    await expect(page.get_by_role("heading", name="You confirmed it")).to_be_visible()
    await hold("a question decided")
    await page.goto(f"{desk.house.url}{await desk.house.link()}")
    await hold("a link")
    await page.goto(f"{desk.house.url}/approve/nothing")
    await hold("nothing")
    await page.context.clear_cookies()
    await page.goto(f"{desk.house.url}/sign-in")
    await hold("the way in")


def page_url(desk: Desk) -> str:
    return f"{desk.house.url}/approve/{ONE}"
