"""Every statement of the case files, against its verdict (threat T29)."""

from typing import Any

import apsw
import pytest

from tests.tools.sql.samples import MYSQL, POSTGRES, SNOWFLAKE, SQLITE, engine, rows, verdict
from tools.sql.rules import Checked, Rules

pytestmark = pytest.mark.threat("T29", "T27")


def _name(value: dict[str, Any] | Rules) -> str:
    return "" if isinstance(value, Rules) else str(value["id"])


CASES = [
    *((row, MYSQL) for row in rows("sql_guard.jsonl", "mysql")),
    *((row, MYSQL) for row in rows("sql_guard_mysql.jsonl", "mysql")),
    *((row, SNOWFLAKE) for row in rows("sql_guard.jsonl", "snowflake")),
    *((row, SNOWFLAKE) for row in rows("sql_guard_snowflake.jsonl", "snowflake")),
    *((row, POSTGRES) for row in rows("sql_guard.jsonl", "postgres")),
    *((row, POSTGRES) for row in rows("sql_guard_more.jsonl", "postgres")),
    *((row, SQLITE) for row in rows("sql_guard_sqlite.jsonl", "sqlite")),
]


@pytest.mark.parametrize(("row", "rules"), [case for case in CASES if case[0]["expect"] == "deny"], ids=_name)
def test_what_must_not_reach_the_database_does_not(row: dict[str, Any], rules: Rules) -> None:
    found = verdict(row["sql"], rules)
    if row.get("accept_rewrite"):
        assert isinstance(found, str) or (
            "ssn" not in found.sql.replace('AS "ssn"', "") and "LIMIT 1001" in found.sql
        )
    else:
        assert isinstance(found, str)


@pytest.mark.parametrize(
    ("row", "rules"), [case for case in CASES if case[0]["expect"] == "allow"], ids=_name
)
def test_an_honest_statement_passes(row: dict[str, Any], rules: Rules) -> None:
    found = verdict(row["sql"], rules)
    assert isinstance(found, Checked) or row.get("optional")


@pytest.fixture(scope="module")
def database() -> Any:
    return engine()


@pytest.mark.parametrize(
    "row",
    [
        row
        for row, rules in CASES
        if rules is SQLITE and row["expect"] == "allow" and "EXPLAIN" not in row["sql"]
    ],
    ids=_name,
)
def test_the_text_that_runs_answers_as_the_text_that_came(database: Any, row: dict[str, Any]) -> None:
    found = verdict(row["sql"], SQLITE)
    assert isinstance(found, Checked)
    assert _answer(database, found.sql) == _answer(database, row["sql"])


def test_no_star_brings_a_sentinel_out_of_the_engine(database: Any) -> None:
    for row, rules in CASES:
        found = verdict(row["sql"], rules)
        if rules is SQLITE and isinstance(found, Checked):
            assert "LEAK" not in repr(_answer(database, found.sql))


def _answer(database: Any, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    cursor = database.cursor()
    cursor.execute(sql)
    try:
        names = [column[0] for column in cursor.get_description()]
    except apsw.ExecutionCompleteError:
        names = []
    # A bracket in FROM makes two columns of one name distinct.
    return [name.partition(":")[0] for name in names], cursor.fetchall()[:1001]
