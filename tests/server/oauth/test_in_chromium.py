"""All of it, once: a client, a real browser, a real authorization server, and what comes of it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import mcp_types as types
import pytest
from mcp.client import Client
from playwright.async_api import Browser, ConsoleMessage, Page, expect

from policies.call import Transport
from server.commands.credential import listed
from server.pages.signing_in import LINK_LASTS, link, link_content
from server.pages.tickets import Kind
from server.protocol.app import App
from tests.npm import Node
from tests.server.oauth.far import READ
from tests.server.oauth.persons import ADA, Desk, opened, until
from tests.server.oidc.provider import Provider
from tests.server.pages.chromium import chromium, listening, sign_in, sign_in_at_issuer
from tests.server.pages.test_browser import axe

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T01", "T02")]

WIDTH = 360


@dataclass
class Room:
    """Where ada sits, with a client and a browser. `complaints` are what the browser says of our pages."""

    desk: Desk
    browser: Browser
    url: str
    node: Node
    complaints: list[str] = field(default_factory=list[str])

    async def page(self) -> Page:
        """In a window of its own, signed in."""
        context = await self.browser.new_context(viewport={"width": WIDTH, "height": 800})
        page = await context.new_page()
        page.set_default_timeout(30_000)
        page.on("console", self._hear)
        ticket = await self.desk.person(ADA).pages.tickets.issue(Kind.LINK, link_content(ADA), LINK_LASTS)
        await sign_in(page, link(self.url, ticket))
        return page

    async def connect(self, page: Page, way: str) -> None:
        """Our page, the system's own, and back."""
        hold = axe(page, self.node, WIDTH)
        await page.goto(way)
        await expect(page.get_by_role("heading", name="Connect desk?")).to_be_visible()
        await expect(page.get_by_text(", ".join(READ))).to_be_visible()
        await hold("the consent page")
        await page.get_by_role("button", name="Go to desk").click()
        await page.wait_for_url(f"{self.desk.system.url}/**")
        await sign_in_at_issuer(page, "ada")
        await page.wait_for_url(f"{self.url}/connect/return/desk?**")
        await expect(page.get_by_role("heading", name="desk is connected")).to_be_visible()
        await hold("the page after that")

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and message.location["url"].startswith(self.url):
            self.complaints.append(message.text)


@pytest.fixture
async def room(vendor: Provider, node: Node, tmp_path: Path, free_port: int) -> AsyncIterator[Room]:
    url = f"http://127.0.0.1:{free_port}"
    async with (
        opened(tmp_path, vendor.issuer) as desk,
        chromium() as browser,
        listening(desk.person(ADA).pages.at(url), free_port),
    ):
        yield Room(desk, browser, url, node)


@pytest.mark.parametrize("era", ["auto", "legacy"])
async def test_a_person_connects_reads_and_ends_it_with_a_client_and_a_browser(room: Room, era: Any) -> None:
    desk, page = room.desk, await room.page()

    async def person(context: object, params: types.ElicitRequestParams) -> types.ElicitResult:
        del context
        assert isinstance(params, types.ElicitRequestURLParams)
        assert params.url.startswith(f"{room.url}/connect/")
        await room.connect(page, params.url)
        return types.ElicitResult(action="accept")

    app = App(desk.service, "1", Transport.STDIO, address=lambda: room.url)
    async with Client(app, mode=era, elicitation_callback=person, read_timeout_seconds=60) as client:
        answer = await client.call_tool("desk_who", {})
        assert answer.structured_content
        assert answer.structured_content["rows"] == [["ada"]]
        assert (await client.call_tool("desk_who", {})).structured_content == answer.structured_content
    (token,) = {*desk.system.shown}
    assert token not in answer.model_dump_json()
    (only,) = await listed(desk.configuration.document)
    assert (only.user, only.source, only.scopes.split()) == ("ada", "desk", list(READ))
    assert room.complaints == []

    await page.goto(f"{room.url}/connections")
    await page.get_by_role("button", name="End it for desk").click()
    await expect(page.get_by_text("You have connected nothing.")).to_be_visible()
    await until(desk, "revoked")
    async with httpx2.AsyncClient(headers={"authorization": f"Bearer {token}"}) as http:
        there = await http.get(f"{desk.system.url}/oauth/userinfo")
    assert (there.status_code, there.json()["error"]) == (401, "invalid_token")
    async with Client(app, mode=era) as client:
        refused = await client.call_tool("desk_who", {})
    assert refused.is_error
    assert (refused.meta or {})["remit/call"]["code"] == "needs_connection"
    assert {"connected", "disconnected", "revoked"} <= {*await desk.events()}
