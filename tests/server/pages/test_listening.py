"""Where the pages are while remit is spoken to over stdio: one remit, several, and a stranger on the port."""

import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import anyio
import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from policies.call import Transport
from policies.document import LocalIdentity
from policies.errors import ConfigurationError
from server.commands.sign_in import one_time_link
from server.pages import listening as module
from server.pages.listening import serving
from server.transaction import StoreUnavailable
from tests.backends import free_port as another_port
from tests.server.pages.chromium import listening
from tests.server.pages.house import ONE, House, house, question, send

pytestmark = pytest.mark.anyio

PATIENCE = 60  # seconds


@pytest.fixture
def url(free_port: int, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(module, "AGAIN", 0.01)
    return f"http://127.0.0.1:{free_port}"


@pytest.fixture
async def shop(tmp_path: Path, url: str) -> AsyncIterator[House]:
    async with house(tmp_path, url=url, transport=Transport.STDIO) as made:
        yield made


@asynccontextmanager
async def told(text: str) -> AsyncGenerator[anyio.Event]:
    """Set once the log of the pages says so."""
    event = anyio.Event()

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.getMessage().startswith(text):
                event.set()

    ear, log = Ear(), logging.getLogger("remit.pages")
    before = log.level
    log.addHandler(ear)
    log.setLevel(logging.INFO)
    try:
        yield event
    finally:
        log.removeHandler(ear)
        log.setLevel(before)


async def status(url: str) -> int:
    async with httpx2.AsyncClient(trust_env=False) as client:
        return (await client.get(f"{url}/sign-in")).status_code


async def test_the_pages_are_where_the_configuration_says(shop: House, url: str) -> None:
    async with serving(shop.pages, url) as links:
        assert links.url == url
        assert await status(url) == 200
    with pytest.raises(httpx2.ConnectError):
        await status(url)


@pytest.mark.parametrize("named", ["https://remit.invalid", "http://remit.invalid:8787", "http://127.0.0.1"])
async def test_an_address_that_is_not_ours_to_take_leaves_a_free_port(
    shop: House, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.5)
    async with serving(shop.pages, named) as links:
        assert links.url.startswith("http://127.0.0.1:")
        assert await status(links.url) == 200


async def test_the_pages_of_another_remit_over_the_same_store_are_as_good_and_are_replaced(
    shop: House, url: str
) -> None:
    async with anyio.create_task_group() as tasks, told("the pages are served") as served:
        with anyio.fail_after(PATIENCE):
            ended = anyio.Event()

            async def first() -> None:
                async with serving(shop.pages, url):
                    await served.wait()
                    ready.set()
                    await ended.wait()
                gone.set()

            ready, gone = anyio.Event(), anyio.Event()
            tasks.start_soon(first)
            await ready.wait()
            async with serving(shop.pages, url) as links, told("the pages are served") as again:
                assert links.url == url
                assert not again.is_set()
                ended.set()
                await gone.wait()
                await again.wait()
                assert links.url == url
                assert await status(url) == 200


@pytest.mark.threat("T07")
@pytest.mark.parametrize("another", ["user", "store"])
async def test_the_pages_of_another_user_or_store_are_not_ours(
    shop: House, url: str, tmp_path: Path, another: str
) -> None:
    folder = tmp_path if another == "user" else tmp_path / "elsewhere"
    folder.mkdir(exist_ok=True)
    bob = LocalIdentity(user="bob" if another == "user" else "ada", tenant="acme", roles=("analyst",))
    async with (
        house(folder, local=bob, url=url, transport=Transport.STDIO) as other,
        serving(other.pages, url),
        serving(shop.pages, url) as links,
    ):
        assert links.url != url
        assert await status(links.url) == 200


@pytest.mark.threat("T07")
@pytest.mark.parametrize("answer", ["", "x" * 43, "x" * 100_000])
async def test_a_stranger_on_the_port_is_not_believed(shop: House, url: str, answer: str) -> None:
    async def any_word(_: Request) -> Response:
        return Response(answer)

    stranger = Starlette(routes=[Route("/{rest:path}", any_word)])
    async with listening(stranger, int(url.rpartition(":")[2])), serving(shop.pages, url) as links:
        assert links.url != url
        assert await status(links.url) == 200


@pytest.mark.threat("T07")
async def test_a_stranger_who_passes_our_ticket_on_to_a_true_remit_is_not_believed(
    shop: House, url: str
) -> None:
    there = f"http://127.0.0.1:{another_port()}"

    async def pass_on(request: Request) -> Response:
        async with httpx2.AsyncClient(trust_env=False) as client:
            answer = await client.get(f"{there}{request.url.path}")
            return Response(answer.content, answer.status_code)

    stranger = Starlette(routes=[Route("/{rest:path}", pass_on)])
    async with (
        serving(shop.pages, there) as true,
        listening(stranger, int(url.rpartition(":")[2])),
        serving(shop.pages, url) as links,
    ):
        assert true.url == there
        assert links.url not in {url, there}


async def test_a_stranger_who_never_answers_holds_nobody_up(
    shop: House, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.2)

    over = anyio.Event()

    async def hold(_: Request) -> Response:
        await over.wait()
        return Response()

    stranger = Starlette(routes=[Route("/{rest:path}", hold)])
    with anyio.fail_after(PATIENCE):
        async with listening(stranger, int(url.rpartition(":")[2])), serving(shop.pages, url) as links:
            assert links.url != url
            over.set()


async def test_a_store_that_is_away_for_a_while_ends_nothing(
    shop: House, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Away:
        def __getattr__(self, _: str) -> object:
            raise StoreUnavailable("gone")

    async with serving(shop.pages, url), serving(shop.pages, url) as links, told("the store") as noticed:
        broken = replace(shop.pages, tickets=Away())  # type: ignore[arg-type]
        monkeypatch.setattr(links, "_pages", broken)
        with anyio.fail_after(PATIENCE):
            await noticed.wait()
        monkeypatch.setattr(links, "_pages", shop.pages)
        assert links.url == url


async def test_the_link_of_the_command_signs_the_browser_in(shop: House, url: str) -> None:
    shop.keeper.ask(question())
    link = await one_time_link(shop.pages.document, url)
    browser = shop.browser()
    assert link.startswith(f"{url}/sign-in/")
    assert (await send(browser, link)).status_code == 303
    assert ONE in (await browser.get("/approvals")).text
    assert (await send(shop.browser(), link)).status_code == 403


@pytest.mark.threat("T21")
@pytest.mark.parametrize(
    "elsewhere",
    ["https://remit.acme.example", "http://remit.acme.example:8787", "http://127.0.0.1.evil.example", "x"],
)
async def test_a_link_leads_to_this_machine_alone(shop: House, elsewhere: str) -> None:
    with pytest.raises(ConfigurationError, match="not on this machine"):
        await one_time_link(shop.pages.document, elsewhere)


async def test_without_a_local_user_there_is_nobody_to_sign_in(tmp_path: Path, url: str) -> None:
    async with house(tmp_path, local=None) as shop:
        with pytest.raises(ConfigurationError, match="no local user"):
            await one_time_link(shop.pages.document, url)
