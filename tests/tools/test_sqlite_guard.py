"""Every statement of tests/data/sql_guard_sqlite.jsonl through the connector, on a real file (threat T29)."""

import json
from pathlib import Path
from typing import Any

import apsw
import pytest

from policies.errors import Denied, InvalidArgument, Refusal
from policies.sources import SqliteSource
from tests.proofs import run
from tools.sqlite.connector import SqliteConnector

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T29", "T27")]

DATA = Path(__file__).parents[1] / "data"
ROWS: list[dict[str, Any]] = [
    json.loads(line) for line in (DATA / "sql_guard_sqlite.jsonl").read_text().splitlines()
]
TABLES = {
    "customers": {"columns": ["id", "name", "email", "territory", "created_at"]},
    "orders": {"columns": ["id", "customer_id", "amount", "status", "placed_at", "details"]},
    "order_items": {"columns": ["order_id", "sku", "qty", "price"]},
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    connection: Any = apsw.Connection(str(tmp_path / "lab.db"))
    connection.execute("PRAGMA synchronous = OFF").fetchall()
    connection.execute((DATA / "sql_guard_sqlite.sql").read_text()).fetchall()
    connection.close()
    return tmp_path / "lab.db"


@pytest.fixture
def connector(file: Path) -> SqliteConnector:
    source = SqliteSource.model_validate({
        "kind": "sqlite", "dsn": "sqlite:lab.db", "timeout": 5, "max_bytes": 50_000_000, "tables": TABLES
    })  # fmt: skip
    return SqliteConnector("lab", source, file.parent)


async def test_no_statement_gets_a_secret_out_or_a_change_in(connector: SqliteConnector, file: Path) -> None:
    before = file.read_bytes()  # noqa: ASYNC240 - a small file, and nothing else waits
    through: list[str] = []
    for row in ROWS:
        try:
            table = await run(connector, "query", {"sql": row["sql"]})
            said = json.dumps(table.rows)
            if row["expect"] == "deny" and not row.get("accept_rewrite"):
                through.append(row["id"])
        except Refusal as refusal:
            said = refusal.message
        for sentinel in ("SSNLEAK-", "SALLEAK-", "HRLEAK-"):
            assert sentinel not in said or sentinel in row["sql"]
    assert through == []
    assert file.read_bytes() == before  # noqa: ASYNC240 - as above


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row["expect"] == "allow"], ids=lambda row: str(row["id"])
)
async def test_an_honest_statement_gets_the_engines_own_answer(
    connector: SqliteConnector, file: Path, row: dict[str, Any]
) -> None:
    try:
        table = await run(connector, "query", {"sql": row["sql"]})
    except (Denied, InvalidArgument):
        if row.get("optional"):
            pytest.skip("a refusal of this row is tolerable")
        raise
    if row["sql"].lstrip().upper().startswith("EXPLAIN"):
        return
    link: Any = apsw.Connection(str(file), flags=apsw.SQLITE_OPEN_READONLY)
    direct = [
        tuple(cell.hex() if isinstance(cell, bytes) else cell for cell in found)
        for found in link.execute(row["sql"])
    ][:1000]
    link.close()
    if "order by" in row["sql"].lower():
        assert list(table.rows) == direct
    else:
        assert sorted(table.rows, key=repr) == sorted(direct, key=repr)
