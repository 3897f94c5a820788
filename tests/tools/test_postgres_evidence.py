"""What was seen of a statement is good for exactly that statement, and not for long."""

# pyright: reportPrivateUsage=false

from collections.abc import AsyncGenerator, Mapping
from typing import Any

import pytest

from policies.call import User
from policies.canonical import Json
from policies.errors import Denied, UpstreamFailed
from tests.backends import Postgres
from tests.proofs import ADA, run
from tests.tools.shop import TABLES, Shop, make_shop
from tools.postgres.connector import PostgresConnector
from tools.postgres.evidence import KEEPS, Evidences
from tools.postgres.message import Message
from tools.postgres.session import PostgresSession

ORDERS = {"sql": "SELECT id, note FROM orders WHERE id < 4 ORDER BY id"}


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def message(sql: str = "SELECT 1", *parameters: Json, claims: Mapping[str, Json] | None = None) -> Message:
    return Message("query", sql, parameters, claims or {})


def test_evidence_is_of_the_very_text_its_parameters_and_the_claims() -> None:
    evidences = Evidences()
    plain = message("SELECT 1", "EMEA", claims={"territory": "EMEA"})
    evidences.keep(plain, message("SELECT c1"), 7)
    found = evidences.of(plain)
    assert found is not None
    assert (found.rendered, found.cost) == ("SELECT c1", 7)
    for other in (
        message("SELECT 1 ", "EMEA", claims={"territory": "EMEA"}),
        message("SELECT 1", "AMER", claims={"territory": "EMEA"}),
        message("SELECT 1", "EMEA", claims={"territory": "AMER"}),
        message("SELECT 1", "EMEA"),
        message("SELECT 1", claims={"territory": "EMEA"}),
    ):
        assert evidences.of(other) is None


def test_evidence_does_not_keep() -> None:
    clock = Clock()
    evidences = Evidences(clock)
    evidences.keep(message(), message(), 1)
    clock.now += KEEPS - 1
    assert evidences.of(message()) is not None
    clock.now += 1
    assert evidences.of(message()) is None


@pytest.fixture
async def shop(postgres: Postgres) -> Shop:
    return await make_shop(postgres, "evidence")


@pytest.fixture
async def connector(shop: Shop) -> AsyncGenerator[PostgresConnector]:
    connector = shop.connector()
    yield connector
    await connector.close()


@pytest.fixture
def explained(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that the planner is asked about."""
    asked: list[str] = []
    ask = PostgresSession._testimony

    async def watched(self: PostgresSession, message: Message) -> Any:
        asked.append(message.sql)
        return await ask(self, message)

    monkeypatch.setattr(PostgresSession, "_testimony", watched)
    return asked


@pytest.mark.anyio
async def test_the_planner_is_asked_once_about_a_statement_that_comes_again(
    shop: Shop, connector: PostgresConnector, explained: list[str]
) -> None:
    answers = [await run(connector, "query", ORDERS, credential=shop.credential) for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert len(explained) == 1
    await shop.execute("UPDATE orders SET note = 'changed' WHERE id = 2")
    changed = await run(connector, "query", ORDERS, credential=shop.credential)
    assert changed.rows[1] == (2, "changed")
    assert len(explained) == 1


@pytest.mark.anyio
async def test_users_whose_claims_differ_share_no_evidence(shop: Shop, explained: list[str]) -> None:
    rules = {**TABLES["public.customers"], "rows": "territory = :territory"}
    connector = shop.connector(tables={"public.customers": rules})
    sql = {"sql": "SELECT DISTINCT territory FROM customers"}
    for territory in ("EMEA", "AMER", "EMEA"):
        user = User(ADA.id, ADA.tenant, ADA.roles, {"territory": territory})
        answer = await run(connector, "query", sql, user=user, credential=shop.credential)
        assert answer.rows == ((territory,),)
    assert len(explained) == 2
    await connector.close()


@pytest.mark.anyio
@pytest.mark.threat("T29")
async def test_a_statement_that_costs_too_much_costs_too_much_again(shop: Shop, explained: list[str]) -> None:
    connector = shop.connector(max_cost=1)
    for _ in range(2):
        with pytest.raises(Denied) as refusal:
            await run(connector, "query", ORDERS, credential=shop.credential)
        assert refusal.value.rule == "cost"
    await connector.close()


@pytest.mark.anyio
@pytest.mark.parametrize("change", ["ALTER COLUMN id TYPE bigint", "DROP COLUMN note"])
async def test_a_table_that_has_changed_is_looked_at_again_after_one_call_at_most(
    shop: Shop, connector: PostgresConnector, explained: list[str], change: str
) -> None:
    for _ in range(2):
        await run(connector, "query", ORDERS, credential=shop.credential)
    await shop.execute(f"ALTER TABLE orders {change}")
    with pytest.raises(UpstreamFailed):
        await run(connector, "query", ORDERS, credential=shop.credential)
    if change.startswith("DROP"):
        with pytest.raises(UpstreamFailed):
            await run(connector, "query", ORDERS, credential=shop.credential)
    else:
        answer = await run(connector, "query", ORDERS, credential=shop.credential)
        assert answer.rows[2] == (3, "xxx")
        assert len(explained) == 2


@pytest.mark.anyio
async def test_behind_a_pooler_that_forgets_what_was_prepared_the_answer_is_the_same(
    shop: Shop, connector: PostgresConnector
) -> None:
    answers = [await run(connector, "query", ORDERS, credential=shop.credential) for _ in range(2)]
    (way,) = connector._ways.values()
    async with way.pool.acquire() as link:
        await link.execute("DEALLOCATE ALL")
    answers.append(await run(connector, "query", ORDERS, credential=shop.credential))
    assert answers[0] == answers[1] == answers[2]


@pytest.mark.anyio
async def test_no_two_connections_give_what_they_prepare_one_name(
    shop: Shop, connector: PostgresConnector
) -> None:
    for _ in range(2):
        await run(connector, "query", ORDERS, credential=shop.credential)
    (way,) = connector._ways.values()
    names: list[str] = []
    async with way.pool.acquire() as one, way.pool.acquire() as other:
        for link in (one, other):
            await link.fetchval("SELECT 1")
            rows = await link.fetch("SELECT name FROM pg_prepared_statements")
            names += [row["name"] for row in rows]
    assert names
    assert len(set(names)) == len(names)
    assert all(name.startswith("remit_stmt_") and len(name) == len("remit_stmt_") + 32 for name in names)
