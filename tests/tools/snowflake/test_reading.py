"""Reading Snowflake through its SQL API: rows, types, pages, who sees what, and how it is asked."""

import json

import anyio
import pytest

from policies.errors import Denied, InvalidArgument, NeedsConnection, UpstreamFailed
from tests.proofs import ADA, Notes, call_of, grant_of, tool_of
from tests.tools.snowflake.gate import Who
from tests.tools.snowflake.lab import TABLES, Lab

pytestmark = pytest.mark.anyio

TERRITORY = {**TABLES, "customers": {**TABLES["customers"], "rows": "territory = :territory"}}


async def test_rows_come_with_their_names_and_types(lab: Lab) -> None:
    table = await lab.query(
        "SELECT id, amount, status, placed_at, upper(status) || '!' AS \"So it is\" FROM orders WHERE id = 7"
    )
    assert [(column.name, column.kind.value) for column in table.columns] == [
        ("id", "number"),
        ("amount", "number"),
        ("status", "text"),
        ("placed_at", "time"),
        ("So it is", "text"),
    ]
    assert table.rows == ((7, "67.25", "new", "2024-01-02T03:04:05.678000", "NEW!"),)
    assert table.columns[0].origins[0].column == "id"


async def test_a_result_in_several_partitions_comes_whole_whether_they_are_packed_or_not(lab: Lab) -> None:
    lab.gate.partition = 7
    for packs in (True, False):
        lab.gate.packs = packs
        table = await lab.query("SELECT id FROM orders ORDER BY id")
        assert [row[0] for row in table.rows] == list(range(1, 201))


async def test_no_partition_is_asked_for_beyond_what_fits(lab: Lab) -> None:
    lab.gate.partition = 10
    table = await lab.query("SELECT id FROM orders ORDER BY id", max_rows=15)
    assert (len(table.rows), table.truncated) == (15, True)
    table = await lab.call(
        "query", {"sql": "SELECT id FROM orders ORDER BY id", "cursor": table.next}, max_rows=15
    )
    assert [row[0] for row in table.rows] == list(range(16, 31))


async def test_pages_lead_to_each_other_until_all_was_seen(lab: Lab) -> None:
    sql, seen, cursor = "SELECT id, name FROM customers ORDER BY id", list[object](), None
    while True:
        table = await lab.call(
            "query", {"sql": sql} if cursor is None else {"sql": sql, "cursor": cursor}, max_rows=8
        )
        seen += [row[0] for row in table.rows]
        if (cursor := table.next) is None:
            break
    assert seen == list(range(1, 31))


async def test_a_statement_that_runs_for_a_while_is_waited_for(lab: Lab) -> None:
    await lab.query("SELECT 1")
    lab.gate.looks = 4
    assert (await lab.query("SELECT id FROM orders WHERE id = 3")).rows == ((3,),)


async def test_a_statement_is_cancelled_with_the_call_that_is_given_up(lab: Lab) -> None:
    connector = lab.connector()
    async with connector.open(ADA, lab.credential) as session:
        plan = await session.plan(call_of(tool_of(connector, "query"), {"sql": "SELECT id FROM orders"}), {})
        lab.gate.looks = 10_000
        async with anyio.create_task_group() as group:
            group.start_soon(session.carry_out, grant_of(plan), Notes())
            assert await anyio.to_thread.run_sync(lab.gate.looked.wait, 10, abandon_on_cancel=True)
            group.cancel_scope.cancel()
    *_, last = lab.gate.statements.values()
    assert last.cancelled
    assert '"ORDERS"' in last.order["statement"]


async def test_a_statement_that_takes_too_long_is_cancelled_and_refused(lab: Lab) -> None:
    lab.gate.looks = 10_000
    with pytest.raises(UpstreamFailed, match=r"did not answer within 0\.3 s"):
        await lab.query("SELECT id FROM orders", timeout=0.3)
    assert all(each.cancelled for each in lab.gate.statements.values())


async def test_each_statement_says_as_whom_where_and_for_which_call_it_runs(lab: Lab) -> None:
    await lab.query("SELECT id FROM orders WHERE status = 'paid'", tables=TERRITORY)
    order = lab.gate.orders[-1]
    assert {key: order[key] for key in ("database", "schema", "role", "warehouse", "timeout")} == {
        "database": "SHOP",
        "schema": "PUBLIC",
        "role": "REMIT",
        "warehouse": "REMIT_WH",
        "timeout": 5,
    }
    parameters = order["parameters"]
    assert parameters["multi_statement_count"] == "1"
    assert parameters["rows_per_resultset"] == "1001"
    assert json.loads(parameters["query_tag"]) == {
        "remit": {"user": "ada", "tenant": "acme", "call": "call-1"}
    }


async def test_two_users_see_different_rows(lab: Lab) -> None:
    bob = type(ADA)("bob", "acme", ADA.roles, {"territory": "APAC"})
    seen = [
        {
            str(row[0])
            for row in (await lab.query("SELECT territory FROM customers", user, tables=TERRITORY)).rows
        }
        for user in (ADA, bob)
    ]
    assert seen == [{"EMEA"}, {"APAC"}]
    bindings = lab.gate.orders[-1]["bindings"]
    assert bindings == {"1": {"type": "TEXT", "value": "APAC"}}
    assert "APAC" not in lab.gate.orders[-1]["statement"]


async def test_a_user_without_the_claim_sees_nothing(lab: Lab) -> None:
    nobody = type(ADA)("eve", "acme", ADA.roles, {})
    with pytest.raises(Denied) as refused:
        await lab.query("SELECT id FROM customers", nobody, tables=TERRITORY)
    assert refused.value.rule == "row_filter_claim"


async def test_what_the_role_of_a_token_may_not_see_stays_unseen(lab: Lab) -> None:
    other = lab.login(Who(hidden=frozenset({"CUSTOMERS"})))
    assert (await lab.query("SELECT count(*) FROM orders", credential=other)).rows == (("200",),)
    with pytest.raises(UpstreamFailed, match="002003"):
        await lab.query("SELECT count(*) FROM customers", credential=other)
    told = await lab.call("schema", {}, credential=other)
    assert {str(row[0]) for row in told.rows} == {"public.orders", "public.order_items"}


async def test_the_schema_tells_of_what_is_open_alone(lab: Lab) -> None:
    told = await lab.call("schema", {})
    assert ("public.orders", "amount") in [row[:2] for row in told.rows]
    assert "ssn" not in {str(row[1]) for row in told.rows}
    one = await lab.call("schema", {"table": "orders"})
    assert [row[1] for row in one.rows] == TABLES["orders"]["columns"]
    with pytest.raises(InvalidArgument):
        await lab.call("schema", {"table": "salaries"})


async def test_an_explanation_runs_nothing_and_tells_no_sizes(lab: Lab) -> None:
    told = await lab.call("explain", {"sql": "SELECT id FROM orders WHERE amount > 5"})
    assert [column.name for column in told.columns] == ["step", "operation", "objects"]
    assert lab.gate.orders[-1]["statement"].startswith("EXPLAIN USING TABULAR SELECT")


async def test_a_token_that_was_revoked_ends_the_next_call(lab: Lab) -> None:
    connector = lab.connector()
    async with connector.open(ADA, lab.credential):
        pass
    lab.gate.tokens.clear()
    with pytest.raises(NeedsConnection):
        await lab.query("SELECT 1")


async def test_without_a_token_or_with_what_can_be_none_nothing_is_sent(lab: Lab) -> None:
    for credential in (None, lab.credential.__class__(lab.credential.secret.__class__("a token\r\nx: y"))):
        with pytest.raises(NeedsConnection):
            async with lab.connector().open(ADA, credential):
                pass
    assert not lab.gate.statements
