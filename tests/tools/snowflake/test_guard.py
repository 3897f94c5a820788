"""The text that the guard makes of a statement, run by an engine that knows the dialect (threat T29)."""

import json
import subprocess
from typing import Any, Final

import httpx2
import pytest

from tests.snowduck import Snowduck
from tests.tools.sql.samples import SNOWFLAKE, rows, verdict
from tools.sql.rules import Checked

pytestmark = pytest.mark.threat("T29")

ROWS: Final = [*rows("sql_guard.jsonl", "snowflake"), *rows("sql_guard_snowflake.jsonl", "snowflake")]
DRIVEN: Final = """
import snowflake.connector, sys
port, database = sys.argv[1:]
link = snowflake.connector.connect(
    user="anybody", password="anything", account="acme", host="127.0.0.1", port=int(port), protocol="http",
    database=database, schema="PUBLIC",
)
print(link.cursor().execute("SELECT COUNT(*), MAX(STATUS) FROM ORDERS").fetchall())
"""


def answer(behind: Snowduck, shop: str, sql: str) -> list[list[Any]] | None:
    """Rows in any order; None where the engine does not know the form."""
    order = {"statement": sql, "database": shop, "schema": "PUBLIC"}
    told = httpx2.post(f"{behind.url}/api/v2/statements", json=order, timeout=30, trust_env=False)
    return sorted(told.json()["data"], key=str) if told.status_code == 200 else None


def test_the_vendors_own_client_drives_the_engine(snowduck: Snowduck, shop: str) -> None:
    ran = subprocess.run(
        [str(snowduck.python), "-c", DRIVEN, str(snowduck.port), shop],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.stdout.strip() == "[(200, 'paid')]", ran.stderr[-2000:]


def test_the_text_that_runs_answers_as_the_text_that_came(snowduck: Snowduck, shop: str) -> None:
    compared = 0
    for row in ROWS:
        found = verdict(row["sql"], SNOWFLAKE)
        if not isinstance(found, Checked) or row.get("answers") == "otherwise":
            continue
        came = answer(snowduck, shop, row["sql"])
        if came is not None:
            ran = answer(snowduck, shop, found.sql)
            # Which of several equal rows come first is open.
            assert ran == came or ("LIMIT" in row["sql"] and len(ran or ()) == len(came)), row["sql"]
            compared += 1
    assert compared > 80


def test_nothing_that_runs_brings_a_sentinel_out(snowduck: Snowduck, shop: str) -> None:
    brought: list[str] = []
    for row in ROWS:
        found = verdict(row["sql"], SNOWFLAKE)
        if isinstance(found, Checked):
            assert "LEAK" not in json.dumps(answer(snowduck, shop, found.sql)), row["sql"]
        elif row["sql"].startswith("SELECT") and "ssn" in row["sql"].lower():
            brought += [row["sql"]] if "LEAK" in json.dumps(answer(snowduck, shop, row["sql"])) else []
    assert len(brought) > 5  # which the engine would have brought out of what was refused
