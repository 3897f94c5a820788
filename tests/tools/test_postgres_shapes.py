"""Statements that differ in what they compare with alone are told of their columns once."""

# pyright: reportPrivateUsage=false

from collections.abc import AsyncGenerator
from typing import Any, cast

import pytest

from policies.errors import Denied, UpstreamFailed
from tests.backends import Postgres
from tests.proofs import ADA, Notes, call_of, grant_of, run, tool_of
from tests.tools.shop import Shop, make_shop
from tools.postgres.connector import PostgresConnector
from tools.postgres.constants import parted, shape
from tools.postgres.evidence import KEEPS
from tools.postgres.session import PostgresSession
from tools.postgres.shapes import Shapes


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('SELECT "a" FROM "t" WHERE "id" = 1', 'SELECT "a" FROM "t" WHERE "id" = 2147483647'),
        ("SELECT 1 WHERE \"a\" = 'x'", "SELECT 1 WHERE \"a\" = 'it''s = 5'"),
        ('SELECT 1 WHERE "a" >= 1.5 AND "b" <> 1', 'SELECT 1 WHERE "a" >= 9223372036854775808 AND "b" <> 2'),
    ],
)
def test_what_is_compared_with_is_no_part_of_a_shape(one: str, other: str) -> None:
    assert shape(one) == shape(other) != one


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SELECT 1 WHERE 5 = 1", "SELECT 1 WHERE 5 = 2147483648"),
        ("SELECT 1 WHERE 5 = 1", "SELECT 1 WHERE 5 = 1.0"),
        ("SELECT 1 WHERE 5 = 1", "SELECT 1 WHERE 5 = '1'"),
        ("SELECT 1 WHERE 5 = 1", "SELECT 1 WHERE 5 = 1e3"),
        ("SELECT 1 WHERE 5 = 1", "SELECT 1 WHERE 5 = 0x1F"),
        ("SELECT CAST(1 AS FLOAT(24))", "SELECT CAST(1 AS FLOAT(25))"),
        ("SELECT 1 LIMIT 1", "SELECT 1 LIMIT 2"),
        ('SELECT "c = 1"', 'SELECT "c = 2"'),
        ("SELECT 'c = 1'", "SELECT 'c = 2'"),
        ('SELECT 1 WHERE "a" = $1', 'SELECT 1 WHERE "a" = $2'),
        ("SELECT 1 WHERE \"a\" = E'\\'' AND 'x' = ' = 1'", "SELECT 1 WHERE \"a\" = E'\\'' AND 'x' = ' = 2'"),
        ('SELECT 1 WHERE "a" = $$\'$$ AND 5 = 1', 'SELECT 1 WHERE "a" = $$\'$$ AND 5 = 2'),
        ("SELECT 1 /* ' */ WHERE 5 = 1", "SELECT 1 /* ' */ WHERE 5 = 2"),
    ],
)
def test_what_may_be_of_another_type_is_of_another_shape(one: str, other: str) -> None:
    assert shape(one) != shape(other)


def test_a_shape_does_not_keep() -> None:
    now = [1000.0]
    shapes = Shapes(lambda: now[0])
    shapes.keep("SELECT 1", ())
    now[0] += KEEPS - 1
    assert shapes.of("SELECT 1") == ()
    now[0] += 1
    assert shapes.of("SELECT 1") is None


@pytest.fixture
async def shop(postgres: Postgres) -> Shop:
    return await make_shop(postgres, "shapes")


@pytest.fixture
async def connector(shop: Shop) -> AsyncGenerator[PostgresConnector]:
    connector = shop.connector()
    yield connector
    await connector.close()


@pytest.mark.anyio
@pytest.mark.parametrize(
    "constant", ["0", "2147483647", "2147483648", "9223372036854775807", "9223372036854775808", "1.0"]
)
async def test_the_server_gives_a_constant_the_type_that_a_shape_says(shop: Shop, constant: str) -> None:
    names = {"?int4": "integer", "?int8": "bigint", "?numeric": "numeric"}
    async with shop.server.admin() as admin:
        said = await admin.fetchval(f"SELECT pg_typeof({constant})::text")
    assert names[shape(f"= {constant}").removeprefix("= ")] == said


@pytest.mark.anyio
async def test_only_the_first_of_a_shape_asks_of_its_columns(
    connector: PostgresConnector, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    explained: list[str] = []
    ask = PostgresSession._testimony

    async def watched(self: PostgresSession, message: Any) -> Any:
        explained.append(message.sql)
        return await ask(self, message)

    monkeypatch.setattr(PostgresSession, "_testimony", watched)
    described: list[str] = []
    keep = Shapes.keep

    def kept(self: Shapes, sql: str, outputs: Any) -> None:
        described.append(sql)
        keep(self, sql, outputs)

    monkeypatch.setattr(Shapes, "keep", kept)
    for number in (3, 4, 5):
        sql = f"SELECT id, amount, note FROM orders WHERE id = {number}"
        answer = await run(connector, "query", {"sql": sql}, credential=shop.credential)
        assert answer.rows == ((number, f"{number * 1.5:.2f}", "x" * number),)
    assert (len(described), len(explained)) == (1, 3)


@pytest.mark.anyio
@pytest.mark.parametrize("constant", ["amount = {}.5", "customer_id = {} + 2"])
@pytest.mark.parametrize(("change", "seen"), [("bigint", int), ("text", str)])
async def test_a_type_that_has_changed_fails_one_call_of_its_shape_at_most(
    shop: Shop, connector: PostgresConnector, change: str, seen: type, constant: str
) -> None:
    async def ask(number: int) -> type:
        sql = f"SELECT id FROM orders WHERE {constant.format(number)}"
        return type((await run(connector, "query", {"sql": sql}, credential=shop.credential)).rows[0][0])

    for number in (1, 4):
        assert await ask(number) is int
    await shop.execute(f"ALTER TABLE orders ALTER COLUMN id TYPE {change}")
    answers: list[type] = []
    failures = 0
    for number in (7, 10, 13, 16, 19):
        try:
            answers.append(await ask(number))
        except UpstreamFailed:
            failures += 1
    assert answers[-4:] == [seen] * 4
    assert failures <= 1


@pytest.mark.anyio
@pytest.mark.threat("T29", "T40")
async def test_the_planner_is_told_what_a_statement_of_a_known_shape_compares_with(shop: Shop) -> None:
    connector = shop.connector(max_cost=30, max_rows=5000)

    async def ask(number: int) -> int:
        sql = {"sql": f"SELECT id, note FROM orders WHERE id < {number}"}
        return len((await run(connector, "query", sql, credential=shop.credential)).rows)

    for _ in range(8):  # more than PostgreSQL looks at before it plans for all values alike
        for number in (2, 3, 4):
            assert await ask(number) == number - 1
        with pytest.raises(Denied) as refusal:
            await ask(2900)
        assert refusal.value.rule == "cost"
    await connector.close()


@pytest.mark.anyio
async def test_each_execution_is_planned_for_its_own_constants(
    shop: Shop, connector: PostgresConnector
) -> None:
    for number in range(1, 12):
        sql = f"SELECT id FROM orders WHERE id = {number}"
        await run(connector, "query", {"sql": sql}, credential=shop.credential)
    (way,) = connector._ways.values()
    async with way.pool.acquire() as link:
        counted = await link.fetch(
            "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE $1",
            "SELECT%CAST($1 AS%",
        )
    assert [tuple(row) for row in counted] == [(0, 10)]


@pytest.mark.anyio
async def test_behind_a_pooler_that_forgets_a_statement_of_a_known_shape_is_answered(
    shop: Shop, connector: PostgresConnector
) -> None:
    async def ask(number: int) -> tuple[Any, ...]:
        sql = {"sql": f"SELECT id FROM orders WHERE id = {number}"}
        return (await run(connector, "query", sql, credential=shop.credential)).rows

    for number in range(1, 8):
        assert await ask(number) == ((number,),)
        (way,) = connector._ways.values()
        async with way.pool.acquire() as link:
            await link.execute("DEALLOCATE ALL")


@pytest.mark.anyio
async def test_a_connection_that_is_lost_under_a_statement_of_a_known_shape_is_a_failure_of_the_source(
    shop: Shop, connector: PostgresConnector
) -> None:
    sql = "SELECT id FROM orders WHERE id = {}"
    for number in (1, 2):
        await run(connector, "query", {"sql": sql.format(number)}, credential=shop.credential)
    async with connector.open(ADA, shop.credential) as session:
        plan = await session.plan(call_of(tool_of(connector, "query"), {"sql": sql.format(3)}), {})
        cast("PostgresSession", session)._link.terminate()
        with pytest.raises(UpstreamFailed):
            await session.carry_out(grant_of(plan), Notes())
    answer = await run(connector, "query", {"sql": sql.format(4)}, credential=shop.credential)
    assert answer.rows == ((4,),)


@pytest.mark.anyio
async def test_equal_constants_stay_equal(shop: Shop, connector: PostgresConnector) -> None:
    for number in (3, 4, 5):
        sql = (
            f"SELECT customer_id = {number} AS own, count(*) FROM orders"
            f" WHERE id < 3000000000 AND id <> {number} GROUP BY customer_id = {number} ORDER BY 2"
        )
        answer = await run(connector, "query", {"sql": sql}, credential=shop.credential)
        assert [row[0] for row in answer.rows] == [True, False]


def test_integers_that_are_compared_with_become_parameters_of_their_types() -> None:
    assert parted('WHERE "a" = 5 AND "b" < 5 AND "c" >= 3000000000 LIMIT 7', 2) == (
        (
            'WHERE "a" = CAST($3 AS pg_catalog.int4) AND "b" < CAST($3 AS pg_catalog.int4)'
            ' AND "c" >= CAST($4 AS pg_catalog.int8) LIMIT 7'
        ),
        (5, 3_000_000_000),
    )


@pytest.mark.parametrize(
    "sql",
    [
        'SELECT 1 WHERE "a" = 5 AND "b" = \'x\'',
        'SELECT 1 WHERE "a" = 5 AND "b" = 1.5',
        'SELECT 1 WHERE "a" = 5 AND "b" = E\'x\'',
        "SELECT '= 5', \"= 5\"",
    ],
)
def test_a_statement_that_compares_with_more_than_integers_stays_as_it_is(sql: str) -> None:
    assert parted(sql, 0) == (sql, ())
