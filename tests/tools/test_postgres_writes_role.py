"""The grants that docs/postgres.md lists for writing: they are enough, and each of them is needed."""

import re
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest

from policies.secret import Credential, Secret
from tests.backends import Postgres
from tests.tools.desk import Desk

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T09")]

SECTION: Final = (
    Path(__file__).parents[2].joinpath("docs/postgres.md").read_text().split("## Writes")[1].split("\n## ")[0]
)
SCHEMA: Final = """
REVOKE ALL ON SCHEMA public FROM PUBLIC;
CREATE TABLE public.tickets(id serial PRIMARY KEY, title text NOT NULL, price numeric(10, 2));
INSERT INTO public.tickets(title, price) VALUES ('a', 1), ('b', 2);
"""


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", SECTION, re.DOTALL)
    assert found is not None
    return found[1]


GRANTS: Final = block("sql").splitlines()


@pytest.fixture
async def desk(postgres: Postgres) -> Desk:
    await postgres.create_database("granted")
    tables: dict[str, Any] = tomllib.loads(block("toml"))["sources"]["shop"]["tables"]
    credential = Credential(Secret(await postgres.create_login("remit_shop", "NOINHERIT")))
    desk = Desk(postgres, "granted", "remit_shop", credential, tables)
    await desk.execute("\n".join([SCHEMA, *GRANTS]))
    return desk


async def findings(desk: Desk) -> list[str]:
    async with desk.connector() as connector:
        return [finding.what for finding in await connector.inspect(desk.credential)]


async def test_with_these_grants_a_role_can_do_all_that_is_configured(desk: Desk) -> None:
    assert await findings(desk) == []
    before = await desk.rows()
    for sql in (
        "UPDATE tickets SET title = 'x', price = 3 WHERE id = 1",
        "DELETE FROM tickets WHERE id = 2",
        "INSERT INTO tickets (title) VALUES ('c')",
        "INSERT INTO tickets (id, title) VALUES (50, 'c')",
    ):
        _, effect = await desk.write(sql)
        assert await desk.rows() != before
        await desk.undo(effect)
        assert await desk.rows() == before


async def test_the_doctor_misses_each_of_them(desk: Desk) -> None:
    for grant in GRANTS:
        await desk.execute(grant.replace("GRANT", "REVOKE", 1).replace(" TO ", " FROM ", 1))
        assert await findings(desk) != [], grant
        await desk.execute(grant)
    assert await findings(desk) == []


async def test_one_grant_more_is_too_much(desk: Desk) -> None:
    await desk.execute("GRANT UPDATE (id) ON TABLE public.tickets TO remit_shop")
    assert any("public.tickets.id" in what for what in await findings(desk))
