"""Tables of every make: a row comes back exactly as it was, or the refusal says why."""

from pathlib import Path
from typing import Any, Final

import pytest

from policies.errors import Denied, Refusal, UpstreamFailed
from tests.proofs import Notes
from tests.tools.sqlite_file import carry_out, connector_of, execute, plan, take_back, writable, write

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T17", "T18", "T50")]

SCHEMA: Final = """
CREATE TABLE strict_(id INTEGER PRIMARY KEY, i INT, r REAL, t TEXT, b BLOB, a ANY) STRICT;
INSERT INTO strict_ VALUES (1, 9223372036854775807, 1.0, '1', x'00ff', 1.0), (2, -1, -0.0, '', x'', '1'),
    (3, NULL, 9e999, NULL, NULL, 1), (4, 0, 5e-324, char(0, 97), x'61', x'31');
CREATE TABLE loose_(id INTEGER PRIMARY KEY, i INTEGER, r REAL, t TEXT, n NUMERIC, b BLOB, z, o "SOME INT");
INSERT INTO loose_ SELECT n, v, v, v, v, v, v, v FROM (
    SELECT column1 AS n, column2 AS v FROM (VALUES
    (1, 1), (2, 1.0), (3, '1'), (4, '1.0'), (5, '0x10'), (6, ' 1 '), (7, x'31'), (8, NULL),
    (9, 9223372036854775807), (10, 9007199254740993.0), (11, -9e999), (12, '1e3'), (13, 'one'), (14, -0.0),
    (15, 1e300), (16, '9223372036854775808'), (17, ''), (18, x''), (19, 0.1 + 0.2)));
CREATE TABLE made(id INTEGER PRIMARY KEY, w INT, double INT AS (w * 2) VIRTUAL,
    half REAL AS (w / 2.0) STORED);
INSERT INTO made(id, w) VALUES (1, 3), (2, NULL);
CREATE TABLE pairs(a TEXT COLLATE NOCASE, b REAL, v, PRIMARY KEY (a, b)) WITHOUT ROWID;
INSERT INTO pairs VALUES ('X', 1, 1.0), ('y', 2.5, x'00');
CREATE TABLE coded(id INTEGER PRIMARY KEY, code TEXT UNIQUE, v);
INSERT INTO coded VALUES (1, 'a', 1), (2, 'b', 2), (3, NULL, 3);
"""
COLUMNS: Final = {
    "strict_": ["i", "r", "t", "b", "a"],
    "loose_": ["i", "r", "t", "n", "b", "z", "o"],
    "made": ["w", "double", "half"],
    "pairs": ["v"],
    "coded": ["code", "v"],
}
TABLES: Final = {
    name: writable(*columns, key=("a", "b") if name == "pairs" else ("id",))
    for name, columns in COLUMNS.items()
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    execute(tmp_path / "w.db", SCHEMA)
    return tmp_path / "w.db"


def rows(file: Path, table: str) -> list[tuple[Any, ...]]:
    """With what each value is stored as."""
    names = [row[0] for row in execute(file, f"SELECT name FROM pragma_table_xinfo('{table}')")]
    shown = ", ".join(f'quote("{name}"), typeof("{name}")' for name in names)
    return execute(file, f"SELECT {shown} FROM {table} ORDER BY 1")


async def do_and_take_back(file: Path, table: str, sql: str) -> None:
    source, before = connector_of(file, tables=TABLES), rows(file, table)
    _, done = await write(source, sql)
    after = rows(file, table)
    assert after != before
    undone = await take_back(source, done)
    assert rows(file, table) == before
    await take_back(source, undone)
    assert rows(file, table) == after


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE strict_ SET i = 7, r = 2, t = 'x', b = (SELECT o.b FROM strict_ o WHERE o.id = 1) WHERE true",
        "UPDATE strict_ SET a = CASE id WHEN 1 THEN 1 WHEN 2 THEN 1 ELSE 2.0 END WHERE true",
        "DELETE FROM strict_ WHERE true",
        "INSERT INTO strict_ (i, r, t, b, a) SELECT i, r, t, b, a FROM strict_",
        "UPDATE loose_ SET i = z, r = z, t = z, n = z, b = t, z = t, o = t WHERE id <> 9",
        "UPDATE loose_ SET i = 7, r = 7, t = 7, n = 7, b = 7, z = 7, o = 7 WHERE true",
        "DELETE FROM loose_ WHERE true",
        "INSERT INTO loose_ (i, r, t, n, b, z, o) SELECT z, z, z, z, z, z, z FROM loose_ WHERE id <> 9",
        "UPDATE made SET w = 10 WHERE true",
        "DELETE FROM made WHERE true",
        "INSERT INTO made (w) VALUES (7)",
        "UPDATE pairs SET v = '1' WHERE a = 'x'",
        "DELETE FROM pairs WHERE true",
        "INSERT INTO pairs (a, b, v) VALUES ('z', 1, 1.0)",
        "DELETE FROM coded WHERE true",
    ],
)
async def test_a_row_of_any_table_comes_back_as_it_was(file: Path, sql: str) -> None:
    table = next(name for name in COLUMNS if f" {name} " in sql)
    await do_and_take_back(file, table, sql)


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("UPDATE strict_ SET i = 'x' WHERE id = 1", "type"),
        ("UPDATE strict_ SET i = 1.5 WHERE id = 1", "type"),
        ("UPDATE loose_ SET r = z WHERE id = 9", "store something else"),  # there is no such real
        ("UPDATE made SET double = 1 WHERE id = 1", "computed by the database"),
        ("INSERT INTO made (w, half) VALUES (1, 2)", "computed"),
        ("UPDATE coded SET code = 'b' WHERE id = 1", "unique"),
        ("INSERT INTO strict_ (i) VALUES ('x')", "its type"),
        ("INSERT INTO coded (id, v) VALUES (7, 1), (7, 2)", "two of the rows"),
        ("INSERT INTO coded (id, v) VALUES (1, 1)", "exists already"),
    ],
)
async def test_what_a_table_does_not_take_is_refused_with_a_reason(file: Path, sql: str, why: str) -> None:
    before = [rows(file, table) for table in COLUMNS]
    with pytest.raises(Refusal, match=why):
        await write(connector_of(file, tables=TABLES), sql)
    assert [rows(file, table) for table in COLUMNS] == before


@pytest.mark.parametrize(
    ("reference", "sql"),
    [
        ("coded(code) ON UPDATE CASCADE", "UPDATE coded SET code = 'c' WHERE id = 1"),
        ("coded(code) ON UPDATE SET NULL", "UPDATE coded SET code = 'c' WHERE id = 1"),
        ("coded(code) ON DELETE CASCADE", "DELETE FROM coded WHERE id = 2"),
        ("coded ON DELETE SET DEFAULT", "DELETE FROM coded WHERE id = 2"),
    ],
)
async def test_what_would_reach_into_another_table_is_refused(file: Path, reference: str, sql: str) -> None:
    execute(file, f"CREATE TABLE child(p REFERENCES {reference})")
    with pytest.raises(Denied) as denied:
        await plan(connector_of(file, tables=TABLES), sql)
    assert denied.value.rule == "cascade"
    await write(connector_of(file, tables=TABLES), "UPDATE coded SET v = 9 WHERE id = 1")


async def test_a_reference_to_the_primary_key_reaches_it_by_whatever_key_rows_are_told_apart(
    file: Path,
) -> None:
    execute(file, "CREATE TABLE child(p REFERENCES coded ON UPDATE CASCADE); INSERT INTO child VALUES (1)")
    coded = {"columns": ["id", "code", "v"], "key": ["code"], "write": ["id", "v"]}
    with pytest.raises(Denied) as denied:
        await plan(connector_of(file, tables={"coded": coded}), "UPDATE coded SET id = 9 WHERE code = 'a'")
    assert denied.value.rule == "cascade"


@pytest.mark.threat("T47")
async def test_a_reference_that_is_looked_at_with_the_commit_ends_it_before_it_is_noted(file: Path) -> None:
    execute(
        file,
        "CREATE TABLE child(p REFERENCES coded(code) DEFERRABLE INITIALLY DEFERRED);"
        "INSERT INTO child VALUES ('a')",
    )
    before = rows(file, "coded")
    source = connector_of(file, tables=TABLES)
    for sql in ("DELETE FROM coded WHERE id = 1", "UPDATE coded SET code = 'c' WHERE id = 1"):
        planned = await plan(source, sql)
        ledger = Notes()
        with pytest.raises(Denied) as denied:
            await carry_out(source, planned, ledger)
        assert denied.value.rule == "constraint"
        assert ledger.taken == []
        assert rows(file, "coded") == before
    await do_and_take_back(file, "coded", "DELETE FROM coded WHERE id = 2")


@pytest.mark.parametrize(
    "sql", ["UPDATE {} SET code = 'b' WHERE id = 1", "INSERT INTO {} (code) VALUES ('b')"]
)
@pytest.mark.parametrize("way", ["REPLACE", "IGNORE", "FAIL", "ROLLBACK"])
async def test_a_row_in_the_way_is_not_replaced_by_a_rule_of_the_table(
    file: Path, sql: str, way: str
) -> None:
    execute(
        file,
        f"CREATE TABLE yielding(id INTEGER PRIMARY KEY, code TEXT UNIQUE ON CONFLICT {way});"
        "INSERT INTO yielding VALUES (1, 'a'), (2, 'b')",
    )
    source = connector_of(file, tables={"yielding": writable("code")})
    with pytest.raises(UpstreamFailed, match="unique"):
        await write(source, sql.format("yielding"))
    assert execute(file, "SELECT * FROM yielding") == [(1, "a"), (2, "b")]


TRIGGERS: Final = """
CREATE TABLE log(x);
CREATE TRIGGER "on v" AFTER UPDATE OF v ON coded BEGIN INSERT INTO log VALUES (1); END;
CREATE TRIGGER "on code" BEFORE UPDATE OF id, "code" ON coded WHEN 0 BEGIN SELECT RAISE(ABORT, 'no'); END;
CREATE TRIGGER "on any" AFTER UPDATE ON coded BEGIN SELECT 1; END;
CREATE TRIGGER "on insert" AFTER INSERT ON coded BEGIN SELECT 1; END;
CREATE TRIGGER "on delete" AFTER DELETE ON coded BEGIN SELECT 1; END;
CREATE TRIGGER "on log" AFTER INSERT ON log BEGIN SELECT 1; END;
"""


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("UPDATE coded SET v = 5 WHERE id = 1", ("on any", "on log", "on v")),
        ("UPDATE coded SET code = 'z' WHERE id = 1", ("on any", "on code")),
        ("INSERT INTO coded (v) VALUES (5)", ("on insert",)),
        ("DELETE FROM coded WHERE id = 1", ("on delete",)),
    ],
)
async def test_only_triggers_that_the_statement_fires_are_named(
    file: Path, sql: str, named: tuple[str, ...]
) -> None:
    execute(file, TRIGGERS)
    source = connector_of(file, tables=TABLES)
    planned = await plan(source, sql)
    assert planned.effect is not None
    assert planned.effect.hidden == tuple(f"trigger `{name}`" for name in named)
    await carry_out(source, planned)


OWNED: Final = """
CREATE TABLE owned(id INTEGER PRIMARY KEY, owner TEXT COLLATE NOCASE DEFAULT 'emea', size INT);
INSERT INTO owned VALUES (4, 'AMER', 1);
CREATE TABLE unowned(id INTEGER PRIMARY KEY, owner TEXT, size INT);
CREATE TABLE handed(id INTEGER PRIMARY KEY, owner TEXT, size INT);
CREATE TRIGGER hand AFTER INSERT ON handed BEGIN UPDATE handed SET owner = 'EMEA' WHERE id = new.id; END;
"""
FILTERED: Final = {
    "owned": writable("size", rows="owner = :territory AND id BETWEEN 2 AND 99"),
    "unowned": writable("size", rows="owner = :territory"),
    "handed": writable("size", rows="owner = :territory"),
}


@pytest.mark.threat("T29")
@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO owned (id, size) VALUES (500, 1)",
        "INSERT INTO owned (id, size) VALUES (5, 1), (500, 1)",
        "INSERT INTO unowned (id) VALUES (5)",
        "INSERT INTO unowned (size) VALUES (1)",
    ],
)
async def test_a_row_that_its_user_could_not_have_is_refused_in_the_plan(file: Path, sql: str) -> None:
    execute(file, OWNED)
    with pytest.raises(Denied) as denied:
        await plan(connector_of(file, tables=FILTERED), sql)
    assert denied.value.rule == "row_filter"


async def test_rows_that_their_user_may_have_are_added(file: Path) -> None:
    execute(file, OWNED)
    source = connector_of(file, tables=FILTERED)
    for sql in (
        "INSERT INTO owned (id, size) VALUES (NULL, '7'), (NULL, 1), (2, 1)",
        "INSERT INTO owned (size) VALUES (1), (2)",
        "INSERT INTO handed (size) VALUES (1)",
    ):
        _, done = await write(source, sql)
        assert len(done) == sql.count("(") - 1
        await take_back(source, done)
    assert rows(file, "owned") == [("4", "integer", "'AMER'", "text", "1", "integer")]
    assert rows(file, "handed") == []


async def test_a_key_that_only_others_rows_have_is_not_told(file: Path) -> None:
    execute(file, OWNED)
    source = connector_of(file, tables=FILTERED)
    planned = await plan(source, "INSERT INTO owned (id) VALUES (4)")
    with pytest.raises(UpstreamFailed, match="unique"):
        await carry_out(source, planned)
    assert execute(file, "SELECT * FROM owned") == [(4, "AMER", 1)]
