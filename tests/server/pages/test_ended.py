"""A browser's session ends with its user, and an approver who has ended approves nothing."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from server.endings import Ended
from tests.server.pages.house import ONE, House, house, question

pytestmark = pytest.mark.anyio


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as made:
        made.keeper.ask(question())
        yield made


async def end(shop: House, user: str = "ada", *, block: bool = False) -> Ended:
    return await shop.pages.endings.end_user("", user, by="root", why="", block=block, keep_connections=False)


async def is_signed_in(browser: httpx2.AsyncClient) -> bool:
    return (await browser.get(f"/approve/{ONE}")).status_code == 200


async def test_every_browser_of_a_user_is_signed_out_and_they_may_sign_in_again(shop: House) -> None:
    browsers = [await shop.signed_in(), await shop.signed_in("127.0.0.2")]
    await end(shop, "bob")
    assert [await is_signed_in(browser) for browser in browsers] == [True, True]
    await end(shop)
    assert [await is_signed_in(browser) for browser in browsers] == [False, False]
    assert await is_signed_in(await shop.signed_in())


async def test_who_is_blocked_can_not_sign_in_and_is_told_so_on_a_page_that_leads_nowhere(
    shop: House,
) -> None:
    await end(shop, block=True)
    browser = shop.browser()
    answer = await browser.post(await shop.link(), data={"any": "thing"})
    assert answer.status_code == 403
    assert "An administrator has ended your access" in answer.text
    assert not await is_signed_in(browser)
