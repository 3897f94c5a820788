"""The console in a real Chromium: without script, by keyboard alone, on a phone, and by axe's rules."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.async_api import Browser, Page, expect

from policies.document import LocalIdentity
from server.actions import State
from server.transaction import now_ms
from tests.npm import Node
from tests.server.pages.administrators import GRACE, HAL, Console, open_console
from tests.server.pages.chromium import chromium, listening, sign_in
from tests.server.pages.test_browser import axe
from tests.server.pages.test_console_shown import ACTIONS, HOSTILE, action, put

pytestmark = pytest.mark.anyio

TODAY = datetime.now(UTC).date().isoformat()
MOST_TABS = 200


@dataclass(frozen=True, slots=True)
class Room:
    console: Console
    browser: Browser
    port: int

    async def page(self, who: LocalIdentity = GRACE, **settings: Any) -> Page:
        """The console in a window of its own, signed in. Serve who's pages before."""
        context = await self.browser.new_context(**settings)
        page = await context.new_page()
        page.set_default_timeout(10_000)
        await sign_in(page, self.console.url + await self.console.link(who))
        await page.goto(f"{self.console.url}/console")
        return page


@pytest.fixture
async def room(tmp_path: Path, free_port: int) -> AsyncIterator[Room]:
    url = f"http://127.0.0.1:{free_port}"
    async with chromium() as browser, open_console(tmp_path, url=url) as console:
        yield Room(console, browser, free_port)


async def reach(page: Page, name: str) -> None:
    """Presses Tab until what has this id, or this text, has the focus."""
    focus = page.locator(":focus")
    for _ in range(MOST_TABS):
        await page.keyboard.press("Tab")
        if not await focus.count():
            continue  # it is in the browser's own bar
        text = " ".join((await focus.text_content() or "").split())
        if name in {await focus.get_attribute("id"), text}:
            return
    raise AssertionError(f"no Tab leads to {name}")


async def test_two_people_halt_and_lift_by_keyboard_alone_and_without_script(room: Room) -> None:
    console, url = room.console, room.console.url
    async with listening(console.pages(GRACE).at(url), room.port):
        page = await room.page(java_script_enabled=False)
        await page.keyboard.press("Tab")
        await expect(page.locator(":focus")).to_have_text("Skip to the content")
        await page.keyboard.press("Enter")
        await reach(page, "everything-why")
        await page.keyboard.type("rows of another tenant")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("status")).to_contain_text("Halted, in every process: everything.")
        assert await console.halts() == ["everything"]
        await reach(page, "Ask to lift it: everything")
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        await page.keyboard.type("the leak is closed")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("status")).to_contain_text("You asked to lift the full halt.")
        assert await console.halts() == ["everything"]
    async with listening(console.pages(HAL).at(url), room.port):
        page = await room.page(HAL, java_script_enabled=False)
        await reach(page, "lift-why")
        await page.keyboard.type("seen and tested")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Space")
        await expect(page.get_by_role("status")).to_contain_text("The full halt is lifted.")
        assert await console.halts() == []


async def test_a_scope_and_a_tool_are_switched_by_keyboard_alone_on_a_phone(room: Room) -> None:
    console = room.console
    async with listening(console.pages(GRACE).at(console.url), room.port):
        page = await room.page(java_script_enabled=False, viewport={"width": 360, "height": 740})
        await reach(page, "Halt shelf_put")
        await page.keyboard.press("Enter")
        await reach(page, "tool-shelf_put-why")
        await page.keyboard.type("it puts the wrong things")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("status")).to_contain_text("tool shelf_put")
        await reach(page, "Switch it on: fill")
        await page.keyboard.press("Enter")
        await reach(page, "scope-fill-why")
        await page.keyboard.type("all day by hand")
        await page.keyboard.press("Enter")
        problem = page.get_by_role("alert")
        await expect(problem).to_contain_text("Give the last day")
        await expect(page.locator("#scope-fill-why")).to_have_value("all day by hand")
        await problem.get_by_role("link").press("Enter")
        await expect(page.locator("#scope-fill-until")).to_be_visible()
        await page.locator("#scope-fill-until").fill(TODAY)
        await page.locator("#scope-fill-until").press("Enter")
        await expect(page.get_by_role("status")).to_contain_text("The scope fill is on")
        assert await console.halts() == ["tool shelf_put"]


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
async def test_everybody_can_read_and_reach_all_of_the_console(
    room: Room, node: Node, scheme: Literal["light", "dark"], width: int
) -> None:
    console = room.console
    now = await console.service.store.read(now_ms)
    long = {"tenant": "a-tenant-of-one-very-long-name" * 6, "user": HOSTILE * 3}
    await put(console, ACTIONS, [action(f"open{n}", now, State.OPEN, **long) for n in range(3)])
    async with console.browser(GRACE) as seat:
        await seat.done("halt", what="part", user="x" * 256, why="a-reason-in-one-word" * 24)
        await seat.done("scope", scope="fill", do="on", until=TODAY, why="tests")
        await seat.done("halt", what="everything", why="a leak")
        await seat.done("resume", epoch="2", why="it is closed")
    async with listening(console.pages(HAL).at(console.url), room.port):
        page = await room.page(HAL, color_scheme=scheme, viewport={"width": width, "height": 900})
        hold = axe(page, node, width)
        await expect(page.get_by_role("button", name="Confirm: everything goes on")).to_be_visible()
        await hold("the console")
        for each in await page.locator("summary").all():
            await each.click()
        await hold("all of it opened")
        await page.locator("#part-why").fill("nothing named")
        await page.get_by_role("button", name="Halt what has all of these").click()
        await expect(page.get_by_role("alert")).to_contain_text("Name what to halt")
        await hold("a form to mend")
