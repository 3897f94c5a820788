"""A question to a real PostgreSQL, through the whole house."""

import json
import secrets
from dataclasses import dataclass
from pathlib import Path

import pytest
from mcp.client import Client

from policies.call import Transport
from policies.errors import ConfigurationError
from policies.sources import PostgresSource
from server.assembly import assemble
from server.commands.source import enabled, try_out
from server.configuration import Configuration, load
from server.history import search
from server.protocol.app import App
from server.store import look_into_store
from tests.backends import Postgres
from tests.server.enabling import enable_all
from tests.server.test_app import facts, text
from tools.postgres.role import role_sql

pytestmark = pytest.mark.anyio

CONFIGURATION = """\
[server]
store = "sqlite:remit.db"

[identity.local]
user = "ada"
tenant = "acme"
roles = ["analyst"]
claims = {{ territory = "EMEA" }}

[injection]
detector = false

[sources.shop]
kind = "postgres"
dsn = "{dsn}"
credential = "shared"
reason = "one reporting role; rows are filtered by claim"
password = "file:password"
tls_ca = "{ca}"
timeout = 3
owner = "a team"
purpose = "tests"
classification = "internal"

[sources.shop.roles]
read = ["analyst"]

[sources.shop.tables.customers]
columns = ["id", "name", "email"]
rows = "territory = :territory"
"""

SHOP = """
CREATE TABLE customers (id int PRIMARY KEY, name text, email text, territory text, ssn text);
INSERT INTO customers VALUES (1, 'Lena Hoffmann', 'lena@example.com', 'EMEA', 'SENTINEL-1'),
    (2, 'Aiko Tanaka', 'aiko@example.com', 'APAC', 'SENTINEL-2');
"""


@dataclass
class Shop:
    postgres: Postgres
    database: str
    role: str
    folder: Path

    def configured(self, dsn: str, password: str) -> Configuration:
        secret = self.folder / "password"
        secret.touch(mode=0o600)
        secret.write_text(password)
        file = self.folder / "remit.toml"
        file.write_text(CONFIGURATION.format(dsn=dsn, ca=self.postgres.ca))
        return load(file)


@pytest.fixture
async def shop(postgres: Postgres, tmp_path: Path) -> tuple[Shop, Configuration]:
    name = f"house_{secrets.token_hex(4)}"
    await postgres.create_database(name)
    password = await postgres.create_login(f"{name}_reader")
    house = Shop(postgres, name, f"{name}_reader", tmp_path)
    configuration = house.configured(postgres.dsn(name, house.role), password)
    async with postgres.admin(name) as admin:
        await admin.execute(SHOP)
        source = configuration.document.sources["shop"]
        assert isinstance(source, PostgresSource)
        await admin.execute(role_sql(source, house.role))
    await enable_all(configuration.document)
    return house, configuration


async def test_a_question_is_answered_within_the_users_territory(shop: tuple[Shop, Configuration]) -> None:
    _, configuration = shop
    async with assemble(configuration) as service, Client(App(service, "1", Transport.STDIO)) as client:
        result = await client.call_tool("shop_query", {"sql": "SELECT * FROM customers"})
        refusal = await client.call_tool("shop_query", {"sql": "SELECT ssn FROM customers"})
    assert result.structured_content["row_count"] == 1
    assert [column["name"] for column in result.structured_content["columns"]] == ["id", "name", "email"]
    whole = text(result) + json.dumps(result.structured_content) + text(refusal)
    assert "SENTINEL" not in whole
    assert "Hoffmann" not in whole
    assert facts(refusal)["code"] == "denied"


@pytest.mark.threat("T09")
async def test_a_role_that_can_do_more_than_read_stops_the_start(shop: tuple[Shop, Configuration]) -> None:
    house, _ = shop
    superuser = house.configured(house.postgres.dsn(house.database), house.postgres.password)
    await enable_all(superuser.document)
    with pytest.raises(ConfigurationError, match="SUPERUSER"):
        async with assemble(superuser):
            pass


@pytest.mark.threat("T09")
async def test_a_test_call_is_passed_by_a_reader_and_taken_back_by_a_superuser(
    shop: tuple[Shop, Configuration],
) -> None:
    house, configuration = shop
    async with assemble(configuration):
        pass
    assert (await try_out(configuration.document, "shop", None, None)).passed
    (house.folder / "password").write_text(house.postgres.password)
    file = configuration.file
    file.write_text(file.read_text().replace(f"{house.role}@", "postgres@"))
    document = load(file).document
    assert not (await try_out(document, "shop", None, None)).passed
    assert [point.name for point in await enabled(document, "shop", "it is asked for")] == ["test"]


async def test_an_account_of_a_users_own_is_tested_with_one_that_is_given(
    shop: tuple[Shop, Configuration],
) -> None:
    house, configuration = shop
    file = configuration.file
    own = (
        file.read_text().replace('credential = "shared"', 'credential = "user"').replace(f"{house.role}@", "")
    )
    file.write_text(own.replace('password = "file:password"\n', ""))
    document = load(file).document
    without = await try_out(document, "shop", None, None)
    assert "none was given to test with" in without.findings[0].what
    assert not without.passed
    assert (await try_out(document, "shop", house.role, "file:password")).passed
    assert await enabled(document, "shop", "it is asked for") == []


@pytest.mark.threat("T35")
async def test_a_database_that_is_down_is_a_clear_refusal_and_on_record(
    shop: tuple[Shop, Configuration], free_port: int
) -> None:
    house, _ = shop
    address = f"postgresql://{house.role}@127.0.0.1:{free_port}/{house.database}"
    configuration = house.configured(address, "hunter2hunter2")
    await enable_all(configuration.document)
    async with assemble(configuration) as service, Client(App(service, "1", Transport.STDIO)) as client:
        result = await client.call_tool("shop_query", {"sql": "SELECT id FROM customers"})
    assert facts(result)["code"] == "upstream_failed"
    assert "hunter2" not in text(result)
    assert str(free_port) not in text(result)
    async with look_into_store(configuration.document, None) as reader:
        (entry,) = await search(reader, call=facts(result)["id"], code="upstream_failed")
    assert json.loads(entry.body)["event"] == "refused"


async def test_a_user_who_must_connect_first_is_told_so(shop: tuple[Shop, Configuration]) -> None:
    house, configuration = shop
    file = house.folder / "remit.toml"
    file.write_text(configuration.file.read_text().replace('credential = "shared"', 'credential = "user"'))
    await enable_all(load(file).document)
    async with assemble(load(file)) as service, Client(App(service, "1", Transport.STDIO)) as client:
        result = await client.call_tool("shop_query", {"sql": "SELECT id FROM customers"})
    assert facts(result)["code"] == "needs_connection"
