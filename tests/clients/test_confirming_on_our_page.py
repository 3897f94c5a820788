"""What a client can't ask, or may not, a person decides in a real browser, on the page that it was led to."""

import itertools
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import apsw
import pytest
from playwright.async_api import Page, expect

from tests.clients.conftest import Driver, Guarded
from tests.clients.desk import Desk
from tests.clients.visit import HANDSHAKE, MODERN, text
from tests.server.pages.chromium import chromium

if TYPE_CHECKING:
    from tests.clients.linked import Call

pytestmark = pytest.mark.anyio

SILENT = [("link_mcp.py", MODERN), ("link_client.mjs", HANDSHAKE)]
OPENING = [
    # It shows forms as well, and one form is no place for so many records.
    ("link_mcp.py", MODERN, 22),
    ("link_mcp.py", HANDSHAKE, 22),
    ("link_client.mjs", MODERN, 1),
    ("link_client.mjs", HANDSHAKE, 1),
]
Row = tuple[Any, ...]

_numbers = itertools.count(1)


class Orders:
    """Some orders that no other case has, and the call that adds a word to the status of each.

    Twice carried out it would add two.
    """

    def __init__(self, shop: Path, count: int = 1) -> None:
        self.numbers = [next(_numbers) for _ in range(count)]
        self._between = f"BETWEEN {self.numbers[0]} AND {self.numbers[-1]}"
        self._shop = shop
        self.before = self.rows
        self.after = [(*row[:3], f"{row[3]}, seen", *row[4:]) for row in self.before]
        sql = f"UPDATE orders SET status = status || ', seen' WHERE id {self._between}"
        self.call: Call = {"name": "shop_write", "arguments": {"sql": sql}}

    @property
    def rows(self) -> Sequence[Row]:
        connection: Any = apsw.Connection(str(self._shop), flags=apsw.SQLITE_OPEN_READONLY)
        try:
            return list(connection.execute(f"SELECT * FROM orders WHERE id {self._between} ORDER BY id"))
        finally:
            connection.close()


@pytest.fixture
async def desk(guarded: Guarded, driver: Callable[[str], Driver], tmp_path: Path) -> AsyncIterator[Desk]:
    async with chromium() as browser:
        yield Desk(guarded, browser, driver, tmp_path)


@pytest.mark.threat("T06", "T16", "T48", "T50")
@pytest.mark.parametrize(("name", "protocol"), SILENT)
async def test_what_is_confirmed_behind_a_link_is_done_once_and_taken_back_behind_another(
    desk: Desk, name: str, protocol: str
) -> None:
    orders = Orders(desk.shop)
    async with desk.client(name, protocol, opens=False) as client:
        url = handed_over(await client.call(orders.call))
        ada = await desk.open(url)
        await shows(ada, orders.before, orders.after)
        await expect(ada.get_by_text("In shop: change 1 record of orders")).to_be_visible()
        bob = await desk.open(url, "bob")
        await expect(bob.get_by_role("heading", name="Nothing to decide here")).to_be_visible()
        assert "orders" not in await bob.content()
        await bob.goto(f"{desk.url}/approvals")
        await expect(bob.get_by_text("Signed in as bob")).to_be_visible()
        await expect(bob.get_by_text("Nothing waits for you")).to_be_visible()
        await confirm(ada)
        assert orders.rows == orders.before  # a yes alone does nothing
        done = await client.call(orders.call)
        assert action(done)["replayed"] is False
        assert orders.rows == orders.after
        assert action(await client.call(orders.call)) == {**action(done), "replayed": True}
        assert orders.rows == orders.after
        undo: Call = {"name": "remit_undo", "arguments": {"id": action(done)["id"]}}
        await ada.goto(handed_over(await client.call(undo)))
        await shows(ada, orders.after, orders.before)
        await expect(
            ada.get_by_text("Take back an action in shop: change 1 record of orders")
        ).to_be_visible()
        await confirm(ada)
        assert action(await client.call(undo))["state"] == "done"
        assert orders.rows == orders.before


@pytest.mark.threat("T16")
@pytest.mark.parametrize(("name", "protocol"), SILENT[1:])
async def test_what_is_declined_behind_a_link_is_not_done(desk: Desk, name: str, protocol: str) -> None:
    orders = Orders(desk.shop)
    async with desk.client(name, protocol, opens=False) as client:
        page = await desk.open(handed_over(await client.call(orders.call)))
        await page.get_by_role("button", name="Decline").click()
        await expect(page.get_by_role("heading", name="You declined it")).to_be_visible()
        told = await client.call(orders.call)
        assert told["isError"] is True
        assert text(told).startswith("not_approved: The user declined exactly this.")
        assert orders.rows == orders.before


@pytest.mark.threat("T16")
@pytest.mark.parametrize(("name", "protocol", "count"), OPENING)
async def test_a_client_that_opens_our_page_gets_its_result_once_a_person_said_yes_there(
    desk: Desk, name: str, protocol: str, count: int
) -> None:
    orders = Orders(desk.shop, count)
    async with desk.client(name, protocol, opens=True) as client:
        await client.begin(orders.call)
        page = await desk.open(await client.opened())
        await shows(page, orders.before, orders.after)
        assert orders.rows == orders.before
        if count > 1:
            await page.get_by_label("How many records are concerned?").fill(str(count))
        await confirm(page)
        assert action(await client.result())["state"] == "done"
        assert orders.rows == orders.after


def handed_over(result: Mapping[str, Any]) -> str:
    """The link in a normal result, which says the same to the model and to a program."""
    assert not result.get("isError")
    assert action(result)["state"] == "waiting"
    url: str = result["_meta"]["remit/call"]["url"]
    assert url.endswith(f"/approve/{action(result)['id']}")
    assert text(result).endswith(f"call again with the same arguments when they have decided there: {url}")
    return url


def action(result: Mapping[str, Any]) -> Mapping[str, Any]:
    assert not result.get("isError"), text(result)
    found: Mapping[str, Any] = result["structuredContent"]["action"]
    return found


async def shows(page: Page, before: Sequence[Row], after: Sequence[Row]) -> None:
    """Each record by its key, with what is there and what would be."""
    counted = f"Change {len(before)} record{'' if len(before) == 1 else 's'} of orders"
    await expect(page.get_by_role("heading", name=counted)).to_be_visible()
    records = page.locator("main tbody")
    assert [await records.locator(part).all_inner_texts() for part in (".key", "del", "ins")] == [
        [f"id = {row[0]}" for row in before],
        [f'"{row[3]}"' for row in before],
        [f'"{row[3]}"' for row in after],
    ]


async def confirm(page: Page) -> None:
    await page.get_by_role("button", name="Do exactly this").click()
    await expect(page.get_by_role("heading", name="You confirmed it")).to_be_visible()
