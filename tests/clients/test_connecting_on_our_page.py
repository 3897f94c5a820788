"""A source is connected in a real browser, on the page that a client was led to."""

import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import anyio
import pytest
from playwright.async_api import Page, expect

from tests.backends import Postgres
from tests.clients.conftest import Driver, Guarded, guarding
from tests.clients.desk import Desk
from tests.clients.linked import Call
from tests.clients.visit import HANDSHAKE, MODERN, text
from tests.npm import Node
from tests.server.pages.chromium import chromium

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T02", "T09")]

LEDGER = """
[sources.ledger]
kind = "postgres"
dsn = "{dsn}"
tls_ca = "{ca}"
owner = "a team"
purpose = "tests"
reason = "it knows logins alone"
classification = "internal"

[sources.ledger.roles]
read = ["analyst"]

[sources.ledger.tables.accounts]
columns = ["id", "note"]
"""
TABLES = """
CREATE TABLE accounts (id int PRIMARY KEY, note text);
INSERT INTO accounts VALUES (1, 'paid');
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO {login};
GRANT SELECT ON accounts TO {login};
"""
LOOK: Call = {"name": "ledger_query", "arguments": {"sql": "SELECT id, note FROM accounts"}}
CLIENTS = [("link_mcp.py", MODERN), ("link_client.mjs", HANDSHAKE)]


@dataclass(frozen=True, slots=True)
class Account:
    guarded: Guarded
    login: str
    password: str


class Ledger(Desk):
    """With a login of ada's own."""

    login: str
    password: str

    async def end(self, page: Page) -> None:
        await page.get_by_role("link", name="Your connections").click()
        await page.get_by_role("button", name="End it for ledger").click()
        await expect(page.get_by_text("You have connected nothing.")).to_be_visible()

    async def connect(self, page: Page) -> None:
        await expect(page.get_by_role("heading", name="Connect ledger?")).to_be_visible()
        await page.get_by_label("Name of the account").fill(self.login)
        await page.get_by_label("Its password").fill(self.password)
        await page.get_by_role("button", name="Connect").click()
        await expect(page.get_by_role("heading", name="ledger is connected")).to_be_visible()


@pytest.fixture(scope="module")
def account(node: Node, postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    name = f"ledger_{secrets.token_hex(4)}"
    password = anyio.run(_made, postgres, name)
    source = LEDGER.format(dsn=f"postgresql://localhost:{postgres.port}/{name}", ca=postgres.ca)
    with guarding(node, tmp_path_factory.mktemp("ledger"), source) as guarded:
        yield Account(guarded, name, password)


async def _made(postgres: Postgres, name: str) -> str:
    await postgres.create_database(name)
    password = await postgres.create_login(name)
    async with postgres.admin(name) as admin:
        await admin.execute(TABLES.format(login=name))
    return password


@pytest.fixture
async def ledger(account: Account, driver: Callable[[str], Driver], tmp_path: Path) -> AsyncIterator[Ledger]:
    async with chromium() as browser:
        desk = Ledger(account.guarded, browser, driver, tmp_path)
        desk.login, desk.password = account.login, account.password
        yield desk


@pytest.mark.parametrize(("name", "protocol"), CLIENTS)
async def test_a_client_that_can_open_nothing_is_told_the_way_and_one_person_can_go_it(
    ledger: Ledger, name: str, protocol: str
) -> None:
    async with ledger.client(name, protocol, opens=False) as client:
        refused = await client.call(LOOK)
        told = refused["_meta"]["remit/call"]
        assert (refused["isError"], told["code"]) == (True, "needs_connection")
        assert text(refused).endswith(told["url"])
        bob = await ledger.open(told["url"], "bob")
        await expect(bob.get_by_role("heading", name="Nothing to decide here")).to_be_visible()
        ada = await ledger.open(told["url"])
        await ledger.connect(ada)
        answer = await client.call(LOOK)
        assert answer["structuredContent"]["rows"] == [[1, "paid"]]
        assert ledger.password not in str(answer) + str(refused)
        await ledger.end(ada)
        assert (await client.call(LOOK))["_meta"]["remit/call"]["code"] == "needs_connection"


@pytest.mark.parametrize(("name", "protocol"), CLIENTS)
async def test_a_client_that_opens_our_page_gets_its_answer_once_the_source_is_connected(
    ledger: Ledger, name: str, protocol: str
) -> None:
    async with ledger.client(name, protocol, opens=True) as client:
        await client.begin(LOOK)
        ada = await ledger.open(await client.opened())
        await ledger.connect(ada)
        answer = await client.result()
        assert answer["structuredContent"]["rows"] == [[1, "paid"]]
        await ledger.end(ada)
