"""A role that may do more than its source is for is not used (threat T09)."""

import pytest

from policies.errors import ConfigurationError, Denied
from policies.secret import Credential
from tests.proofs import ADA
from tests.tools.snowflake.gate import READER, Who
from tests.tools.snowflake.lab import TABLES, Lab
from tests.tools.snowflake.writer import granted
from tools.snowflake.role import role_sql

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T09")]

WRITABLE = {**TABLES, "orders": {**TABLES["orders"], "key": ["id"], "write": ["status"]}}


@pytest.mark.parametrize(
    "grant",
    [
        ("INSERT", "TABLE", "SHOP.PUBLIC.ORDERS"),
        ("OWNERSHIP", "TABLE", "SHOP.PUBLIC.ORDERS"),
        ("ALL", "TABLE", "SHOP.PUBLIC.ORDERS"),
        ("CREATE TABLE", "SCHEMA", "SHOP.PUBLIC"),
        ("OPERATE", "WAREHOUSE", "REMIT_WH"),
        ("USAGE", "ROLE", "SYSADMIN"),
        ("USAGE", "DATABASE_ROLE", "SHOP.WRITERS"),
        ("USAGE", "PROCEDURE", "SHOP.PUBLIC.DO_IT()"),
        ("READ", "STAGE", "SHOP.PUBLIC.FILES"),
        ("MANAGE GRANTS", "ACCOUNT", "ACME"),
    ],
    ids=lambda grant: f"{grant[0]} on {grant[1]}".lower(),
)
async def test_a_role_that_may_do_more_is_refused(lab: Lab, grant: tuple[str, str, str]) -> None:
    credential = lab.login(Who(grants=(*READER, grant)))
    with pytest.raises(Denied) as refused:
        await lab.query("SELECT id FROM orders", credential=credential)
    assert refused.value.rule == "over_privileged"
    assert grant[2] in refused.value.detail
    found = await lab.connector(overprivileged="a test").inspect(credential)
    assert any(grant[2] in each.what and "tolerated because: a test" in each.what for each in found)
    tolerated = await lab.query("SELECT 1", credential=credential, overprivileged="a test")
    assert tolerated.rows == (("1",),)


async def test_roles_that_act_besides_are_too_much(lab: Lab) -> None:
    credential = lab.login(Who(secondary='{"roles":"ANALYST","value":"ALL"}'))
    with pytest.raises(Denied) as refused:
        await lab.query("SELECT id FROM orders", credential=credential)
    assert refused.value.rule == "over_privileged"


async def test_a_role_may_write_where_actions_may(lab: Lab) -> None:
    credential = lab.login(Who(grants=(*READER, ("UPDATE", "TABLE", "SHOP.PUBLIC.ORDERS"))))
    await lab.query("SELECT id FROM orders", credential=credential, tables=WRITABLE)
    credential = lab.login(Who(grants=(*READER, ("DELETE", "TABLE", "SHOP.PUBLIC.ORDERS"))))
    with pytest.raises(Denied):
        await lab.query("SELECT id FROM orders", credential=credential, tables=WRITABLE)


async def test_a_role_may_call_the_functions_that_are_configured(lab: Lab) -> None:
    grant = ("USAGE", "FUNCTION", 'SHOP.PUBLIC."SCORE(X NUMBER):NUMBER"')
    credential = lab.login(Who(grants=(*READER, grant)))
    await lab.query("SELECT id FROM orders", credential=credential, functions=["public.score"])
    with pytest.raises(Denied):
        await lab.query("SELECT id FROM orders", credential=credential, functions=["public.scores"])


async def test_the_role_that_remit_asks_for_may_do_all_that_is_configured_and_nothing_else(lab: Lab) -> None:
    sql = role_sql(lab.source(tables=WRITABLE), "remit")
    assert sql.startswith('CREATE ROLE IF NOT EXISTS "REMIT";\n')
    credential = lab.login(Who(grants=granted(sql)))
    assert len(granted(sql)) == 8
    assert not await lab.connector(tables=WRITABLE).inspect(credential)
    with pytest.raises(Denied, match="more than this source is for"):
        await lab.query("SELECT id FROM orders", credential=credential)


async def test_the_role_is_looked_at_once_for_each_token(lab: Lab) -> None:
    connector = lab.connector()
    for _ in range(3):
        async with connector.open(ADA, lab.credential):
            pass
    assert sum("SHOW GRANTS" in order["statement"] for order in lab.gate.orders) == 1


async def test_a_token_that_can_not_take_on_the_role_is_refused(lab: Lab) -> None:
    with pytest.raises(Exception, match="390201"):
        await lab.query("SELECT 1", credential=lab.login(Who(role="OTHER")))


async def test_what_an_operator_should_mend_is_told(lab: Lab) -> None:
    tables = {
        **TABLES,
        "orders": {"columns": ["id", "colour"]},
        "gone": {"columns": ["id"]},
        "customers": {**TABLES["customers"], "rows": "no_such_column = :territory"},
    }
    found = {each.what for each in await lab.connector(tables=tables).inspect(lab.credential)}
    assert found == {
        "public.orders.colour is configured, and does not exist or may not be seen",
        "public.gone.id is configured, and does not exist or may not be seen",
        "the row filter of public.customers does not fit the table",
    }
    assert not await lab.connector().inspect(lab.credential)


async def test_a_token_that_is_taken_no_more_and_a_place_that_is_none_are_told(lab: Lab) -> None:
    unknown = Credential(lab.credential.secret.__class__("unknown"))
    (told,) = await lab.connector().inspect(unknown)
    assert told.what == "the token is not taken"
    assert not await lab.connector().inspect(None)  # a Snowflake is there, and lets nobody in
    (told,) = await lab.connector(dsn="snowflake://127.0.0.1:1/SHOP").inspect(None)
    assert "can't be reached" in told.what


@pytest.mark.parametrize("setting", ["role", "warehouse"])
def test_a_source_without_role_or_warehouse_does_not_start(lab: Lab, setting: str) -> None:
    with pytest.raises(ConfigurationError, match=setting):
        lab.connector(**{setting: None})
