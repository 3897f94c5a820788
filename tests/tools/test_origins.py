"""Each answer of a database says which columns of its tables it is made of."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from policies.call import Origin, Table
from tests.backends import Postgres
from tests.proofs import run
from tests.tools.desk import make_desk
from tests.tools.shop import TABLES, make_shop
from tests.tools.sqlite_file import connector_of, execute, writable, write

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T27")]

ALIASED = "SELECT c.email AS x, upper(name) AS y, count(*) AS n FROM customers c WHERE id = {} GROUP BY 1, 2"
LABELLED = {**TABLES["public.customers"], "labels": {"email": "US_SSN"}}


def origins(table: Table) -> Sequence[tuple[Origin, ...]]:
    return [column.origins for column in table.columns]


async def test_postgresqls_says_so_at_first_again_and_of_a_statement_like_it(postgres: Postgres) -> None:
    shop = await make_shop(postgres, "origins")
    connector = shop.connector(tables={**TABLES, "public.customers": LABELLED})
    for number in (1, 1, 2, 3):
        sql = ALIASED.format(number)
        table = await run(connector, "query", {"sql": sql}, credential=shop.credential)
        assert table.rows[0][0] == f"c{number}@example.com"
        assert origins(table) == [
            (Origin("public.customers", "email", "US_SSN"),),
            (Origin("public.customers", "name", changed=True),),
            (),
        ]
    sql = "SELECT * FROM (SELECT name, name FROM customers) AS q LIMIT 1"
    twice = await run(connector, "query", {"sql": sql}, credential=shop.credential)
    assert origins(twice) == [(Origin("public.customers", "name", changed=True),)] * 2
    await connector.close()


async def test_postgresqls_answer_to_a_write_is_made_of_the_tables_own_columns(postgres: Postgres) -> None:
    desk = await make_desk(postgres, "origins_desk")
    raw, _ = await desk.write("UPDATE tickets SET note = 'x' WHERE id = 3")
    assert origins(raw.table) == [
        (Origin("public.tickets", name),) for name in ("id", "team", "title", "price", "note")
    ]


async def test_sqlites_says_so_too(tmp_path: Path) -> None:
    execute(tmp_path / "s.db", "CREATE TABLE t(id INTEGER PRIMARY KEY, a); INSERT INTO t VALUES (1, 'x')")
    connector = connector_of(tmp_path / "s.db", tables={"t": writable("a", labels={"a": "AGE"})})
    table = await run(connector, "query", {"sql": "SELECT A AS x, a || id FROM T"})
    assert origins(table) == [
        (Origin("main.t", "a", "AGE"),),
        (Origin("main.t", "a", "AGE", changed=True), Origin("main.t", "id", changed=True)),
    ]
    table, _ = await write(connector, "UPDATE t SET a = 'y' WHERE id = 1")
    assert origins(table) == [(Origin("main.t", "id"),), (Origin("main.t", "a", "AGE"),)]
