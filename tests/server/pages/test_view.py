"""The MCP App, shown in a real Chromium by the extension's own host library."""

import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Literal

import anyio
import mcp_types as types
import pytest
from mcp.client import Client
from mcp.client.extension import advertise
from mcp.server.apps import APP_MIME_TYPE, EXTENSION_ID
from playwright.async_api import FrameLocator, Page, expect

from policies.call import Transport
from policies.change import Change, Effect
from policies.risk import Level, Risk
from server.assembly import Service
from server.pages.view import URI, difference, view
from server.protocol.app import App
from tests.npm import Node
from tests.server.pages.chromium import chromium
from tests.server.shelf import Shelf, shelf_service, shelved

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T17"), pytest.mark.timeout(60)]

Era = Literal["auto", "legacy"]
ERAS: tuple[Era, ...] = ("auto", "legacy")
HOST = Path(__file__).with_name("view_host.mjs")
SHOWS_VIEWS = advertise(EXTENSION_ID, {"mimeTypes": [APP_MIME_TYPE]})
PUT = {"values": {"apple": "green"}}
PAGE = "https://remit.example/approve/k3yOfTheFirstQuestion1"
# What a host must hold a view to that asks for nothing (SEP-1865).
POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; media-src 'self' data:; connect-src 'none'"
)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf(apple="red")


@pytest.fixture
async def service(tmp_path: Path, shelf: Shelf) -> AsyncIterator[Service]:
    async with shelf_service(shelved(tmp_path), shelf) as running:
        yield running


@pytest.fixture(scope="session")
def script(node: Node, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The host's, with its library."""
    bundle = tmp_path_factory.mktemp("host") / "host.js"
    build = [*node.command("esbuild"), "--bundle", f"--outfile={bundle}", str(HOST)]
    environment = {**node.environment, "NODE_PATH": str(node.modules)}
    subprocess.run(build, check=True, capture_output=True, timeout=60, env=environment)
    return bundle.read_text()


@pytest.fixture
async def host(script: str) -> AsyncIterator[Page]:
    async with chromium() as browser:
        page = await browser.new_page(viewport={"width": 480, "height": 900})
        page.set_default_timeout(10_000)
        await page.evaluate(script)
        yield page


async def show(host: Page, result: types.CallToolResult, *, links: bool = True) -> FrameLocator:
    told = result.model_dump(by_alias=True, mode="json", exclude_none=True)
    held = f'<head><meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    html = view().replace("<head>", held, 1)
    with anyio.fail_after(60):
        await host.evaluate("([html, result, links]) => show(html, result, links)", [html, told, links])
    return host.frame_locator("iframe")


def waiting(html: str) -> types.CallToolResult:
    return types.CallToolResult(
        content=[types.TextContent(type="text", text="Nothing was done yet.")],
        _meta={"remit/difference": html, "remit/call": {"url": PAGE}},
    )


@pytest.mark.parametrize("era", ERAS)
async def test_a_host_shows_what_would_be_done_and_opens_our_page(
    service: Service, shelf: Shelf, host: Page, era: Era
) -> None:
    app = App(service, "1", Transport.STDIO)
    async with Client(app, mode=era, extensions=[SHOWS_VIEWS]) as client:
        result = await client.call_tool("shelf_put", PUT)
    assert result.meta is not None
    shown = await show(host, result)
    await expect(shown.get_by_role("heading", name="Nothing is done yet")).to_be_visible()
    await expect(shown.get_by_text("In shelf: change 1 record of shelf")).to_be_visible()
    await expect(shown.locator("del")).to_have_text('"red"')
    await expect(shown.locator("ins")).to_have_text('"green"')
    await shown.get_by_role("button", name="Decide on the page").click()
    await host.wait_for_function("asked.length")
    assert await host.evaluate("asked") == [f"open {result.meta['remit/call']['url']}"]
    assert shelf.put == []


@pytest.mark.parametrize("era", ERAS)
async def test_the_model_is_told_nothing_of_it(service: Service, era: Era) -> None:
    app = App(service, "1", Transport.STDIO)
    async with Client(app, mode=era, extensions=[SHOWS_VIEWS]) as client:
        result = await client.call_tool("shelf_put", PUT)
    assert result.meta is not None
    assert "green" in result.meta.pop("remit/difference")
    assert "green" not in result.model_dump_json()


@pytest.mark.parametrize("settings", [None, {}, {"mimeTypes": ["text/html"]}])
@pytest.mark.parametrize("era", ERAS)
async def test_a_client_that_shows_no_views_gets_no_data_for_one(
    service: Service, era: Era, settings: dict[str, Any] | None
) -> None:
    app = App(service, "1", Transport.STDIO)
    extensions = [] if settings is None else [advertise(EXTENSION_ID, settings)]
    async with Client(app, mode=era, extensions=extensions) as client:
        result = await client.call_tool("shelf_put", PUT)
    assert "green" not in result.model_dump_json()


@pytest.mark.parametrize("era", ERAS)
async def test_the_view_is_a_resource_of_every_tool_that_acts(service: Service, era: Era) -> None:
    app = App(service, "1", Transport.STDIO)
    async with Client(app, mode=era) as client:
        tools = (await client.list_tools()).tools
        listed = (await client.list_resources()).resources
        read = await client.read_resource(URI)
    with_view = {tool.name: tool.meta["ui"] for tool in tools if tool.meta and "ui" in tool.meta}
    linked = {"resourceUri": URI, "visibility": ["model"]}
    assert with_view == {"shelf_put": linked, "remit_undo": linked}
    assert [(one.uri, one.mime_type) for one in listed] == [(URI, APP_MIME_TYPE)]
    contents = read.contents[0]
    assert isinstance(contents, types.TextResourceContents)
    assert (contents.mime_type, contents.text) == (APP_MIME_TYPE, view())


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("uri", ["ui://remit/other", "file:///etc/passwd", "remit://x"])
async def test_there_is_no_other_resource(service: Service, era: Era, uri: str) -> None:
    app = App(service, "1", Transport.STDIO)
    async with Client(app, mode=era) as client:
        with pytest.raises(Exception, match="There is no such resource"):
            await client.read_resource(uri)


async def test_a_value_is_text_whatever_it_says(host: Page) -> None:
    hostile = "<script>parent.ran = true</script><img src=x onerror='parent.ran = true'>"
    change = Change("orders", {"id": 7}, before={"note": "paid"}, after={"note": hostile})
    html = difference(hostile, Effect((change,), hidden=(hostile,)), Risk(Level.HIGH, (hostile,)))
    shown = await show(host, waiting(html))
    await expect(shown.locator("ins")).to_have_text(f'"{hostile}"')
    assert await shown.locator("#difference img, #difference script").count() == 0


async def test_nothing_runs_in_the_view_but_its_own_script(host: Page) -> None:
    marked = "document.body.dataset.ran = 'true'"
    markup = f'<img src="data:," onerror="{marked}"><script>{marked}</script><p id="after">After</p>'
    logged: list[str] = []
    host.on("console", lambda message: logged.append(message.text))
    shown = await show(host, waiting(markup))
    await expect(shown.locator("#after")).to_be_visible()
    await expect(shown.locator("body")).not_to_have_attribute("data-ran", "true")
    assert any("Content Security Policy" in line for line in logged)


async def test_a_host_that_opens_no_links_leaves_the_one_in_the_answer(host: Page) -> None:
    shown = await show(host, waiting("<p>What would be done</p>"), links=False)
    await shown.get_by_role("button", name="Decide on the page").click()
    await expect(shown.get_by_text("Follow the one in its answer.")).to_be_visible()


@pytest.mark.parametrize(
    ("action", "heading", "told"),
    [
        ({"state": "done", "undo": True, "replayed": False}, "Done", "It can be taken back."),
        ({"state": "done", "undo": True, "replayed": True}, "Done before", "Nothing was done now."),
        ({"state": "in_doubt", "undo": False}, "Nobody can say whether it was done", ""),
    ],
)
async def test_what_was_done_is_said(host: Page, action: dict[str, Any], heading: str, told: str) -> None:
    result = types.CallToolResult(content=[], structured_content={"action": action})
    shown = await show(host, result)
    await expect(shown.get_by_role("heading")).to_have_text(heading)
    await expect(shown.locator("#told")).to_have_text(told)
    await expect(shown.get_by_role("button")).to_have_count(0)


async def test_a_refusal_is_said_as_text(host: Page) -> None:
    refusal = types.CallToolResult(
        content=[types.TextContent(type="text", text="denied: <b>not</b> open")], is_error=True
    )
    shown = await show(host, refusal)
    await expect(shown.get_by_role("heading")).to_have_text("Not done")
    await expect(shown.locator("#told")).to_have_text("denied: <b>not</b> open")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_everybody_can_read_the_view(host: Page, node: Node, scheme: Literal["light", "dark"]) -> None:
    rows = tuple(Change("orders", {"id": number}, {"status": "open"}, None) for number in (11, 12, 13))
    effect = Effect(
        (*rows, Change("orders", {"id": 14}, {"note": "x" * 900}, {"note": "y" * 900})), final="gone"
    )
    await host.emulate_media(color_scheme=scheme)
    await show(
        host,
        waiting(
            difference("In shop: delete 3 records", effect, Risk(Level.HIGH, ("It deletes 3 records.",)))
        ),
    )
    frame = host.frames[1]
    await frame.wait_for_selector("ins")
    await frame.evaluate((node.modules / "axe-core/axe.min.js").read_text())
    found = await frame.evaluate("axe.run()")
    assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []
    assert await frame.evaluate("document.documentElement.scrollWidth") <= 480
