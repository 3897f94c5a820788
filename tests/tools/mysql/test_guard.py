"""Every MySQL row of tests/data/sql_guard.jsonl through the connector, on a real MariaDB (T29).

Here all layers stand together: nothing secret is in any answer or message, the database is as it was, and an
honest query gets what the server itself would answer.
"""

import json
import ssl
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from policies.errors import Refusal
from tests.mariadb import connect
from tests.proofs import run
from tests.tools.mysql.lab import SENTINELS, Lab
from tests.tools.sql.samples import rows

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T29", "T27")]

ROWS = [*rows("sql_guard.jsonl", "mysql"), *rows("sql_guard_mysql.jsonl", "mysql")]
HONEST = [row for row in ROWS if row["expect"] == "allow"]


async def test_no_statement_gets_a_secret_out_or_a_change_in(lab: Lab) -> None:
    before, connector = await lab.checksum(), lab.connector()
    through: list[str] = []
    for row in ROWS:
        try:
            table = await run(connector, "query", {"sql": row["sql"]}, credential=lab.credential)
        except Refusal as refusal:
            _assert_clean(refusal.message + refusal.detail, row["sql"])
            continue
        _assert_clean(json.dumps([table.columns, table.rows], default=str), row["sql"])
        if row["expect"] == "deny" and not row.get("accept_rewrite"):
            through.append(row["id"])
    await connector.close()
    assert through == []
    assert await lab.checksum() == before


@pytest.mark.parametrize("row", HONEST, ids=lambda row: str(row["id"]))
async def test_an_honest_statement_gets_the_servers_own_answer(lab: Lab, row: dict[str, Any]) -> None:
    table = await lab.query(row["sql"])
    if row["sql"].startswith("EXPLAIN"):
        assert [column.name for column in table.columns][:2] == ["step", "operation"]
        return
    link = await connect(
        host="127.0.0.1",
        port=lab.server.port,
        user=lab.account,
        password=lab.credential.secret.reveal(),
        database=lab.database,
        charset="utf8mb4",
        ssl=ssl.create_default_context(cafile=lab.server.ca),
    )
    try:
        async with link.cursor() as cursor:
            await cursor.execute(row["sql"])
            direct = [tuple(map(_told, found)) for found in await cursor.fetchall()][:1000]
            names = [each[0] for each in cursor.description]
    finally:
        await link.ensure_closed()
    assert [column.name for column in table.columns] == names
    assert sorted(map(repr, table.rows)) == sorted(map(repr, direct))


def _told(value: object) -> object:
    """As the server writes it."""
    match value:
        case Decimal() | date() | datetime():
            return str(value)
        case bytes():
            return value.hex()
        case _:
            return value


def _assert_clean(text: str, sql: str) -> None:
    for sentinel in SENTINELS:
        # A statement may hold the word itself; then it is no leak to say it back.
        assert sentinel not in text or sentinel in sql
