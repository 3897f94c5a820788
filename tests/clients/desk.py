"""A client that is not ours and a real browser, both before one server."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from playwright.async_api import Browser, Page

from tests.clients.conftest import Driver, Guarded
from tests.clients.linked import Linked, linked
from tests.server.pages.chromium import sign_in_at_issuer


class Desk:
    """Where ada sits with a client and a browser, and bob with another. The pages are at `url`."""

    def __init__(
        self, guarded: Guarded, browser: Browser, driver: Callable[[str], Driver], home: Path
    ) -> None:
        self.shop = guarded.shop
        self.url = guarded.url.removesuffix("/mcp")
        self._guarded = guarded
        self._browser = browser
        self._driver = driver
        self._home = home

    def client(self, name: str, protocol: str, *, opens: bool) -> AbstractAsyncContextManager[Linked]:
        token = self._guarded.issuer.token("ada", self._guarded.url, "openid remit:read remit:act")
        return linked(self._driver(name), self._guarded.url, protocol, token, self._home, opens=opens)

    async def open(self, url: str, person: str = "ada") -> Page:
        """In a browser that was not signed in."""
        context = await self._browser.new_context()
        page = await context.new_page()
        page.set_default_timeout(10_000)
        await page.goto(url)
        await sign_in_at_issuer(page, person)
        await page.wait_for_url(url)
        return page
