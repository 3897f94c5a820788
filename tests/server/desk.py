"""People with accounts of their own at a real PostgreSQL, their pages, and the calls that they make."""

import json
import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from policies.call import Answer, Caller, Channel, Reply, Request, Transport
from policies.document import LocalIdentity
from policies.errors import NeedsConnection
from server.assembly import Service, assemble
from server.configuration import Configuration, load
from server.history import search
from server.identity import Identity
from server.pages.app import Pages
from server.pages.signing_in import LINK_LASTS, link, link_content
from server.pages.tickets import Kind
from server.transaction import Transaction
from tests.backends import Postgres
from tests.server.enabling import enable_all
from tests.server.pages.house import fields, send

URL = "http://127.0.0.1:8787"
CONFIGURATION = """\
[server]
store = "sqlite:remit.db"

[identity.local]
user = "ada"
tenant = "acme"
roles = ["analyst"]

[injection]
detector = false

[sources.shop]
kind = "postgres"
dsn = "{dsn}"
tls_ca = "{ca}"
timeout = 3
renew_days = 30
owner = "a team"
purpose = "tests"
reason = "it knows logins alone"
classification = "confidential"
{more}

[sources.shop.roles]
read = ["analyst"]
act = ["analyst"]

[sources.shop.tables.orders]
columns = ["id", "owner", "note"]
key = ["id"]
{write}
"""
# Who sees which row is the database's own rule, by its own name for who asks.
SHOP = """
CREATE TABLE orders (id int PRIMARY KEY, owner text NOT NULL, note text);
INSERT INTO orders VALUES (1, '{ada}', 'of ada'), (2, '{bob}', 'of bob');
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON orders USING (owner = current_user);
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO {ada}, {bob};
GRANT SELECT, UPDATE (note) ON orders TO {ada}, {bob};
"""
WRITABLE = 'write = ["note"]'
LOOK = {"sql": "SELECT id, note FROM orders ORDER BY id"}
WRITE = {"sql": "UPDATE orders SET note = 'paid' WHERE id = 1"}
ADA = LocalIdentity(user="ada", tenant="acme", roles=("analyst",))
BOB = LocalIdentity(user="bob", tenant="acme", roles=("analyst",))
TERMINAL = Caller(Transport.STDIO, "an editor", channels=frozenset({Channel.TERMINAL}))


@dataclass(frozen=True)
class Account:
    login: str
    password: str


async def fill_in(browser: httpx2.AsyncClient, path: str, **typed: str) -> httpx2.Response:
    """Opens the page, where it is one, and sends its form."""
    page = await browser.get(path)
    if page.status_code != 200:
        return page
    return await send(browser, path, {**fields(page), **typed})


class Person:
    """Calls tools, and has a browser before the pages."""

    def __init__(self, desk: "Desk", who: LocalIdentity) -> None:
        self.who = who
        self._desk = desk
        self._pipeline = replace(desk.service.pipeline, identity=Identity(who))
        self.pages = Pages.of(
            desk.configuration.document.model_copy(
                update={"identity": desk.configuration.document.identity.model_copy(update={"local": who})}
            ),
            Transport.STDIO,
            store=desk.service.store,
            keys=desk.service.keys,
            identity=Identity(who),
            decider=desk.service.deciding,
            connecting=desk.service.connecting,
            endings=desk.service.endings,
            failures=desk.service.monitoring.failures,
            administration=desk.service.administration,
        )

    async def call(
        self,
        tool: str,
        arguments: dict[str, Any],
        answer: Answer | None = None,
        caller: Caller = TERMINAL,
    ) -> Reply:
        return await self._pipeline.run(
            Request(secrets.token_hex(16), caller, tool, arguments, answer=answer)
        )

    async def rows(self, caller: Caller = TERMINAL) -> Any:
        return (await self.call("shop_query", LOOK, caller=caller)).structured["rows"]

    async def offer(self) -> str:
        """The path of the page that the person is sent to."""
        user = await Identity(self.who).identify(TERMINAL)
        with pytest.raises(NeedsConnection):
            await self.call("shop_query", LOOK)
        return f"/connect/{await self._desk.service.connecting.offer(user, 'shop', 'an editor')}"

    @asynccontextmanager
    async def browser(self) -> AsyncGenerator[httpx2.AsyncClient]:
        transport = httpx2.ASGITransport(self.pages.at(URL), raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url=URL, headers={"origin": URL}) as browser:
            ticket = await self.pages.tickets.issue(Kind.LINK, link_content(self.who), LINK_LASTS)
            assert (await send(browser, link("", ticket))).status_code == 303
            yield browser

    async def connect(self, account: Account, path: str = "", **typed: str) -> httpx2.Response:
        path = path or await self.offer()
        async with self.browser() as browser:
            return await fill_in(browser, path, login=account.login, secret=account.password, **typed)


@dataclass
class Desk:
    postgres: Postgres
    database: str
    folder: Path
    configuration: Configuration
    service: Service
    accounts: dict[str, Account]

    def person(self, who: LocalIdentity) -> Person:
        return Person(self, who)

    async def events(self) -> list[str]:
        return [str(entry.columns[1]) for entry in reversed(await search(self.service.store))]

    async def entries(self) -> list[dict[str, Any]]:
        return [json.loads(entry.body) for entry in reversed(await search(self.service.store))]

    async def change(self, sql: str) -> None:
        """In the store, behind everybody's back."""

        def changing() -> Transaction[None]:
            yield sql, ()

        await self.service.store.run(changing)


@asynccontextmanager
async def open_desk(
    postgres: Postgres, folder: Path, more: str = "", write: str = WRITABLE
) -> AsyncGenerator[Desk]:
    """`more` are further settings of the source."""
    name = f"own_{secrets.token_hex(4)}"
    await postgres.create_database(name)
    accounts = {
        who: Account(f"{name}_{who}", await postgres.create_login(f"{name}_{who}")) for who in ("ada", "bob")
    }
    async with postgres.admin(name) as admin:
        await admin.execute(SHOP.format(ada=accounts["ada"].login, bob=accounts["bob"].login))
    dsn = f"postgresql://localhost:{postgres.port}/{name}"
    file = folder / "remit.toml"
    file.write_text(CONFIGURATION.format(dsn=dsn, ca=postgres.ca, more=more, write=write))
    configuration = load(file)
    await enable_all(configuration.document)
    async with assemble(configuration) as service:
        yield Desk(postgres, name, folder, configuration, service, accounts)
