"""Writes to real SQLite files: what is planned, what is done, and what is not."""

import sys
from pathlib import Path
from typing import Any

import anyio
import apsw
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies.canonical import Json
from policies.change import Kind
from policies.errors import Conflict, Denied, InvalidArgument, Refusal, StaleConfirmation, UpstreamFailed
from tests.proofs import ADA, Notes
from tests.tools.sqlite_file import carry_out, connector_of, execute, plan, writable, write
from tools.connector import Trace
from tools.sqlite.connector import SqliteConnector

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T18", "T50", "T47")]

SCHEMA = """
CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, b, owner TEXT DEFAULT 'ada');
INSERT INTO t(id, a, b) VALUES (1, 'one', 1.5), (2, 'two', x'6f6b'), (3, NULL, 9223372036854775807);
CREATE TABLE "odd"("Group" TEXT, "Order" INTEGER, v TEXT, PRIMARY KEY ("Group", "Order")) WITHOUT ROWID;
INSERT INTO odd VALUES ('x', 1, 'old');
CREATE TABLE parent(id INTEGER PRIMARY KEY, a TEXT);
CREATE TABLE child(p REFERENCES parent(id) ON DELETE CASCADE);
INSERT INTO parent VALUES (1, 'p');
CREATE TABLE traced(id INTEGER PRIMARY KEY, a TEXT);
CREATE TABLE log(x);
CREATE TRIGGER "on change" AFTER UPDATE ON traced BEGIN INSERT INTO log VALUES (new.a); END;
INSERT INTO traced VALUES (1, 'a');
CREATE TABLE shouting(id INTEGER PRIMARY KEY, a TEXT);
CREATE TRIGGER shout AFTER UPDATE ON shouting WHEN new.a <> upper(new.a)
BEGIN UPDATE shouting SET a = upper(new.a) WHERE id = new.id; END;
INSERT INTO shouting VALUES (1, 'A');
CREATE TABLE wide(id INTEGER PRIMARY KEY, a TEXT, secret TEXT);
INSERT INTO wide VALUES (1, 'a', 'SSNLEAK');
CREATE TABLE loose(id INTEGER, a TEXT);
CREATE VIEW v AS SELECT id, a FROM t;
"""


TABLES = {
    "t": writable("a", "b"),
    "odd": writable("v", key=("Group", "Order")),
    "parent": writable("a"),
    "traced": writable("a"),
    "shouting": writable("a"),
    "wide": writable("a"),
    "loose": writable("a"),
    "v": writable("a"),
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    execute(tmp_path / "w.db", SCHEMA)
    return tmp_path / "w.db"


def connector(file: Path, **more: Any) -> SqliteConnector:
    return connector_of(file, **{"tables": TABLES, **more})


async def test_an_update_does_what_its_plan_shows_and_can_be_taken_back(file: Path) -> None:
    source, before = connector(file), execute(file, "SELECT * FROM t")
    planned = await plan(source, "UPDATE t SET b = b || '!', a = 5 WHERE id IN (1, 2)")
    assert execute(file, "SELECT * FROM t") == before
    assert planned.effect is not None
    assert [change.key for change in planned.effect.changes] == [{"id": 1}, {"id": 2}]
    assert planned.effect.changes[1].before == {"id": 2, "a": "two", "b": {"blob": "6f6b"}}
    table, notes = await carry_out(source, planned)
    assert table.rows[0] == (1, "5", "1.5!")
    done = notes.taken[0][0]
    assert done.changes[0].after == {"b": "1.5!", "a": "5"}
    undo = [change.inverse() for change in reversed(done.changes)]
    await carry_out(source, await plan(source, "", undo=undo))
    assert execute(file, "SELECT * FROM t") == before


async def test_an_insert_gets_its_key_and_goes_again(file: Path) -> None:
    source, before = connector(file), execute(file, "SELECT * FROM t")
    table, changes = await write(source, "INSERT INTO t (a, id) VALUES ('x', NULL), (NULL, NULL)")
    assert [change.key for change in changes] == [{"id": 4}, {"id": 5}]
    assert changes[0].after == {"id": 4, "a": "x", "b": None}
    assert [row[0] for row in table.rows] == [4, 5]
    await carry_out(source, await plan(source, "", undo=[change.inverse() for change in reversed(changes)]))
    assert execute(file, "SELECT * FROM t") == before


async def test_odd_names_and_tables_without_rowid_are_written_too(file: Path) -> None:
    source = connector(file)
    await write(source, "UPDATE odd SET v = 'new' WHERE \"Order\" = 1")
    _, changes = await write(source, "INSERT INTO odd (\"Group\", \"Order\", v) VALUES ('y', 2, '2')")
    assert changes[0].key == {"Group": "y", "Order": 2}
    _, gone = await write(source, "DELETE FROM odd WHERE \"Group\" = 'x'")
    assert gone[0].kind is Kind.DELETE
    assert execute(file, "SELECT * FROM odd") == [("y", 2, "2")]
    await carry_out(source, await plan(source, "", undo=[gone[0].inverse()]))
    assert execute(file, "SELECT * FROM odd") == [("x", 1, "new"), ("y", 2, "2")]


async def test_a_row_that_changed_since_it_was_shown_stops_all_of_them(file: Path) -> None:
    source = connector(file)
    planned = await plan(source, "UPDATE t SET a = 'x' WHERE true")
    # Not even in a column that is written.
    execute(file, "UPDATE t SET b = 1 WHERE id = 3")
    before = execute(file, "SELECT * FROM t")
    with pytest.raises(StaleConfirmation):
        await carry_out(source, planned)
    assert execute(file, "SELECT * FROM t") == before


async def test_a_number_of_another_storage_class_is_another_value(file: Path) -> None:
    source = connector(file)
    execute(file, "UPDATE t SET b = 1 WHERE id = 1")
    planned = await plan(source, "UPDATE t SET a = 'x' WHERE id = 1")
    execute(file, "UPDATE t SET b = 1.0 WHERE id = 1")
    with pytest.raises(StaleConfirmation):
        await carry_out(source, planned)


async def test_what_the_ledger_does_not_take_is_not_done(file: Path) -> None:
    source, before = connector(file), execute(file, "SELECT * FROM t")
    planned = await plan(source, "UPDATE t SET a = 'x' WHERE true")
    with pytest.raises(StaleConfirmation):
        await carry_out(source, planned, Notes(StaleConfirmation("no")))
    assert execute(file, "SELECT * FROM t") == before


@pytest.mark.threat("T49")
async def test_a_call_that_is_cut_off_while_it_is_noted_does_nothing(file: Path) -> None:
    source, before = connector(file), execute(file, "SELECT * FROM t")
    planned = await plan(source, "UPDATE t SET a = 'x' WHERE true")
    with anyio.CancelScope() as scope:

        class Cut:
            async def note(self, effect: Any, mark: Json) -> None:
                del effect, mark
                scope.cancel()
                await anyio.sleep_forever()

        await carry_out(source, planned, Cut())
    assert scope.cancelled_caught
    assert execute(file, "SELECT * FROM t") == before


async def test_another_writer_is_not_waited_for_long(file: Path) -> None:
    source = connector(file)
    _, changes = await write(source, "UPDATE t SET a = 'x' WHERE id = 1")
    planned = await plan(source, "UPDATE t SET a = 'y' WHERE id = 1")
    effect = planned.effect
    assert effect is not None
    other: Any = apsw.Connection(str(file))
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(UpstreamFailed, match="busy"):
        await carry_out(source, planned)
    async with source.open(ADA, None) as session:
        assert await session.trace(effect, None) is Trace.UNDER_WAY
        other.execute("ROLLBACK")
        assert await session.trace(effect, None) is Trace.NOT_DONE
        _, notes = await carry_out(source, planned)
        assert await session.trace(notes.taken[0][0], None) is Trace.DONE
        execute(file, "UPDATE t SET a = 'z' WHERE id = 1")
        assert await session.trace(notes.taken[0][0], None) is Trace.UNKNOWN
    assert changes


async def test_taking_back_does_not_overwrite_what_others_changed(file: Path) -> None:
    source = connector(file)
    _, changes = await write(source, "UPDATE t SET a = 'x' WHERE id = 1")
    execute(file, "UPDATE t SET b = 'theirs' WHERE id = 1")
    await plan(source, "", undo=[changes[0].inverse()])  # another column does not matter
    execute(file, "UPDATE t SET a = 'theirs' WHERE id = 1")
    with pytest.raises(Conflict) as conflict:
        await plan(source, "", undo=[changes[0].inverse()])
    assert conflict.value.differences[0][1] == {"id": 1, "a": "theirs", "b": "theirs"}


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("DELETE FROM parent WHERE id = 1", "cascade"),
        ("UPDATE v SET a = 'x' WHERE id = 1", "view"),
        ("INSERT INTO loose (id, a) VALUES (1, 'x')", "key"),
        ("UPDATE wide SET a = secret WHERE id = 1", "column"),
        ("UPDATE t SET owner = 'bob' WHERE id = 1", "write"),
    ],
)
async def test_what_reaches_beyond_its_rows_is_not_planned(file: Path, sql: str, why: str) -> None:
    with pytest.raises(Denied) as denied:
        await plan(connector(file), sql)
    assert denied.value.rule == why


async def test_more_rows_than_allowed_and_none_at_all_are_refused(file: Path) -> None:
    with pytest.raises(Denied, match="more than 2 rows"):
        await plan(connector(file, max_changed_rows=2), "UPDATE t SET a = 'x' WHERE true")
    with pytest.raises(InvalidArgument):
        await plan(connector(file), "UPDATE t SET a = 'x' WHERE id = 99")


async def test_triggers_are_named_and_what_they_change_of_the_written_is_refused(file: Path) -> None:
    source = connector(file)
    planned = await plan(source, "UPDATE traced SET a = 'b' WHERE id = 1")
    assert planned.effect is not None
    assert planned.effect.hidden == ("trigger `on change`",)
    await carry_out(source, planned)
    assert execute(file, "SELECT x FROM log") == [("b",)]
    with pytest.raises(Denied) as denied:
        await write(source, "UPDATE shouting SET a = 'quiet' WHERE id = 1")
    assert denied.value.rule == "stored_differently"
    assert execute(file, "SELECT a FROM shouting") == [("A",)]
    planned = await plan(source, "UPDATE t SET a = 'b' WHERE id = 1")
    execute(file, "CREATE TRIGGER late AFTER UPDATE ON t BEGIN DELETE FROM log; END")
    with pytest.raises(StaleConfirmation):
        await carry_out(source, planned)


async def test_a_deletion_that_loses_what_nobody_here_sees_is_final(file: Path) -> None:
    planned = await plan(connector(file), "DELETE FROM wide WHERE id = 1")
    assert planned.effect is not None
    assert "does not see" in planned.effect.final


async def test_a_row_filter_holds_for_what_is_written(file: Path) -> None:
    tables = {"t": {**writable("a", "b"), "rows": "owner = :territory"}}
    source = connector(file, tables=tables)
    with pytest.raises(InvalidArgument):
        await plan(source, "UPDATE t SET a = 'x' WHERE id = 1")  # ada's rows, and EMEA asks
    with pytest.raises(Denied) as denied:
        await write(source, "INSERT INTO t (a) VALUES ('x')")
    assert denied.value.rule == "row_filter"
    assert execute(file, "SELECT count(*) FROM t") == [(3,)]


async def test_the_table_s_own_rules_are_a_refusal(file: Path) -> None:
    with pytest.raises(Refusal):
        await write(connector(file), "INSERT INTO t (id, a) VALUES (1, 'x')")
    assert execute(file, "SELECT count(*) FROM t") == [(3,)]


async def test_the_doctor_says_what_can_not_be_written(file: Path) -> None:
    found = [finding.what for finding in await connector(file).inspect(None)]
    assert "the key of loose is not unique in it" in found


CELLS = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20),
    st.binary(max_size=20),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cells=st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=5),
    sql=st.sampled_from(["INSERT INTO t (a, b) SELECT b, a FROM t", "UPDATE t SET a = b, b = a WHERE true"]),
)
async def test_taking_back_restores_every_row_exactly(
    file: Path, cells: list[tuple[Any, Any]], sql: str
) -> None:
    other: Any = apsw.Connection(str(file))
    other.execute("DELETE FROM t")
    other.executemany("INSERT INTO t(a, b) VALUES (?, ?)", cells)
    every = "SELECT id, a, b, typeof(a), typeof(b) FROM t"
    before = list(other.execute(every))
    source = connector(file)
    _, changes = await write(source, sql)
    await carry_out(source, await plan(source, "", undo=[change.inverse() for change in reversed(changes)]))
    assert list(other.execute(every)) == before
    other.close()


async def test_what_a_writer_that_died_left_behind_is_rolled_back_before_a_reading(file: Path) -> None:
    """A kill in the middle of a transaction that has spilled to the disk leaves a journal."""
    script = (
        "import apsw, os, sys\n"
        "connection = apsw.Connection(sys.argv[1])\n"
        "connection.execute('PRAGMA cache_size = 1')\n"
        "connection.execute('BEGIN IMMEDIATE')\n"
        "connection.execute(\"UPDATE t SET a = 'half'\")\n"
        "connection.execute('CREATE TABLE big AS WITH RECURSIVE n(i) AS "
        "(SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 2000) SELECT i, randomblob(500) b FROM n')\n"
        "os.kill(os.getpid(), 9)\n"
    )
    before = execute(file, "SELECT * FROM t")
    await anyio.run_process([sys.executable, "-c", script, str(file)], check=False)
    assert file.with_name(f"{file.name}-journal").exists()
    planned = await plan(connector(file), "UPDATE t SET a = 'whole' WHERE id = 1")
    assert planned.effect is not None
    assert planned.effect.changes[0].before == {"id": 1, "a": "one", "b": 1.5}
    assert execute(file, "SELECT * FROM t") == before
