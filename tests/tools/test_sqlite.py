import hashlib
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import apsw
import pytest

from policies.call import Kind, Table, User
from policies.errors import ConfigurationError, Denied, InvalidArgument, Refusal, UpstreamFailed
from policies.sources import SqliteSource
from tests.proofs import run
from tools.sql.rules import Checked, Relation, Rules
from tools.sqlite import engine
from tools.sqlite.connector import SqliteConnector
from tools.sqlite.database import Database

pytestmark = pytest.mark.anyio

SCHEMA = """
CREATE TABLE customers(id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT, territory TEXT, ssn TEXT);
CREATE TABLE orders(
    id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers(id), amount NUMERIC, note
);
CREATE TABLE salaries(id INTEGER PRIMARY KEY, employee TEXT);
CREATE VIEW customer_v AS SELECT id, upper(name) AS name FROM customers WHERE ssn IS NOT NULL;
CREATE VIEW outer_v AS SELECT id, name FROM customer_v;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)
INSERT INTO customers SELECT i, 'Customer ' || i, 'c' || i || '@example.com',
    CASE i % 2 WHEN 0 THEN 'EMEA' ELSE 'AMER' END, 'SSNLEAK-' || i FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
INSERT INTO orders SELECT i, 1 + i % 100, i * 1.5, 'n' || (i % 7) FROM n;
INSERT INTO salaries VALUES (1, 'SALLEAK-1');
"""
TABLES: dict[str, Any] = {
    "customers": {"columns": ["id", "name", "email", "territory"]},
    "orders": {"columns": ["id", "customer_id", "amount", "note"]},
    "customer_v": {"columns": ["id", "name"]},
    "outer_v": {"columns": ["id", "name"]},
}
SLOW = "SELECT count(*) FROM orders a JOIN orders b ON a.note = b.note JOIN orders c ON b.note = c.note"
Make = Callable[..., SqliteConnector]


def change(file: Path, sql: str) -> None:
    """As the file's owner would, outside everything that remit guards."""
    connection: Any = apsw.Connection(str(file))
    connection.execute(sql).fetchall()
    connection.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "shop.db"
    change(path, "PRAGMA journal_mode = WAL; " + SCHEMA)
    return path


@pytest.fixture
def make(file: Path) -> Make:
    def connector(**settings: Any) -> SqliteConnector:
        source = SqliteSource.model_validate({
            "kind": "sqlite", "dsn": f"sqlite:{file.name}", "timeout": 5, "tables": TABLES, **settings
        })  # fmt: skip
        return SqliteConnector("shop", source, file.parent)

    return connector


async def query(connector: SqliteConnector, sql: str, **arguments: str) -> Table:
    return await run(connector, "query", {"sql": sql, **arguments})


def digest_of(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def names_beside(file: Path) -> set[str]:
    return {path.name for path in file.parent.iterdir()}


def unguarded(monkeypatch: pytest.MonkeyPatch, *relations: str) -> None:
    def blind(sql: str, rules: Rules, *, offset: int = 0, cap: bool = True) -> Checked:
        return Checked(sql, (), frozenset(Relation("main", name) for name in relations))

    monkeypatch.setattr("tools.sql.statements.check", blind)


async def test_a_query_answers_in_pages(make: Make) -> None:
    connector = make(max_rows=10)
    sql = "SELECT id, amount FROM orders ORDER BY id"
    first = await query(connector, sql)
    assert first.rows[0] == (1, 1.5)
    assert first.truncated
    assert first.next
    second = await query(connector, sql, cursor=first.next)
    assert [row[0] for row in second.rows] == list(range(11, 21))
    with pytest.raises(InvalidArgument, match=r"^cursor"):
        await query(connector, sql + " DESC", cursor=first.next)


async def test_the_schema_shows_what_is_configured_and_nothing_else(make: Make) -> None:
    table = await run(make(), "schema")
    assert ("orders", "customer_id", "INTEGER", True, False, "customers.id") in table.rows
    assert ("customers", "id", "INTEGER", False, True, None) in table.rows
    assert "ssn" not in str(table.rows)
    assert "salaries" not in str(table.rows)
    nothing = await query(make(), "SELECT id, name FROM customers WHERE 1 = 0")
    assert [column.name for column in nothing.columns] == ["id", "name"]
    assert nothing.rows == ()
    narrowed = await run(make(), "schema", {"table": "orders"})
    assert {str(row[0]) for row in narrowed.rows} == {"orders"}
    with pytest.raises(InvalidArgument):
        await run(make(), "schema", {"table": "salaries"})


async def test_explain_shows_the_steps(make: Make) -> None:
    for verb, sql in (
        ("explain", "SELECT count(*) FROM orders"),
        ("query", "EXPLAIN QUERY PLAN SELECT id FROM orders"),
    ):
        table = await run(make(), verb, {"sql": sql})
        assert any("SCAN" in str(row[2]) for row in table.rows)


async def test_each_user_reads_the_rows_of_their_own_claims(make: Make) -> None:
    connector = make(tables={"customers": {"columns": ["id", "name"], "rows": "territory = :territory"}})
    for territory in ("EMEA", "AMER"):
        user = User("u", "acme", frozenset(), {"territory": territory})
        table = await run(connector, "query", {"sql": "SELECT count(*) FROM customers"}, user=user)
        assert table.rows == ((50,),)
    with pytest.raises(Denied) as denied:
        await run(connector, "query", {"sql": "SELECT id FROM customers"}, user=User("u", "a", frozenset()))
    assert denied.value.rule == "row_filter_claim"


async def test_values_are_told_exactly_whatever_a_column_declares(make: Make, file: Path) -> None:
    change(
        file,
        "CREATE TABLE odd(a INTEGER, b BLOB);"
        "INSERT INTO odd VALUES (9007199254740993, x'00ff'), (9e999, x''), ('c1@example.com', NULL),"
        "(NULL, NULL)",
    )
    table = await query(make(tables={"odd": {"columns": ["a", "b"]}}), "SELECT a, b FROM odd")
    assert [column.kind for column in table.columns] == [Kind.TEXT, Kind.BINARY]
    assert table.rows == (
        ("9007199254740993", "00ff"),
        ("Infinity", ""),
        ("c1@example.com", None),
        (None, None),
    )


@pytest.mark.threat("T29")
@pytest.mark.parametrize(
    "sql",
    [
        "SELECT ssn FROM customers",
        "SELECT id FROM customers WHERE ssn LIKE 'SSN%'",
        "SELECT count(*) FROM salaries",
        "SELECT * FROM sqlite_schema",
        "SELECT * FROM pragma_table_info('customers')",
        "WITH customer_v AS (SELECT ssn FROM customers) SELECT * FROM customer_v",
        "SELECT load_extension('x')",
        "SELECT randomblob(10)",
        "ATTACH 'other.db' AS other",
        "PRAGMA query_only = 0",
        "DELETE FROM orders",
        "INSERT INTO orders(id) VALUES (99999)",
        "CREATE TEMP TABLE t(a)",
        "VACUUM INTO 'copy.db'",
        "SELECT 1; DELETE FROM orders",
        "BEGIN; DELETE FROM orders; COMMIT",
        'SELECT "SSNLEAK"',
        "REINDEX",
        "ANALYZE",
        "SELECT 1; SELECT 2",
    ],
)
async def test_the_engine_refuses_what_a_blind_guard_lets_through(
    make: Make, file: Path, monkeypatch: pytest.MonkeyPatch, sql: str
) -> None:
    before = digest_of(file)
    unguarded(monkeypatch, "customers", "orders")
    with pytest.raises((Denied, UpstreamFailed)) as refused:
        await query(make(), sql)
    assert "LEAK" not in refused.value.message
    assert digest_of(file) == before
    assert names_beside(file) <= {"shop.db", "shop.db-wal", "shop.db-shm"}


@pytest.mark.threat("T29")
async def test_a_view_may_read_what_it_is_made_of_and_lends_that_to_nobody(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await query(make(), "SELECT name FROM customer_v WHERE id = 1")).rows == (("CUSTOMER 1",),)
    assert (await query(make(), "SELECT name FROM outer_v WHERE id = 1")).rows == (("CUSTOMER 1",),)
    steps = await run(make(), "explain", {"sql": "SELECT name FROM outer_v"})
    assert "customers" not in str(steps.rows)
    unguarded(monkeypatch, "customer_v", "customers")
    assert (await query(make(), "SELECT name FROM customer_v WHERE id = 1")).rows == (("CUSTOMER 1",),)
    for sql in (
        "SELECT c.ssn FROM customers c JOIN customer_v v ON v.id = c.id",
        "SELECT employee FROM salaries, customer_v",
        "WITH other AS (SELECT ssn FROM customers) SELECT * FROM other, customer_v",
    ):
        with pytest.raises(Denied) as denied:
            await query(make(), sql)
        assert denied.value.rule == "engine_witness"


@pytest.mark.threat("T40")
async def test_a_statement_that_takes_too_long_is_stopped(make: Make) -> None:
    began = time.monotonic()
    with pytest.raises(UpstreamFailed, match="longer"):
        await query(make(timeout=0.3), SLOW)
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(("limit", "patience"), [(0.3, 60), (60, 0.3)], ids=["too slow", "cancelled"])
async def test_nothing_goes_on_working_for_a_caller_who_is_gone(
    file: Path, limit: float, patience: float
) -> None:
    ended = threading.Event()

    def work(database: Database) -> None:
        try:
            for _ in database.read(SLOW):
                pass
        finally:
            ended.set()

    with anyio.move_on_after(patience), suppress(UpstreamFailed):
        await engine.run(file, limit, work)
    assert await anyio.to_thread.run_sync(ended.wait, 3)


@pytest.mark.threat("T40")
async def test_large_cells_and_answers_are_cut(make: Make) -> None:
    table = await query(
        make(max_cell_bytes=100, max_bytes=5000),
        "SELECT id, replace(hex(id), '3', hex(email)) AS big FROM customers",
    )
    assert table.truncated
    assert table.next
    assert sum(len(str(cell)) for row in table.rows for cell in row) <= 5000


@pytest.mark.threat("T35")
async def test_an_error_of_the_engine_is_told_in_our_words(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    unguarded(monkeypatch, "customers")
    for sql in ("SELECT no_such('SSNLEAK-1')", "SELECT nonsense FROM customers", "SELEC 'SSNLEAK-1'"):
        with pytest.raises(Refusal) as refused:
            await query(make(), sql)
        assert "LEAK" not in refused.value.message
        assert "nonsense" not in refused.value.message
        assert refused.value.detail


async def test_a_file_that_is_missing_linked_or_no_file_is_fatal_and_fails(make: Make, file: Path) -> None:
    (file.parent / "link.db").symlink_to(file)
    (file.parent / "folder.db").mkdir()
    (file.parent / "text.db").write_text("this is not a database, though it is long enough to be one" * 100)
    for name in ("missing.db", "link.db", "folder.db", "text.db"):
        connector = make(dsn=f"sqlite:{name}")
        (finding,) = await connector.inspect(None)
        assert finding.fatal
        with pytest.raises(UpstreamFailed) as failed:
            await query(connector, "SELECT id FROM orders")
        assert str(file.parent) not in failed.value.message
    assert not (file.parent / "missing.db").exists()


async def test_a_right_file_has_no_findings_and_a_wrong_column_is_one(make: Make) -> None:
    assert await make().inspect(None) == []
    (finding,) = await make(tables={"orders": {"columns": ["id", "gone"]}}).inspect(None)
    assert "orders.gone" in finding.what


@pytest.mark.parametrize("dsn", ["shop.db", "sqlite:", "postgresql://a@localhost/b"])
async def test_a_dsn_that_is_no_file_stops_the_start(make: Make, dsn: str) -> None:
    with pytest.raises(ConfigurationError):
        make(dsn=dsn)


async def test_many_calls_at_once_are_answered_beside_a_writer(make: Make, file: Path) -> None:
    writer: Any = apsw.Connection(str(file))
    writer.execute("BEGIN IMMEDIATE; INSERT INTO orders(id) VALUES (5000)")
    connector = make()

    async def one() -> None:
        assert (await query(connector, "SELECT count(*) FROM orders")).rows == ((3000,),)

    async with anyio.create_task_group() as group:
        for _ in range(20):
            group.start_soon(one)
    writer.execute("ROLLBACK")
    writer.close()
