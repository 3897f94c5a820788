"""Two sources that know the same people, and a model that talks to both over MCP."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import mcp_types as types
import pytest
from mcp.client import Client

from policies.call import Transport
from server.assembly import Service, assemble
from server.configuration import load
from server.protocol.app import App
from tests.server.places import Place
from tests.tools.sqlite_file import execute

Era = Literal["auto", "legacy"]
PASSWORD = "REMIT_TEST_STORE"
CONFIGURATION = """\
[server]
store = "{store}"
{password}

[identity.local]
user = "ada"
tenant = "acme"
roles = ["analyst"]

[limits]
calls_per_minute = 100000
burst = 50000
source = {{ calls_per_minute = 100000, burst = 50000 }}
tenant = {{ calls_per_minute = 100000, burst = 50000 }}

[context]
turns = 100000

[results]
characters = 2000
turns = 20

[sources.shop]
kind = "sqlite"
dsn = "sqlite:shop.db"
owner = "a team"
purpose = "tests"
classification = "confidential"

[sources.shop.roles]
read = ["analyst"]
act = ["analyst"]

[sources.shop.tables.customers]
columns = ["id", "name", "email", "note"]
key = ["id"]
write = ["name", "email", "note"]

[sources.desk]
kind = "sqlite"
dsn = "sqlite:desk.db"
owner = "a team"
purpose = "tests"
classification = "internal"

[sources.desk.roles]
read = ["analyst"]

[sources.desk.tables.tickets]
columns = ["id", "customer_name", "email", "subject"]
"""
LENA, OMAR = ("Lena Hoffmann", "lena.hoffmann@example.com"), ("Omar Haddad", "omar.haddad@example.com")
SHOP = f"""
CREATE TABLE customers (id integer PRIMARY KEY, name text, email text, note text);
INSERT INTO customers VALUES (1, '{OMAR[0]}', '{OMAR[1]}', ''), (2, '{LENA[0]}', '{LENA[1]}', '');
"""
DESK = f"""
CREATE TABLE tickets (id integer PRIMARY KEY, customer_name text, email text, subject text);
INSERT INTO tickets VALUES (7, '{LENA[0]}', '{LENA[1]}', 'broken lamp');
"""


@dataclass
class Model:
    """`transcript` is all that it gets to see, `shown` what the person beside it is asked.

    Without `forms` its client shows none, and the person decides on our page.
    """

    service: Service
    era: Era = "auto"
    forms: bool = True
    transcript: list[str] = field(default_factory=list[str])
    shown: list[str] = field(default_factory=list[str])

    async def call(self, tool: str, **arguments: object) -> types.CallToolResult:
        async with self.talking() as client:
            return await self.say(client, tool, **arguments)

    @asynccontextmanager
    async def talking(self) -> AsyncGenerator[Client]:
        async def answer(context: object, params: types.ElicitRequestParams) -> types.ElicitResult:
            del context
            self.shown.append(params.message)
            return types.ElicitResult(action="accept", content={"approve": True})

        app = App(self.service, "1", Transport.STDIO)
        async with Client(app, mode=self.era, elicitation_callback=answer if self.forms else None) as client:
            yield client

    async def say(self, client: Client, tool: str, **arguments: object) -> types.CallToolResult:
        result = await client.call_tool(tool, arguments)
        self.transcript.append(result.model_dump_json())
        return result

    async def rows(self, tool: str, sql: str) -> list[list[Any]]:
        result = await self.call(tool, sql=sql)
        assert not result.is_error, result
        return rows_of(result)


def rows_of(result: types.CallToolResult) -> list[list[Any]]:
    found: dict[str, Any] = result.structured_content or {}
    rows: list[list[Any]] = found["rows"]
    return rows


def said(result: types.CallToolResult) -> str:
    return "\n".join(part.text for part in result.content if isinstance(part, types.TextContent))


def code(result: types.CallToolResult) -> str:
    return str((result.meta or {})["remit/call"].get("code", ""))


def customers(folder: Path) -> list[tuple[Any, ...]]:
    return execute(folder / "shop.db", "SELECT id, name, email, note FROM customers ORDER BY id")


def everything(model: Model) -> str:
    return json.dumps(model.transcript)


@asynccontextmanager
async def opened(place: Place, folder: Path, patch: pytest.MonkeyPatch) -> AsyncGenerator[Service]:
    execute(folder / "shop.db", SHOP)
    execute(folder / "desk.db", DESK)
    password = ""
    if place.password is not None:
        patch.setenv(PASSWORD, place.password.reveal())
        password = f'store_password = "env:{PASSWORD}"'
    file = folder / "remit.toml"
    file.write_text(CONFIGURATION.format(store=place.document.server.store, password=password))
    async with assemble(load(file)) as service:
        yield service
