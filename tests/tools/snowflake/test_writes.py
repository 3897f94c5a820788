"""Writes to Snowflake, as the emulator does them: planned, done once, taken back, and not done."""

from typing import Any

import anyio
import pytest

from policies.call import User
from policies.change import Kind
from policies.errors import Conflict, Denied, InDoubt, InvalidArgument, Refusal, StaleConfirmation
from tests.proofs import Notes
from tests.tools.snowflake.gate import Fault, Who, failing, saying
from tests.tools.snowflake.writer import TABLES, Desk
from tools.connector import Trace
from tools.snowflake.targets import UNSEEN

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T18", "T50", "T47")]


async def test_an_update_does_what_its_plan_shows_and_can_be_taken_back(desk: Desk) -> None:
    before = desk.rows()
    planned = await desk.plan("UPDATE books SET price = price * 2, title = title || '!' WHERE id < 3")
    assert desk.rows() == before
    assert planned.effect is not None
    assert [change.key for change in planned.effect.changes] == [{"id": "1"}, {"id": "2"}]
    assert planned.effect.changes[0].before == {
        "id": "1",
        "title": "Emma",
        "price": "9.50",
        "sold": "2024-01-02 03:04:05.678",
        "day": "2024-01-02",
        "rung": "03:04:05",
        "lent": "true",
        "owner": "ada",
    }
    assert planned.effect.changes[0].after == {"price": "19.00", "title": "Emma!"}
    table, changes = await desk.carry_out(planned)
    assert table.rows[0][:3] == ("1", "Emma!", "19.00")
    await desk.take_back(changes)
    assert desk.rows() == before


async def test_an_insert_goes_again(desk: Desk) -> None:
    before = desk.rows()
    table, changes = await desk.write(
        "INSERT INTO books (id, title, price, sold) VALUES (4, 'New', 1.5, '2024-05-06 07:08:09'), "
        "(5, 'It''s', NULL, NULL)"
    )
    assert changes[0].after == {
        "id": "4",
        "title": "New",
        "price": "1.50",
        "sold": "2024-05-06 07:08:09",
    }
    assert [row[1] for row in table.rows] == ["New", "It's"]
    assert table.rows[0][-1] == "ada"  # what the table gives where nothing is given
    await desk.take_back(changes)
    assert desk.rows() == before


async def test_a_deleted_row_is_put_back_as_it_was(desk: Desk) -> None:
    before = desk.rows()
    _, gone = await desk.write("DELETE FROM books WHERE id > 0")
    assert [change.kind for change in gone] == [Kind.DELETE] * 3
    assert desk.rows() == []
    await desk.take_back(gone)
    assert desk.rows() == before


async def test_a_key_of_several_columns_with_odd_values(desk: Desk) -> None:
    _, made = await desk.write("INSERT INTO pairs (a, b, v) VALUES ('X''?', 2, '`\" ?')")
    assert made[0].key == {"a": "X'?", "b": "2"}
    _, changed = await desk.write("UPDATE pairs SET v = UPPER(v) WHERE a = 'x'")
    assert changed[0].after == {"v": "OLD"}
    await desk.take_back(changed)
    await desk.take_back(made)
    assert desk.rows("PAIRS") == [["x", "1", "old"]]


MEANWHILE = {
    # Not even in a column that is not written.
    "UPDATE BOOKS SET OWNER = 'ADA' WHERE ID = 3": "UPDATE BOOKS SET OWNER = 'ada' WHERE ID = 3",
    "UPDATE BOOKS SET LENT = NULL WHERE ID = 1": "UPDATE BOOKS SET LENT = TRUE WHERE ID = 1",
    "UPDATE BOOKS SET DAY = '2024-01-01' WHERE ID = 2": "UPDATE BOOKS SET DAY = NULL WHERE ID = 2",
    "INSERT INTO BOOKS (ID, TITLE) SELECT 1, 'a twin'": "DELETE FROM BOOKS WHERE TITLE = 'a twin'",
    "INSERT INTO BOOKS SELECT * FROM BOOKS WHERE ID = 1": "DELETE FROM BOOKS WHERE ID = 1",
}
"""What somebody else does, and how it is put right but for the last of them."""


async def test_a_row_that_changed_since_it_was_shown_stops_all_of_them(desk: Desk) -> None:
    plans = [
        await desk.plan("UPDATE books SET title = 'x' WHERE id > 0"),
        await desk.plan("DELETE FROM books WHERE id > 0"),
    ]
    for done, undone in MEANWHILE.items():
        desk.run(done)
        before = desk.rows()
        for planned in plans:
            with pytest.raises(StaleConfirmation):
                await desk.carry_out(planned)
        assert desk.rows() == before, done
        desk.run(undone)
    assert len(desk.rows()) == 2
    for planned in plans:  # one of its rows is gone
        with pytest.raises(StaleConfirmation):
            await desk.carry_out(planned)


async def test_a_key_that_was_taken_since_stops_an_insert(desk: Desk) -> None:
    planned = await desk.plan("INSERT INTO books (id, title) VALUES (4, 'mine'), (5, 'mine')")
    desk.run("INSERT INTO BOOKS (ID, TITLE) VALUES (5, 'theirs')")
    before = desk.rows()
    with pytest.raises(StaleConfirmation):
        await desk.carry_out(planned)
    assert desk.rows() == before


async def test_a_table_that_changed_since_it_was_shown_stops_it(desk: Desk) -> None:
    planned = await desk.plan("UPDATE books SET title = 'x' WHERE id = 1")
    desk.run("ALTER TABLE BOOKS ADD COLUMN MORE VARCHAR")
    with pytest.raises(StaleConfirmation):
        await desk.carry_out(planned)


async def test_what_the_ledger_does_not_take_is_not_done(desk: Desk) -> None:
    before = desk.rows()
    planned = await desk.plan("UPDATE books SET title = 'x' WHERE id > 0")
    with pytest.raises(StaleConfirmation):
        await desk.carry_out(planned, Notes(StaleConfirmation("no")))
    assert desk.rows() == before


@pytest.mark.threat("T49")
async def test_a_call_that_is_cut_off_while_it_is_noted_does_nothing(desk: Desk) -> None:
    before = desk.rows()
    planned = await desk.plan("UPDATE books SET title = 'x' WHERE id > 0")
    with anyio.CancelScope() as scope:

        class Cut(Notes):
            async def note(self, effect: object, mark: object) -> None:
                del effect, mark
                scope.cancel()
                await anyio.lowlevel.checkpoint()

        await desk.carry_out(planned, Cut())
    assert scope.cancelled_caught
    assert desk.rows() == before


@pytest.mark.threat("T49")
async def test_a_call_that_is_cut_off_after_it_was_noted_is_done(desk: Desk) -> None:
    planned = await desk.plan("UPDATE books SET title = 'x' WHERE id > 0")
    with anyio.CancelScope() as scope:

        class Late(Notes):
            async def note(self, effect: Any, mark: Any) -> None:
                await super().note(effect, mark)
                scope.cancel()

        await desk.carry_out(planned, Late())
    assert [row[1] for row in desk.rows()] == ["x", "x", "x"]


async def test_taking_back_what_was_changed_since_is_refused_with_the_difference(desk: Desk) -> None:
    _, changes = await desk.write("UPDATE books SET price = 5 WHERE id = 1")
    desk.run("UPDATE BOOKS SET PRICE = 6 WHERE ID = 1")
    with pytest.raises(Conflict) as conflict:
        await desk.take_back(changes)
    ((change, now),) = conflict.value.differences
    assert (change.before, now and now["price"]) == ({"price": "5.00"}, "6.00")


@pytest.mark.parametrize(
    ("sql", "rule"),
    [
        ("UPDATE books SET price = 1.005 WHERE id = 1", "value"),
        ("UPDATE books SET price = 'many' WHERE id = 1", "value"),
        ("UPDATE books SET price = 123456789 WHERE id = 1", "value"),
        ("UPDATE books SET title = 'more than twenty characters' WHERE id = 1", "value"),
        ("UPDATE books SET sold = '2024-02-30' WHERE id = 1", "value"),
        ("UPDATE books SET sold = 'yesterday' WHERE id = 1", "value"),
        ("UPDATE books SET day = '2024-02-03 04:05:06' WHERE id = 1", "value"),
        ("UPDATE books SET lent = 'perhaps' WHERE id = 1", "value"),
        ("UPDATE loose SET v = 'x' WHERE id = 1", "table"),
        ("UPDATE words SET word = 'x' WHERE id = 1", "table"),
        ("UPDATE seen SET v = 'x' WHERE a = 'x'", "table"),
        ("UPDATE twins SET v = 'x' WHERE v = 'a'", "key"),
        ("DELETE FROM twins WHERE id > 0", "key"),
        ("INSERT INTO books (id, title) VALUES (1, 'again')", "key"),
        ("INSERT INTO books (id, title) VALUES (7, 'twice'), (7, 'twice')", "key"),
        ("INSERT INTO books (title) VALUES ('without')", "key"),
        ("UPDATE books SET id = 5 WHERE id = 1", "write"),
    ],
)
async def test_what_can_not_be_done_exactly_is_refused_before_anybody_is_asked(
    quiet: Desk, sql: str, rule: str
) -> None:
    with pytest.raises(Denied) as denied:
        await quiet.plan(sql)
    assert denied.value.rule == rule


async def test_a_value_is_taken_in_each_form_of_its_type(desk: Desk) -> None:
    planned = await desk.plan(
        "UPDATE books SET sold = '2024-02-03T04:05', day = '2024-02-03', rung = '04:05', lent = FALSE, "
        "price = '7' WHERE id = 1"
    )
    assert planned.effect is not None
    assert planned.effect.changes[0].after == {
        "sold": "2024-02-03 04:05:00",
        "day": "2024-02-03",
        "rung": "04:05:00",
        "lent": "false",
        "price": "7.00",
    }
    await desk.carry_out(planned)
    assert desk.rows()[0][2:7] == ["7.00", "2024-02-03 04:05:00", "2024-02-03", "04:05:00", "False"]


async def test_a_statement_that_changes_nothing_says_so(quiet: Desk) -> None:
    for sql in ("UPDATE books SET title = 'x' WHERE id = 99", "UPDATE books SET title = title WHERE id = 1"):
        with pytest.raises(InvalidArgument):
            await quiet.plan(sql)


async def test_a_plan_says_what_it_can_not_see(quiet: Desk) -> None:
    effect = (await quiet.plan("UPDATE books SET price = 9 WHERE id = 1")).effect
    assert effect is not None
    assert effect.hidden == (UNSEEN,)
    bare = quiet.with_settings(bare_tables=True)
    looked_at = (await quiet.plan("UPDATE books SET price = 9 WHERE id = 1", connector=bare)).effect
    assert looked_at is not None
    assert looked_at.hidden == ()


async def test_nobody_writes_rows_of_others_or_gives_theirs_away(desk: Desk) -> None:
    mine = {**TABLES["books"], "rows": "owner = :territory"}
    own = desk.with_settings(tables={**TABLES, "books": mine})
    user = User("ada", "acme", frozenset(), {"territory": "ada"})
    desk.run("UPDATE BOOKS SET OWNER = 'bob' WHERE ID = 2")
    effect = (await desk.plan("UPDATE books SET price = 7 WHERE id > 0", user=user, connector=own)).effect
    assert effect is not None
    assert [change.key["id"] for change in effect.changes] == ["1", "3"]
    for sql in (
        "UPDATE books SET owner = 'bob' WHERE id = 1",
        "INSERT INTO books (id, title, owner) VALUES (9, 'theirs', 'bob')",
        "INSERT INTO books (id, title) VALUES (9, 'nobody''s')",
    ):
        with pytest.raises(Denied) as denied:
            await desk.plan(sql, user=user, connector=own)
        assert denied.value.rule == "row_filter"
    _, made = await desk.carry_out(
        await desk.plan(
            "INSERT INTO books (id, title, owner) VALUES (9, 'hers', 'ada')", user=user, connector=own
        ),
        connector=own,
    )
    assert made[0].key == {"id": "9"}


async def test_a_row_that_became_somebody_elses_in_what_nobody_reads_is_not_written(desk: Desk) -> None:
    """The filter asks for a column that the plan does not show."""
    hidden = {**TABLES["books"], "rows": "owner = :territory"}
    hidden["columns"] = [name for name in hidden["columns"] if name != "owner"]
    hidden["write"] = [name for name in hidden["write"] if name != "owner"]
    own = desk.with_settings(tables={**TABLES, "books": hidden}, overprivileged="a test")
    user = User("ada", "acme", frozenset(), {"territory": "ada"})
    planned = await desk.plan("UPDATE books SET price = 8 WHERE id = 1", user=user, connector=own)
    desk.run("UPDATE BOOKS SET OWNER = 'bob' WHERE ID = 1")
    before = desk.rows()
    with pytest.raises(StaleConfirmation):
        await desk.carry_out(planned, connector=own)
    assert desk.rows() == before


@pytest.mark.threat("T47")
@pytest.mark.parametrize(
    "answer",
    [failing(500), failing(503), saying(b"{", content_length="900"), saying(b"<html>"), saying(b"{}", 202)],
    ids=["failed", "busy", "broken off", "no answer", "no handle"],
)
async def test_an_answer_that_is_lost_is_asked_for_again_and_nothing_is_done_twice(
    desk: Desk, answer: Fault
) -> None:
    planned = await desk.plan("INSERT INTO books (id, title) VALUES (4, 'once')")
    sending = Sending(desk)
    sending.losses = [answer]
    await desk.carry_out(planned, sending)
    assert [row[1] for row in desk.rows()].count("once") == 1


@pytest.mark.threat("T47")
async def test_what_never_arrived_is_handed_in_again(desk: Desk) -> None:
    planned = await desk.plan("UPDATE books SET price = 77 WHERE id = 1")
    sending = Sending(desk)
    sending.instead = [failing(502), failing(503)]
    await desk.carry_out(planned, sending)
    assert desk.rows()[0][2] == "77.00"


@pytest.mark.threat("T47")
@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (failing(408, "000630"), "did not answer within"),
        (failing(422, "100072"), "100072"),
        (failing(429), "Come back in"),
        (failing(401), "connect"),
    ],
    ids=["too slow", "failed", "too many", "no token"],
)
async def test_what_snowflake_refuses_is_not_done(desk: Desk, answer: Fault, says: str) -> None:
    planned = await desk.plan("UPDATE books SET price = 77 WHERE id = 1")
    sending = Sending(desk)
    sending.instead = [answer]
    with pytest.raises(Refusal, match=says):
        await desk.carry_out(planned, sending)
    assert desk.rows()[0][2] == "9.50"


@pytest.mark.threat("T47")
async def test_a_token_that_ends_while_it_is_sent_leaves_it_in_doubt(desk: Desk) -> None:
    planned = await desk.plan("UPDATE books SET price = 77 WHERE id = 1")
    sending = Sending(desk)
    sending.losses = [failing(500)]
    sending.ends = True
    with pytest.raises(InDoubt):
        await desk.carry_out(planned, sending)


@pytest.mark.threat("T47")
async def test_a_statement_that_runs_for_too_long_is_cancelled_and_its_end_is_waited_for(desk: Desk) -> None:
    hasty = desk.with_settings(timeout=1)
    planned = await desk.plan("UPDATE books SET price = 77 WHERE id = 1", connector=hasty)
    sending = Sending(desk)
    sending.looks = 1_000
    with pytest.raises(Refusal, match="cancelled"):
        await desk.carry_out(planned, sending, connector=hasty)


class Sending(Notes):
    """What happens from when an action is noted."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.instead: list[Fault] = []
        self.losses: list[Fault] = []
        self.looks = 0
        self.ends = False

    async def note(self, effect: Any, mark: Any) -> None:
        await super().note(effect, mark)
        gate = self._desk.lab.gate
        gate.faults += self.instead
        gate.losses += self.losses
        gate.looks = self.looks
        if self.ends:
            gate.ends_after_loss = True


@pytest.mark.threat("T47")
async def test_an_action_is_traced_by_what_stands_in_its_rows(desk: Desk) -> None:
    planned = await desk.plan("UPDATE books SET price = 70 WHERE id < 3")
    assert planned.effect is not None

    async def trace(over: int) -> Trace:
        assert planned.effect is not None
        async with desk.connector.open(None, desk.credential) as session:
            return await session.trace(planned.effect, {"over": over})

    assert await trace(over=2**40) is Trace.UNDER_WAY
    assert await trace(over=0) is Trace.NOT_DONE
    await desk.carry_out(planned)
    assert await trace(over=2**40) is Trace.DONE
    desk.run("UPDATE BOOKS SET PRICE = 1 WHERE ID = 1")
    assert await trace(over=2**40) is Trace.UNDER_WAY
    assert await trace(over=0) is Trace.UNKNOWN


async def test_a_role_that_lacks_a_right_is_told_of_and_nothing_is_done(desk: Desk) -> None:
    grants = [
        each for each in desk.lab.gate.tokens[desk.credential.secret.reveal()].grants if each[0] != "UPDATE"
    ]
    desk.credential = desk.lab.login(Who(grants=grants))
    planned = await desk.plan("UPDATE books SET price = 1 WHERE id = 1")
    with pytest.raises(Refusal, match="003001: the role may not do this"):
        await desk.carry_out(planned)
    assert desk.rows()[0][2] == "9.50"


async def test_what_can_not_be_written_is_told_to_the_operator(quiet: Desk) -> None:
    assert [finding.what for finding in await quiet.connector.inspect(quiet.credential)] == [
        "public.loose can't be written: `v` is of a type that is not written here",
        "public.words can't be written: `word` is compared by a collation",
        "public.seen can't be written: it is a view, or no table of Snowflake's own",
    ]
    poor = quiet.lab.login(Who())
    found = [finding.what for finding in await quiet.connector.inspect(poor)]
    assert found[0].startswith("the role lacks what actions need: INSERT on public.books, UPDATE on")


async def test_two_writes_to_one_row_do_not_both_happen(desk: Desk) -> None:
    plans = [await desk.plan(f"UPDATE books SET price = price + {n} WHERE id = 1") for n in (1, 10)]
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
    assert desk.rows()[0][2] in {"10.50", "19.50"}
