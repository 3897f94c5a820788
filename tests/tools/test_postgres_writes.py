"""What is confirmed is what is written, all of it or nothing."""

# pyright: reportPrivateUsage=false

from decimal import Decimal
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from policies.call import User
from policies.canonical import canonical
from policies.change import Effect
from policies.errors import (
    AuditUnavailable,
    Conflict,
    Denied,
    InvalidArgument,
    Refusal,
    StaleConfirmation,
    UpstreamFailed,
)
from tests.backends import Postgres
from tests.proofs import ADA, Notes, call_of, grant_of, tool_of
from tests.tools.desk import SCHEMA, TICKETS, Desk, make_desk
from tools.postgres.session import PostgresSession

pytestmark = pytest.mark.anyio

UPDATE = "UPDATE tickets SET price = price + 1 WHERE id < 4"
TRIGGER = """
CREATE FUNCTION public.act() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN {} END$$;
CREATE {}TRIGGER acting {} ON public.tickets {} EXECUTE FUNCTION public.act();
"""
EMEA = {**TICKETS, "write": ["title", "price", "note"], "rows": "team = :territory"}


@pytest.fixture
async def desk(postgres: Postgres) -> Desk:
    return await make_desk(postgres, "desk")


async def refused(desk: Desk, sql: str, **settings: Any) -> Refusal:
    """What a write is refused with, whether in the plan or when it is carried out. Nothing has changed."""
    before = await desk.rows()
    with pytest.raises(Refusal) as refusal:
        await desk.write(sql, **settings)
    assert await desk.rows() == before
    return refusal.value


async def rule(desk: Desk, sql: str, **settings: Any) -> str:
    refusal = await refused(desk, sql, **settings)
    assert isinstance(refusal, Denied), refusal
    return refusal.rule


@pytest.mark.threat("T17")
async def test_an_update_changes_the_rows_that_were_planned_and_can_be_taken_back(desk: Desk) -> None:
    before = await desk.rows()
    raw, effect = await desk.write("UPDATE tickets SET price = price * 2, note = NULL WHERE id IN (3, 12)")
    assert [dict(change.key) for change in effect.changes] == [{"id": "3"}, {"id": "12"}]
    assert effect.changes[0].before == {
        "id": "3", "team": "AMER", "title": "Ticket 3", "price": "4.50", "note": "note 3"
    }  # fmt: skip
    assert effect.changes[0].after == {"price": "9.00", "note": None}
    assert raw.table.rows == ((3, "AMER", "Ticket 3", "9.00", None), (12, "EMEA", "Ticket 12", "36.00", None))
    assert await desk.rows("SELECT id, price, note FROM tickets WHERE id IN (3, 12) ORDER BY id") == [
        (3, Decimal("9.00"), None),
        (12, Decimal("36.00"), None),
    ]
    await desk.undo(effect)
    assert await desk.rows() == before


async def test_a_row_that_is_added_has_the_key_that_the_server_gave_and_can_be_taken_back(desk: Desk) -> None:
    before = await desk.rows()
    raw, effect = await desk.write("INSERT INTO tickets(title, price) VALUES ('new', 5), ('newer', NULL)")
    assert [dict(change.key) for change in effect.changes] == [{"id": "101"}, {"id": "102"}]
    assert effect.changes[0].after == {
        "id": "101", "team": "EMEA", "title": "new", "price": "5.00", "note": None
    }  # fmt: skip
    assert raw.table.rows[1] == (102, "EMEA", "newer", None, None)
    await desk.undo(effect)
    assert await desk.rows() == before


async def test_a_row_that_is_deleted_comes_back_as_it_was(desk: Desk) -> None:
    before = await desk.rows()
    raw, effect = await desk.write("DELETE FROM tickets WHERE id < 4")
    assert [row[0] for row in raw.table.rows] == [1, 2, 3]
    assert len(await desk.rows()) == 17
    await desk.undo(effect)
    assert await desk.rows() == before


async def test_a_plan_changes_nothing_and_says_the_same_each_time(desk: Desk) -> None:
    before = await desk.rows()
    plan, again = await desk.plan(UPDATE), await desk.plan(UPDATE)
    assert plan.digest == again.digest
    assert plan.effect == again.effect
    assert plan.effect is not None
    assert Effect.from_json(plan.effect.to_json()) == plan.effect
    canonical(plan.request)
    assert await desk.rows() == before


@pytest.mark.threat("T18")
@pytest.mark.parametrize(
    "meanwhile",
    [
        "UPDATE public.tickets SET price = 0 WHERE id = 2",
        "UPDATE public.tickets SET note = 'x' WHERE id = 3",
        "UPDATE public.tickets SET price = 4.500 - 1.5, note = NULL WHERE id = 2",
        "DELETE FROM public.tickets WHERE id = 1",
        "ALTER TABLE public.tickets ALTER COLUMN price TYPE numeric(12, 3)",
        "ALTER TABLE public.tickets ADD COLUMN more int",
        TRIGGER.format("RETURN NULL;", "", "AFTER UPDATE", "FOR EACH ROW"),
    ],
)
async def test_whatever_changed_between_the_yes_and_the_act_voids_the_yes(desk: Desk, meanwhile: str) -> None:
    plan = await desk.plan(UPDATE)
    await desk.execute(meanwhile)
    before, notes = await desk.rows(), Notes()
    with pytest.raises(StaleConfirmation):
        await desk.carry_out(plan, notes)
    assert await desk.rows() == before
    assert notes.taken == []


@pytest.mark.threat("T18")
async def test_of_two_writers_with_one_plan_each_the_second_one_is_stale(desk: Desk) -> None:
    first, second = await desk.plan(UPDATE), await desk.plan(UPDATE)
    await desk.carry_out(first)
    with pytest.raises(StaleConfirmation):
        await desk.carry_out(second)
    assert (await desk.rows())[0][3] == Decimal("2.50")


@pytest.mark.threat("T18")
async def test_a_writer_waits_for_another_and_then_sees_what_it_did(desk: Desk) -> None:
    plan = await desk.plan(UPDATE)
    outcome: list[str] = []

    async def carry_out() -> None:
        with pytest.raises(StaleConfirmation):
            await desk.carry_out(plan)
        outcome.append("stale")

    waiting = "SELECT FROM pg_stat_activity WHERE usename = $1 AND wait_event_type = 'Lock'"
    async with (
        desk.server.admin(desk.database) as watch,
        desk.server.admin(desk.database) as other,
        anyio.create_task_group() as tasks,
        other.transaction(),
    ):
        await other.execute("UPDATE public.tickets SET note = 'mine' WHERE id = 3")
        tasks.start_soon(carry_out)
        with anyio.fail_after(60):
            while not await watch.fetch(waiting, desk.role):
                await anyio.lowlevel.checkpoint()
        assert outcome == []
    assert outcome == ["stale"]


@pytest.mark.threat("T47")
async def test_what_can_not_be_noted_is_not_done(desk: Desk) -> None:
    plan, before = await desk.plan(UPDATE), await desk.rows()
    with pytest.raises(AuditUnavailable):
        await desk.carry_out(plan, Notes(AuditUnavailable("The log is full.")))
    assert await desk.rows() == before


@pytest.mark.threat("T47")
async def test_it_is_noted_before_anybody_else_can_see_it(desk: Desk) -> None:
    plan, before = await desk.plan(UPDATE), await desk.rows()
    seen: list[Any] = []

    class Looking(Notes):
        async def note(self, effect: Effect, mark: Any) -> None:
            seen.append(await desk.rows())
            await super().note(effect, mark)

    await desk.carry_out(plan, Looking())
    assert seen == [before]
    assert await desk.rows() != before


CONSTRAINED = """
CREATE TABLE public.parents(id int PRIMARY KEY, name text UNIQUE, size int CHECK (size > 0),
    owner int NOT NULL REFERENCES public.tickets(id) ON DELETE CASCADE,
    span int4range, EXCLUDE USING gist (span WITH &&));
CREATE TABLE public.children(parent int REFERENCES public.parents(id));
INSERT INTO public.parents VALUES (1, 'a', 1, 5, '[1,5)'), (2, 'b', 1, 5, '[5,9)');
INSERT INTO public.children VALUES (1);
"""
PARENTS = {
    "columns": ["id", "name", "size", "owner", "span"],
    "key": ["id"],
    "write": ["name", "size", "owner", "span"],
}


@pytest.fixture
async def family(postgres: Postgres) -> Desk:
    return await make_desk(postgres, "family", SCHEMA + CONSTRAINED, tickets=TICKETS, parents=PARENTS)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE parents SET name = 'b' WHERE id = 1",
        "UPDATE parents SET size = 0 WHERE id = 1",
        "UPDATE parents SET owner = 999 WHERE id = 1",
        "UPDATE parents SET owner = NULL WHERE id = 1",
        "UPDATE parents SET span = '[1,6)' WHERE id = 1",
        "DELETE FROM parents WHERE id = 1",
        "INSERT INTO parents(id, name, size) VALUES (3, 'c', 1)",
    ],
)
async def test_a_constraint_refuses_in_our_words(family: Desk, sql: str) -> None:
    refusal = await refused(family, sql)
    assert isinstance(refusal, Denied)
    assert refusal.rule == "constraint"
    assert refusal.message.startswith("Nothing was changed.")
    assert "parents_" not in refusal.message
    assert "Error 23" in refusal.detail


async def test_a_key_that_is_taken_is_told_before_anybody_is_asked(family: Desk) -> None:
    with pytest.raises(Denied) as denied:
        await family.plan("INSERT INTO parents(id, name, size, owner) VALUES (2, 'c', 1, 5)")
    assert denied.value.rule == "key"


@pytest.mark.parametrize(
    "rows", ["VALUES (500, 'a'), (500, 'b')", "SELECT 500, title FROM tickets WHERE id < 3"]
)
async def test_two_rows_of_one_key_are_told_before_anybody_is_asked(desk: Desk, rows: str) -> None:
    with pytest.raises(Denied) as denied:
        await desk.plan(f"INSERT INTO tickets(id, title) {rows}")
    assert denied.value.rule == "key"


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE tickets SET note = o.note FROM tickets o WHERE o.price > tickets.price",
        "DELETE FROM tickets USING tickets o WHERE o.price > tickets.price",
    ],
)
async def test_a_join_that_finds_a_row_twice_is_no_write(desk: Desk, sql: str) -> None:
    with pytest.raises(Denied) as denied:
        await desk.plan(sql)
    assert denied.value.rule == "clause"


async def test_a_foreign_key_that_would_change_other_rows_is_refused(family: Desk) -> None:
    assert await rule(family, "DELETE FROM tickets WHERE id = 5") == "cascade"
    assert await rule(family, "DELETE FROM tickets WHERE id = 6") == "cascade"
    await family.write("UPDATE tickets SET note = 'x' WHERE id = 5")


async def test_values_that_would_be_rounded_or_cut_are_refused_in_the_plan(desk: Desk) -> None:
    assert await rule(desk, "UPDATE tickets SET price = 1.005 WHERE id = 1") == "value"
    assert await rule(
        desk, "UPDATE tickets SET title = 'a title of more than 20 characters'  WHERE id = 1"
    ) == ("value")
    failed = await refused(desk, "UPDATE tickets SET price = 123456789.5 WHERE id = 1")
    assert isinstance(failed, UpstreamFailed)
    await desk.write("UPDATE tickets SET price = 7 WHERE id = 1")


async def test_no_more_rows_than_the_source_allows(desk: Desk) -> None:
    sql = "UPDATE tickets SET note = 'x' WHERE id <= {}"
    assert await rule(desk, sql.format(6), max_changed_rows=5) == "max_changed_rows"
    _, effect = await desk.write(sql.format(5), max_changed_rows=5, max_rows=2)
    assert len(effect.changes) == 5
    assert await rule(desk, "UPDATE tickets SET note = repeat('x', 100) WHERE id = 6", max_cell_bytes=64) == (
        "cell_size"
    )
    assert (
        await rule(
            desk, "UPDATE tickets SET note = repeat('y', 60) WHERE id > 0", max_bytes=1000, max_cell_bytes=64
        )
        == "max_bytes"
    )
    assert await rule(desk, sql.format(3), max_cost=0.1) == "cost"


@pytest.mark.parametrize(
    "sql", ["UPDATE tickets SET note = 'x' WHERE id = 999", "UPDATE tickets SET note = 'note 1' WHERE id = 1"]
)
async def test_what_would_change_no_row_is_told_and_nobody_is_asked(desk: Desk, sql: str) -> None:
    with pytest.raises(InvalidArgument):
        await desk.plan(sql)


@pytest.mark.threat("T17")
async def test_a_trigger_is_told_and_what_it_does_to_other_columns_is_shown_after(desk: Desk) -> None:
    await desk.execute(
        TRIGGER.format("NEW.note := 'touched'; RETURN NEW;", "", "BEFORE UPDATE", "FOR EACH ROW")
    )
    plan = await desk.plan(UPDATE)
    assert plan.effect is not None
    assert plan.effect.hidden == ("trigger `acting`",)
    assert (await desk.carry_out(plan)).table.rows[0] == (1, "AMER", "Ticket 1", "2.50", "touched")
    added = await desk.plan("INSERT INTO tickets(title) VALUES ('x')")
    assert added.effect is not None
    assert added.effect.hidden == ()


@pytest.mark.threat("T17")
@pytest.mark.parametrize(
    ("body", "constraint", "when", "each", "expected"),
    [
        ("NEW.price := 0; RETURN NEW;", "", "BEFORE UPDATE", "FOR EACH ROW", "stored"),
        ("RETURN NULL;", "", "BEFORE UPDATE", "FOR EACH ROW", "stored"),
        (
            "UPDATE public.tickets SET price = 0 WHERE id = NEW.id AND price <> 0; RETURN NULL;",
            "CONSTRAINT ", "AFTER UPDATE", "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW", "stored",
        ),
        ("RAISE EXCEPTION 'LEAK %', OLD.note;", "", "BEFORE UPDATE", "FOR EACH STATEMENT", "trigger"),
        (
            "DELETE FROM public.tickets WHERE id = NEW.id; RETURN NULL;",
            "", "AFTER UPDATE", "FOR EACH ROW", "row_filter",
        ),
    ],
)  # fmt: skip
async def test_a_trigger_that_makes_something_else_of_it_ends_it(  # noqa: PLR0917
    desk: Desk, body: str, constraint: str, when: str, each: str, expected: str
) -> None:
    await desk.execute(TRIGGER.format(body, constraint, when, each))
    await desk.execute("ALTER FUNCTION public.act() SECURITY DEFINER")
    refusal = await refused(desk, UPDATE)
    assert isinstance(refusal, Denied)
    assert refusal.rule == expected
    assert "LEAK" not in refusal.message


UNKEYED = "ALTER TABLE public.tickets DROP CONSTRAINT tickets_pkey"
VIEW = """
ALTER TABLE public.tickets RENAME TO moved;
CREATE VIEW public.tickets AS SELECT * FROM public.moved;
GRANT SELECT ON public.tickets TO {role};
"""


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (f"{UNKEYED}", "no unique index"),
        (f"{UNKEYED}; CREATE UNIQUE INDEX ON public.tickets(id) WHERE id > 0", "no unique index"),
        (f"{UNKEYED}, ADD UNIQUE (id, note)", "no unique index"),
        (f"{UNKEYED}, ADD UNIQUE (id) DEFERRABLE", "no unique index"),
        ("CREATE TABLE public.heir() INHERITS (public.tickets)", "inherit"),
        ("CREATE RULE quiet AS ON UPDATE TO public.tickets WHERE OLD.id = 1 DO INSTEAD NOTHING", "rules"),
        ("ALTER TABLE public.tickets ALTER COLUMN price TYPE money", "money"),
        (VIEW, "view"),
    ],
)  # fmt: skip
async def test_a_table_that_can_not_be_written_row_by_row_is_refused_and_found(
    desk: Desk, change: str, what: str
) -> None:
    await desk.execute(change.format(role=desk.role))
    refusal = await refused(desk, "UPDATE tickets SET note = 'x' WHERE id = 1", overprivileged="a view")
    assert isinstance(refusal, Denied)
    assert refusal.rule == "table"
    assert what in refusal.message
    async with desk.connector(overprivileged="a view") as connector:
        assert any(what in finding.what for finding in await connector.inspect(desk.credential))


@pytest.mark.threat("T29")
async def test_a_row_filter_holds_for_what_is_changed_and_for_what_is_stored(postgres: Postgres) -> None:
    desk = await make_desk(postgres, "filtered", tickets=EMEA)
    _, effect = await desk.write("UPDATE tickets SET note = 'x' WHERE id < 5")
    assert [change.key["id"] for change in effect.changes] == ["2", "4"]
    elsewhere = User("bob", "acme", frozenset(), {"territory": "AMER"})
    with pytest.raises(Conflict) as conflict:
        await desk.plan_undo(effect, elsewhere)
    assert [row for _, row in conflict.value.differences] == [None, None]

    await desk.execute("ALTER TABLE public.tickets ALTER COLUMN team SET DEFAULT 'AMER'")
    assert await rule(desk, "INSERT INTO tickets(title) VALUES ('theirs')") == "row_filter"
    nobody = User("eve", "acme", frozenset(), {})
    with pytest.raises(Denied):
        await desk.plan(UPDATE, nobody)


@pytest.mark.threat("T29")
async def test_a_row_that_its_user_could_not_have_is_refused_in_the_plan(postgres: Postgres) -> None:
    few = {**EMEA, "rows": "team = :territory AND id < 500"}
    desk = await make_desk(postgres, "filtered3", tickets=few)
    one, known = "INSERT INTO tickets(title) VALUES ('a')", "INSERT INTO tickets(id, title) VALUES ({}, 'b')"
    await desk.execute("ALTER TABLE public.tickets ALTER team DROP NOT NULL")
    for default, sql in (
        ("'AMER'", known.format(200)),
        ("NULL", known.format(200)),
        ("'EMEA'", known.format("200, 'a'), (600")),
    ):
        await desk.execute(f"ALTER TABLE public.tickets ALTER team SET DEFAULT {default}")
        with pytest.raises(Denied) as denied:
            await desk.plan(sql)
        assert denied.value.rule == "row_filter"
    await desk.write(one)
    await desk.write(known.format("200, 'a'), (201"))
    # What is told no sooner than it is stored is looked at then.
    await desk.execute("ALTER TABLE public.tickets ALTER team SET DEFAULT lower('AMER')")
    await desk.plan(known.format(300))
    assert await rule(desk, known.format(300)) == "row_filter"


@pytest.mark.threat("T29")
async def test_a_plan_of_one_users_rows_is_carried_out_on_no_others(postgres: Postgres) -> None:
    desk = await make_desk(postgres, "filtered2", tickets=EMEA)
    plan = await desk.plan("UPDATE tickets SET note = 'x' WHERE id = 2")
    await desk.execute("UPDATE public.tickets SET team = 'AMER' WHERE id = 2")
    with pytest.raises(StaleConfirmation):
        await desk.carry_out(plan)


@pytest.mark.threat("T50")
async def test_taking_back_never_overwrites_what_others_changed_since(desk: Desk) -> None:
    _, effect = await desk.write(UPDATE)
    await desk.execute("UPDATE public.tickets SET price = 77, note = 'theirs' WHERE id = 2")
    with pytest.raises(Conflict) as conflict:
        await desk.plan_undo(effect)
    ((change, now),) = conflict.value.differences
    assert change.key == {"id": "2"}
    assert now is not None
    assert now["price"] == "77.00"


@pytest.mark.threat("T50")
async def test_taking_an_update_back_leaves_other_columns_as_others_made_them(desk: Desk) -> None:
    _, effect = await desk.write(UPDATE)
    await desk.execute("UPDATE public.tickets SET note = 'theirs' WHERE id = 2")
    await desk.undo(effect)
    rows = await desk.rows()
    assert rows[1][3:] == (Decimal("3.00"), "theirs")


@pytest.mark.threat("T50")
async def test_a_change_between_the_plan_to_take_back_and_the_act_voids_it(desk: Desk) -> None:
    _, effect = await desk.write(UPDATE)
    plan = await desk.plan_undo(effect)
    await desk.execute("UPDATE public.tickets SET price = 77 WHERE id = 2")
    with pytest.raises(StaleConfirmation):
        await desk.carry_out(plan)


@pytest.mark.threat("T50")
@pytest.mark.parametrize("kind", ["added", "deleted"])
async def test_a_row_that_somebody_else_made_or_changed_stays(desk: Desk, kind: str) -> None:
    if kind == "deleted":
        _, effect = await desk.write("DELETE FROM tickets WHERE id = 1")
        await desk.execute("INSERT INTO public.tickets(id, title) VALUES (1, 'theirs')")
    else:
        _, effect = await desk.write("INSERT INTO tickets(id, title) VALUES (1000, 'mine')")
        await desk.execute("UPDATE public.tickets SET note = 'theirs' WHERE id = 1000")
    before = await desk.rows()
    with pytest.raises(Conflict):
        await desk.plan_undo(effect)
    assert await desk.rows() == before


@pytest.mark.threat("T50")
async def test_what_was_taken_back_can_be_done_again(desk: Desk) -> None:
    for sql in (
        UPDATE,
        "DELETE FROM tickets WHERE id < 4",
        "INSERT INTO tickets(id, title) VALUES (900, 'x')",
    ):
        before = await desk.rows()
        _, effect = await desk.write(sql)
        after = await desk.rows()
        undone = await desk.undo(effect)
        assert await desk.rows() == before
        again = await desk.undo(undone)
        assert await desk.rows() == after
        await desk.undo(again)


async def test_what_can_not_be_taken_back_says_so_before_it_is_confirmed(postgres: Postgres) -> None:
    open_ = {"columns": ["id", "title"], "key": ["id"], "write": ["title"]}
    desk = await make_desk(postgres, "finals", tickets=open_)
    deleted = await desk.plan("DELETE FROM tickets WHERE id = 1")
    assert deleted.effect is not None
    assert "not open" in deleted.effect.final
    partly = await make_desk(postgres, "finals2", tickets={**TICKETS, "write": ["title", "note"]})
    added = await partly.plan("INSERT INTO tickets(title) VALUES ('x')")
    assert added.effect is not None
    assert "deleted" in added.effect.final
    updated = await partly.plan("UPDATE tickets SET note = 'x' WHERE id = 1")
    assert updated.effect is not None
    assert updated.effect.final == ""


MADE = """
CREATE TABLE public.made(id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, size int,
    twice int GENERATED ALWAYS AS (size * 2) STORED, part int);
INSERT INTO public.made(size, part) SELECT g, g FROM generate_series(1, 5) g;
CREATE TABLE public.parted(id int, part int, note text, PRIMARY KEY (id, part)) PARTITION BY LIST (part);
CREATE TABLE public.parted_1 PARTITION OF public.parted FOR VALUES IN (1);
CREATE TABLE public.parted_2 PARTITION OF public.parted DEFAULT;
INSERT INTO public.parted SELECT g, g % 2, 'n' || g FROM generate_series(1, 6) g;
CREATE TABLE public.serials(id serial PRIMARY KEY, note text);
"""


@pytest.fixture
async def mill(postgres: Postgres) -> Desk:
    return await make_desk(
        postgres,
        "mill",
        MADE,
        made={"columns": ["id", "size", "twice", "part"], "key": ["id"], "write": ["size", "twice", "part"]},
        parted={"columns": ["id", "part", "note"], "key": ["id", "part"], "write": ["note"]},
        serials={"columns": ["id", "note"], "key": ["id"], "write": ["note"]},
    )


async def test_what_only_the_server_makes_is_not_written_and_comes_back_all_the_same(mill: Desk) -> None:
    for sql in (
        "UPDATE made SET twice = 3 WHERE id = 1",
        "INSERT INTO made(id, size) VALUES (7, 1)",
        "INSERT INTO made(size, twice) VALUES (7, 1)",
    ):
        with pytest.raises(Denied) as denied:
            await mill.plan(sql)
        assert denied.value.rule == "made"
    made = "SELECT * FROM public.made ORDER BY id"
    before = await mill.rows(made)
    _, effect = await mill.write("DELETE FROM made WHERE id IN (2, 3)")
    assert effect.final == ""
    await mill.undo(effect)
    assert await mill.rows(made) == before
    raw, effect = await mill.write("UPDATE made SET size = 50 WHERE id = 1")
    assert raw.table.rows == ((1, 50, 100, 1),)
    await mill.undo(effect)
    assert await mill.rows(made) == before


async def test_partitions_are_written_through_their_table(mill: Desk) -> None:
    parted = "SELECT * FROM public.parted ORDER BY id"
    before = await mill.rows(parted)
    for sql in (
        "UPDATE parted SET note = 'x' WHERE id > 2",
        "DELETE FROM parted WHERE id < 4",
        "INSERT INTO parted(id, part, note) VALUES (9, 1, 'x'), (9, 2, 'y')",
    ):
        _, effect = await mill.write(sql)
        assert await mill.rows(parted) != before
        await mill.undo(effect)
        assert await mill.rows(parted) == before


async def test_a_serial_key_is_given_by_its_sequence(mill: Desk) -> None:
    raw, _ = await mill.write("INSERT INTO serials(note) VALUES ('a'), ('b')")
    assert raw.table.rows == ((1, "a"), (2, "b"))
    async with mill.connector() as connector:
        assert [finding.what for finding in await connector.inspect(mill.credential)] == []


@pytest.mark.threat("T29")
@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO tickets(title) VALUES ('x')",
        "WITH w AS (UPDATE tickets SET note = 'x' WHERE id = 1 RETURNING id) SELECT * FROM w",
        "SELECT setval('public.tickets_id_seq', 1)",
        "SELECT set_config('transaction_read_only', 'off', true) FROM tickets",
    ],
)
async def test_the_tools_that_read_can_not_write_with_a_role_that_could(desk: Desk, sql: str) -> None:
    before = await desk.rows()
    async with desk.session(ADA) as (connector, session):
        with pytest.raises(Refusal):
            await session.plan(call_of(tool_of(connector, "query"), {"sql": sql}), {})
    assert await desk.rows() == before


@pytest.mark.threat("T29")
async def test_only_carrying_a_write_out_opens_a_transaction_that_could_write(desk: Desk) -> None:
    shown: list[str] = []
    async with desk.session(ADA) as (connector, session):
        assert isinstance(session, PostgresSession)

        async def look() -> None:
            shown.append(await session._link.fetchval("SHOW transaction_read_only"))

        class Looking(Notes):
            async def note(self, effect: Effect, mark: Any) -> None:
                await look()

        query = call_of(tool_of(connector, "query"), {"sql": "SELECT id FROM tickets"})
        write = call_of(tool_of(connector, "write"), {"sql": UPDATE})
        planned = await session.plan(write, {})
        await look()
        await session.carry_out(grant_of(planned), Looking())
        asked = await session.plan(query, {})
        await look()
        await session.carry_out(grant_of(asked), Notes())
        await look()
    assert shown == ["on", "off", "on", "on"]
