"""Every PostgreSQL row of tests/data/sql_guard*.jsonl through the connector, on a real server (T29).

Here all layers stand together: nothing secret is in any answer or message, the database is as it was, and an
honest query gets what the server itself would answer.
"""

import json
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from policies.call import Table
from policies.errors import Denied, InvalidArgument, Refusal
from policies.secret import Credential, Secret
from policies.sources import PostgresSource
from tests.backends import Postgres
from tests.proofs import run
from tools.postgres.connector import PostgresConnector
from tools.postgres.values import Output, reader, rendered

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T29", "T27")]

DATA = Path(__file__).parents[1] / "data"
ROWS = [
    row
    for file in ("sql_guard.jsonl", "sql_guard_more.jsonl")
    for line in (DATA / file).read_text().split("\n")
    if line and (row := json.loads(line))["dialect"] == "postgres"
]
SENTINELS = ("SSNLEAK-", "SALLEAK-", "HRLEAK-")
ROLE = """
ALTER ROLE mcp_ro SET default_transaction_read_only = on;
ALTER ROLE mcp_ro SET statement_timeout = '1500ms';
ALTER ROLE mcp_ro SET lock_timeout = '800ms';
ALTER ROLE mcp_ro SET app.territory = 'EMEA';
"""
TABLES = {
    "public.customers": {"columns": ["id", "name", "email", "territory", "created_at"]},
    "public.orders": {"columns": ["id", "customer_id", "amount", "status", "placed_at"]},
    "public.order_items": {"columns": ["order_id", "sku", "qty", "price"]},
}
CHECKSUM = """
SELECT string_agg(format('%s %s', c.oid::regclass, (xpath('/row/sum/text()', query_to_xml(format(
    'SELECT sum(hashtextextended(t::text, 0)) AS sum FROM %s t', c.oid::regclass), false, true, '')))[1]),
    E'\n' ORDER BY c.oid::regclass::text)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm') AND n.nspname IN ('public', 'hr')
"""
"""A hash of every table's rows, by name."""


class Lab:
    """The fixture's database, and a connector under its least-privilege role."""

    def __init__(self, server: Postgres, password: str) -> None:
        self.server = server
        self.credential = Credential(Secret(password))
        source = PostgresSource.model_validate({
            "kind": "postgres",
            "dsn": server.dsn("labdb", "mcp_ro"),
            "credential": "shared",
            "reason": "tests",
            "tls_ca": str(server.ca),
            "timeout": 1.5,
            "max_rows": 1000,
            "max_bytes": 50_000_000,
            "tables": TABLES,
        })  # fmt: skip
        self.connector = PostgresConnector("lab", source, server.folder, None)

    async def query(self, sql: str) -> Table:
        return await run(self.connector, "query", {"sql": sql}, credential=self.credential)

    async def direct(self, sql: str, table: Table) -> list[tuple[Any, ...]]:
        """What the server answers to the statement as it came, rendered as the connector renders."""
        link = await asyncpg.connect(
            self.server.dsn("labdb", "mcp_ro"),
            password=self.credential.secret.reveal(),
            ssl=False,
            server_settings={"search_path": "public, pg_catalog"},
        )
        try:
            async with link.transaction(readonly=True):
                await link.execute(
                    "SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO, YMD';"
                    "SET LOCAL intervalstyle = 'iso_8601'"
                )
                statement = sql.strip().rstrip(";").rstrip()
                prepared = await link.prepare(statement)
                outputs = tuple(map(Output.of, prepared.get_attributes()))
                told = [(column.name, column.kind) for column in table.columns]
                assert [(output.column.name, output.column.kind) for output in outputs] == told
                rows = await link.fetch(rendered(statement, outputs, 65_536))
                return [reader(outputs)(tuple(row)) for row in rows][:1000]
        finally:
            await link.close()

    async def checksum(self) -> str:
        async with self.server.admin("labdb") as admin:
            objects = await admin.fetchval("SELECT count(*) FROM pg_largeobject_metadata")
            return f"{await admin.fetchval(CHECKSUM)} {objects}"


@pytest.fixture
async def lab(postgres: Postgres) -> AsyncGenerator[Lab]:
    async with postgres.admin() as admin:
        there = await admin.fetchval("SELECT 1 FROM pg_database WHERE datname = 'labdb'")
    password = _PASSWORDS.get(postgres.port, "")
    if not there:
        await postgres.create_database("labdb")
        password = _PASSWORDS[postgres.port] = await postgres.create_login("mcp_ro")
        async with postgres.admin("labdb") as admin:
            await admin.execute(ROLE)
            await admin.execute((DATA / "sql_guard_schema.sql").read_text())
    lab = Lab(postgres, password)
    yield lab
    await lab.connector.close()


_PASSWORDS: dict[int, str] = {}


def assert_clean(text: str, sql: str) -> None:
    for sentinel in SENTINELS:
        # A statement may hold the word itself; then it is no leak to say it back.
        assert sentinel not in text or sentinel in sql


async def test_no_statement_gets_a_secret_out_or_a_change_in(lab: Lab) -> None:
    before = await lab.checksum()
    through: list[str] = []
    for row in ROWS:
        try:
            table = await lab.query(row["sql"])
        except Refusal as refusal:
            assert_clean(refusal.message + refusal.detail, row["sql"])
            continue
        assert_clean(json.dumps([table.columns, table.rows], default=str), row["sql"])
        if row["expect"] == "deny" and not row.get("accept_rewrite"):
            through.append(row["id"])
    assert through == []
    assert await lab.checksum() == before


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row["expect"] == "allow"], ids=lambda row: str(row["id"])
)
async def test_an_honest_statement_gets_the_servers_own_answer(lab: Lab, row: dict[str, Any]) -> None:
    try:
        table = await lab.query(row["sql"])
    except (Denied, InvalidArgument):
        if row.get("optional"):
            pytest.skip("a refusal of this row is tolerable")
        raise
    if row["sql"].lstrip().upper().startswith("EXPLAIN"):
        assert [column.name for column in table.columns][:3] == ["step", "depth", "operation"]
        return
    if "tablesample" in row["sql"].lower():
        assert len(table.rows) <= 5  # another sample each time
        return
    direct = await lab.direct(row["sql"], table)
    if "order by" in row["sql"].lower():
        assert list(table.rows) == direct
    else:
        assert sorted(table.rows, key=repr) == sorted(direct, key=repr)
