"""A real browser, headless, before the pages of a server that listens."""

import socket
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio
import uvicorn
from playwright.async_api import Browser, Page, async_playwright
from starlette.types import ASGIApp

from server.listening import SETTINGS, Listener
from tests.backends import MissingError, missing, program


@asynccontextmanager
async def chromium() -> AsyncGenerator[Browser]:
    """Skips the test where there is none."""
    try:
        found = program("chromium", "chromium")
    except MissingError as error:
        missing(error.what, error.remedy)
    with tempfile.TemporaryDirectory() as home:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=found, env={"HOME": home})
            try:
                yield browser
            finally:
                await browser.close()


@asynccontextmanager
async def listening(app: ASGIApp, port: int) -> AsyncGenerator[None]:
    """Serves it on loopback as `remit serve` does."""
    with socket.create_server(("127.0.0.1", port)) as own:
        server = Listener(uvicorn.Config(app, **SETTINGS))
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(server.serve, [own])
            yield
            server.should_exit = True


async def sign_in(page: Page, link: str) -> None:
    await page.goto(link)
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url("**/approvals")


async def sign_in_at_issuer(page: Page, person: str) -> None:
    """At tests/server/oidc/provider.mjs, where remit has led the browser."""
    await page.locator("[name=login]").fill(person)
    await page.locator("[name=password]").fill("any")
    await page.locator("button[type=submit]").click()
    await page.get_by_role("button", name="Continue").click()
