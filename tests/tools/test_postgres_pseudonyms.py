"""What a pseudonym stands for is sent to PostgreSQL, and nothing that outlives the call remembers it."""

# pyright: reportPrivateUsage=false

import gc
from collections.abc import AsyncGenerator, Iterator
from typing import Any

import pytest

from policies.call import Plan, Raw
from policies.errors import Denied
from policies.pseudonyms import Mint
from tests.backends import Postgres
from tests.proofs import ADA, Notes, call_of, grant_of, tool_of
from tests.tools.shop import Shop, make_shop
from tools.postgres.connector import PostgresConnector
from tools.postgres.session import PostgresSession

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T28")]

PSEUDONYM = str(Mint(bytes(32), "a context").make("PERSON", 1))
VALUE = "Customer O'Hara"
SQL = f"SELECT id, territory FROM customers WHERE name = '{PSEUDONYM}'"


@pytest.fixture
async def shop(postgres: Postgres) -> Shop:
    shop = await make_shop(postgres, "pseudonyms")
    await shop.execute("UPDATE customers SET name = 'Customer O''Hara' WHERE id = 7")
    return shop


@pytest.fixture
async def connector(shop: Shop) -> AsyncGenerator[PostgresConnector]:
    connector = shop.connector()
    yield connector
    await connector.close()


def held() -> Iterator[str]:
    """The texts in every collection that there is in this process."""
    # The plain ones alone: others run code of their own when they are looked at.
    every: Any = gc.get_objects()
    for each in every:
        parts: Any = [*each, *each.values()] if type(each) is dict else each
        if type(parts) not in {list, tuple}:
            continue
        for part in parts:
            if isinstance(part, str):
                yield part


async def ask(shop: Shop, connector: PostgresConnector, sql: str, value: str = VALUE) -> tuple[Plan, Raw]:
    call = call_of(tool_of(connector, "query"), {"sql": sql})
    async with connector.open(ADA, shop.credential) as session:
        plan = await session.plan(call, {PSEUDONYM: value})
        return plan, await session.carry_out(grant_of(plan), Notes())


async def test_a_row_is_found_by_what_the_pseudonym_stands_for(
    shop: Shop, connector: PostgresConnector
) -> None:
    plan, raw = await ask(shop, connector, SQL)
    assert raw.table.rows == ((7, "AMER"),)
    assert "O''Hara" in str(plan.request["sql"])
    assert PSEUDONYM not in str(plan.request)
    # The same text again, of another context.
    assert (await ask(shop, connector, SQL, "Customer 8"))[1].table.rows == ((8, "EMEA"),)


async def test_nothing_is_remembered_of_it_that_outlives_the_call(
    shop: Shop, connector: PostgresConnector
) -> None:
    for _ in range(3):
        await ask(shop, connector, SQL)
    async with connector.open(ADA, shop.credential) as session:
        assert isinstance(session, PostgresSession)
        kept = await session._link.fetch("SELECT statement FROM pg_prepared_statements")
    assert not [row for row in kept if "Hara" in str(row)]
    gc.collect()
    assert not [text for text in held() if '."customers"' in text and "O''Hara" in text]


async def test_it_is_explained_with_the_pseudonym_as_it_stands(
    shop: Shop, connector: PostgresConnector
) -> None:
    call = call_of(tool_of(connector, "explain"), {"sql": SQL})
    async with connector.open(ADA, shop.credential) as session:
        plan = await session.plan(call, {PSEUDONYM: VALUE})
        table = (await session.carry_out(grant_of(plan), Notes())).table
    assert "Hara" not in str(plan.request) + str(table.rows)


async def test_it_does_not_come_back_from_a_select_list(shop: Shop, connector: PostgresConnector) -> None:
    with pytest.raises(Denied) as denied:
        await ask(shop, connector, f"SELECT reverse('{PSEUDONYM}')")
    assert denied.value.rule == "pseudonym"
