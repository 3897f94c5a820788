"""Writes to a real MariaDB: what is planned, what is done, what is taken back, and what is not done."""

from collections.abc import AsyncGenerator
from typing import Any

import anyio
import pytest

from policies.call import User
from policies.change import Kind
from policies.errors import Conflict, Denied, InvalidArgument, Refusal, StaleConfirmation, UpstreamFailed
from tests.mariadb import MariaDB
from tests.proofs import Notes
from tests.tools.mysql.writer import TABLES, Desk, make_desk
from tools.connector import Trace
from tools.mysql.link import Link

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T18", "T50", "T47")]


@pytest.fixture
async def desk(mariadb: MariaDB) -> AsyncGenerator[Desk]:
    desk = await make_desk(mariadb, "desk")
    yield desk
    await desk.connector.close()


async def test_an_update_does_what_its_plan_shows_and_can_be_taken_back(desk: Desk) -> None:
    before = await desk.rows()
    planned = await desk.plan("UPDATE books SET price = price * 2, title = CONCAT(title, '!') WHERE id < 3")
    assert await desk.rows() == before
    assert planned.effect is not None
    assert [change.key for change in planned.effect.changes] == [{"id": "1"}, {"id": "2"}]
    assert planned.effect.changes[0].before == {
        "id": "1",
        "title": "Emma",
        "price": "9.50",
        "sold": "2024-01-02 03:04:05.678",
        "cover": "00ff",
        "stock": "3",
        "weight": "0.1",
        "owner": "ada",
    }
    assert planned.effect.changes[0].after == {"price": "19.00", "title": "Emma!"}
    table, changes = await desk.carry_out(planned)
    assert table.rows[0][:3] == ("1", "Emma!", "19.00")
    assert changes[0].after == {"price": "19.00", "title": "Emma!"}
    await desk.take_back(changes)
    assert await desk.rows() == before


async def test_an_insert_gets_its_key_and_goes_again(desk: Desk) -> None:
    before = await desk.rows()
    table, changes = await desk.write(
        "INSERT INTO books (title, price, cover) VALUES ('New', 1.5, 'ab'), ('It''s', NULL, NULL)"
    )
    assert [change.key for change in changes] == [{"id": "4"}, {"id": "5"}]
    assert changes[0].after == {
        "id": "4",
        "title": "New",
        "price": "1.50",
        "sold": None,
        "cover": "6162",
        "stock": "0",
        "weight": None,
        "owner": "ada",
    }
    assert [row[1] for row in table.rows] == ["New", "It's"]
    await desk.take_back(changes)
    assert await desk.rows() == before


async def test_a_deleted_row_is_put_back_as_it_was(desk: Desk) -> None:
    before = await desk.rows()
    _, gone = await desk.write("DELETE FROM books WHERE id > 0")
    assert [change.kind for change in gone] == [Kind.DELETE] * 3
    assert await desk.rows() == []
    await desk.take_back(gone)
    assert await desk.rows() == before


async def test_a_key_of_several_columns_with_odd_values(desk: Desk) -> None:
    _, made = await desk.write("INSERT INTO pairs (a, b, v) VALUES ('X''\\\\', 2, '`\"')")
    assert made[0].key == {"a": "X'\\", "b": "2"}
    _, changed = await desk.write("UPDATE pairs SET v = UPPER(v) WHERE a = 'x'")
    assert changed[0].after == {"v": "OLD"}
    await desk.take_back(changed)
    await desk.take_back(made)
    assert await desk.rows("pairs") == [("x", 1, "old")]


async def test_a_row_that_changed_since_it_was_shown_stops_all_of_them(desk: Desk) -> None:
    planned = await desk.plan("UPDATE books SET title = 'x' WHERE id > 0")
    # Not even in a column that is written, nor in more than its case.
    await desk.lab.run("UPDATE books SET owner = 'ADA' WHERE id = 3")
    before = await desk.rows()
    with pytest.raises(StaleConfirmation):
        await desk.carry_out(planned)
    assert await desk.rows() == before


async def test_a_table_that_changed_since_it_was_shown_stops_it(desk: Desk) -> None:
    planned = await desk.plan("UPDATE books SET title = 'x' WHERE id = 1")
    await desk.lab.run("ALTER TABLE books MODIFY title varchar(30) NOT NULL")
    with pytest.raises(StaleConfirmation):
        await desk.carry_out(planned)


async def test_what_the_ledger_does_not_take_is_not_done(desk: Desk) -> None:
    before = await desk.rows()
    planned = await desk.plan("UPDATE books SET title = 'x' WHERE id > 0")
    with pytest.raises(StaleConfirmation):
        await desk.carry_out(planned, Notes(StaleConfirmation("no")))
    assert await desk.rows() == before


@pytest.mark.threat("T49")
async def test_a_call_that_is_cut_off_while_it_is_noted_does_nothing(desk: Desk) -> None:
    before = await desk.rows()
    planned = await desk.plan("UPDATE books SET title = 'x' WHERE id > 0")
    with anyio.CancelScope() as scope:

        class Cut(Notes):
            async def note(self, effect: object, mark: object) -> None:
                del effect, mark
                scope.cancel()
                await anyio.lowlevel.checkpoint()

        await desk.carry_out(planned, Cut())
    assert scope.cancelled_caught
    assert await desk.rows() == before


async def test_taking_back_what_was_changed_since_is_refused_with_the_difference(desk: Desk) -> None:
    _, changes = await desk.write("UPDATE books SET price = 5 WHERE id = 1")
    await desk.lab.run("UPDATE books SET price = 6 WHERE id = 1")
    with pytest.raises(Conflict) as conflict:
        await desk.take_back(changes)
    ((change, now),) = conflict.value.differences
    assert (change.before, now and now["price"]) == ({"price": "5.00"}, "6.00")


@pytest.mark.parametrize(
    ("sql", "rule"),
    [
        ("UPDATE books SET price = 1.005 WHERE id = 1", "value"),
        ("UPDATE books SET stock = 'many' WHERE id = 1", "value"),
        ("UPDATE books SET stock = 1.5 WHERE id = 1", "value"),
        ("UPDATE books SET sold = '2024-02-30' WHERE id = 1", "value"),
        ("UPDATE books SET sold = '2024-01-01 00:00:00.00001' WHERE id = 1", "value"),
        ("UPDATE careless SET a = 'x' WHERE id = 1", "table"),
        ("UPDATE keyless SET a = 'x' WHERE id = 1", "table"),
        ("INSERT INTO books (id, title) VALUES (1, 'again')", "key"),
        ("INSERT INTO books (id, title) VALUES (7, 'twice'), (7, 'twice')", "key"),
        ("UPDATE books SET id = 5 WHERE id = 1", "write"),
        ("UPDATE summed SET twice = 5 WHERE id = 1", "write"),
    ],
)
async def test_what_can_not_be_done_exactly_is_refused_before_anybody_is_asked(
    desk: Desk, sql: str, rule: str
) -> None:
    with pytest.raises(Denied) as denied:
        await desk.plan(sql)
    assert denied.value.rule == rule


async def test_a_statement_that_changes_nothing_says_so(desk: Desk) -> None:
    for sql in ("UPDATE books SET title = 'x' WHERE id = 99", "UPDATE books SET title = title WHERE id = 1"):
        with pytest.raises(InvalidArgument):
            await desk.plan(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO books (title, price) VALUES ('cheap', -1)",
        "INSERT INTO books (title) VALUES (REPEAT('x', 41))",
        "INSERT INTO books (price) VALUES (1)",
        "UPDATE books SET title = NULL WHERE id = 1",
        "UPDATE books SET stock = -1 WHERE id = 1",
        "UPDATE shouting SET a = 'quiet' WHERE id = 1",
    ],
)
async def test_what_a_rule_of_the_table_refuses_or_alters_is_not_done(desk: Desk, sql: str) -> None:
    before = await desk.rows(), await desk.rows("shouting")
    with pytest.raises(Denied) as denied:
        await desk.write(sql)
    assert denied.value.rule in {"constraint", "stored_differently", "value"}
    assert "books" not in denied.value.message
    assert (await desk.rows(), await desk.rows("shouting")) == before


async def test_a_plan_says_what_it_can_not_see(desk: Desk) -> None:
    effect = (await desk.plan("UPDATE stamped SET a = 'b' WHERE id = 1")).effect
    assert effect is not None
    assert effect.hidden == (
        "the column `at` is set to the time",
        "other triggers and foreign keys, if there are any: the account can't see them",
    )
    referred = (await desk.plan("DELETE FROM parents WHERE id = 1")).effect
    assert referred is not None
    assert referred.hidden[0] == "a foreign key of `children`, whose rule the account can't see"
    fired = (await desk.plan("UPDATE shouting SET a = 'B' WHERE id = 1")).effect
    assert fired is not None
    assert fired.hidden[0] == "trigger `shout`"
    bare = desk.with_settings(bare_tables=True)
    looked_at = (await desk.plan("UPDATE books SET stock = 9 WHERE id = 1", connector=bare)).effect
    assert looked_at is not None
    assert looked_at.hidden == ()
    await bare.close()


async def test_a_foreign_key_that_would_change_other_rows_is_refused_where_it_is_seen(desk: Desk) -> None:
    await desk.lab.run("GRANT ALL ON desk.* TO `desk_writer`@`%`")
    seeing = desk.with_settings(overprivileged="a test")
    with pytest.raises(Denied) as denied:
        await desk.plan("DELETE FROM parents WHERE id = 1", connector=seeing)
    assert denied.value.rule == "cascade"
    await seeing.close()


async def test_a_column_that_the_server_computes_is_put_back_with_its_row(desk: Desk) -> None:
    _, changed = await desk.write("UPDATE summed SET a = 5 WHERE id = 1")
    assert await desk.rows("summed") == [(1, 5, 10)]
    await desk.take_back(changed)
    assert await desk.rows("summed") == [(1, 2, 4)]


async def test_nobody_writes_rows_of_others_or_gives_theirs_away(desk: Desk) -> None:
    mine = {**TABLES["books"], "rows": "owner = :territory"}
    mine["write"] = [name for name in mine["write"] if name != "owner"]
    own = desk.with_settings(tables={"books": mine}, overprivileged="a test")
    user = User("ada", "acme", frozenset(), {"territory": "ada"})
    await desk.lab.run("UPDATE books SET owner = 'bob' WHERE id = 2")
    effect = (await desk.plan("UPDATE books SET stock = 7 WHERE id > 0", user=user, connector=own)).effect
    assert effect is not None
    assert [change.key["id"] for change in effect.changes] == ["1", "3"]
    planned = await desk.plan("UPDATE books SET stock = 8 WHERE id = 1", user=user, connector=own)
    await desk.lab.run("UPDATE books SET owner = 'bob' WHERE id = 1")
    with pytest.raises(StaleConfirmation):
        await desk.carry_out(planned, connector=own)
    stranger = User("eve", "acme", frozenset(), {"territory": "eve"})
    added = await desk.plan("INSERT INTO books (title) VALUES ('hers')", user=stranger, connector=own)
    with pytest.raises(Denied) as denied:
        await desk.carry_out(added, connector=own)
    assert denied.value.rule == "row_filter"
    assert len(await desk.rows()) == 3
    await own.close()


@pytest.mark.threat("T47")
@pytest.mark.parametrize("lost", ["before", "after"])
async def test_a_commit_whose_answer_is_lost_is_found_out(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    said = Link.say

    async def broken(link: Link, sql: str) -> None:
        if sql == "COMMIT":
            if lost == "after":
                await said(link, sql)
            link.hang_up()
            raise ConnectionResetError
        await said(link, sql)

    monkeypatch.setattr(Link, "say", broken)
    planned = await desk.plan("UPDATE books SET stock = 77 WHERE id = 1")
    if lost == "after":
        await desk.carry_out(planned)
    else:
        with pytest.raises(UpstreamFailed, match="Nothing was changed"):
            await desk.carry_out(planned)
    assert (await desk.rows())[0][5] == (77 if lost == "after" else 3)


@pytest.mark.threat("T47")
async def test_an_action_is_traced_by_what_stands_in_its_rows(desk: Desk) -> None:
    planned = await desk.plan("UPDATE books SET stock = 70 WHERE id < 3")
    assert planned.effect is not None

    async def trace() -> Trace:
        assert planned.effect is not None
        async with desk.connector.open(None, desk.credential) as session:
            return await session.trace(planned.effect, None)

    assert await trace() is Trace.NOT_DONE
    await desk.carry_out(planned)
    assert await trace() is Trace.DONE
    await desk.lab.run("UPDATE books SET stock = 1 WHERE id = 1")
    assert await trace() is Trace.UNKNOWN


@pytest.mark.threat("T47")
async def test_an_action_that_is_still_open_is_under_way(desk: Desk) -> None:
    planned = await desk.plan("UPDATE books SET stock = 71 WHERE id = 1")
    assert planned.effect is not None
    hasty = desk.with_settings(timeout=1)
    async with desk.lab.server.admin(desk.lab.database) as admin:
        async with admin.cursor() as cursor:
            await cursor.execute("START TRANSACTION")
            await cursor.execute("UPDATE books SET stock = 71 WHERE id = 1")
        async with hasty.open(None, desk.credential) as session:
            assert await session.trace(planned.effect, None) is Trace.UNDER_WAY
    await hasty.close()


async def test_an_account_that_may_write_more_than_is_configured_is_not_used(desk: Desk) -> None:
    narrow = desk.with_settings(tables={"books": {**TABLES["books"], "write": ["stock"]}})
    with pytest.raises(Denied) as denied:
        await desk.plan("UPDATE books SET stock = 1 WHERE id = 1", connector=narrow)
    assert denied.value.rule == "over_privileged"
    await narrow.close()


async def test_two_writes_to_one_row_do_not_both_happen(desk: Desk) -> None:
    plans = [await desk.plan(f"UPDATE books SET stock = stock + {n} WHERE id = 1") for n in (1, 10)]
    outcomes: list[Any] = []

    async def do(planned: Any) -> None:
        try:
            outcomes.append((await desk.carry_out(planned))[1])
        except Refusal as refusal:
            outcomes.append(refusal.code)

    async with anyio.create_task_group() as tasks:
        for planned in plans:
            tasks.start_soon(do, planned)
    assert sum(isinstance(each, tuple) for each in outcomes) == 1
    assert (await desk.rows())[0][5] in {4, 13}
