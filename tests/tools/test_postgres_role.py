"""What a role may be, and the SQL that makes a right one."""

import pytest

from policies.errors import Denied
from policies.secret import Credential, Secret
from tests.backends import Postgres
from tests.proofs import run
from tests.tools.shop import SCHEMA, TABLES, Shop, make_shop
from tools.postgres.role import role_sql

pytestmark = pytest.mark.anyio

COUNT = {"sql": "SELECT count(*) FROM orders"}


@pytest.fixture
async def shop(postgres: Postgres) -> Shop:
    return await make_shop(postgres, "roles")


async def refusal(shop: Shop) -> Denied:
    connector = shop.connector()
    try:
        with pytest.raises(Denied) as denied:
            await run(connector, "query", COUNT, credential=shop.credential)
    finally:
        await connector.close()
    assert denied.value.rule == "over_privileged"
    return denied.value


EXCESSES = [
    ("ALTER ROLE {role} SUPERUSER", "has SUPERUSER"),
    ("ALTER ROLE {role} BYPASSRLS", "has BYPASSRLS"),
    ("ALTER ROLE {role} CREATEROLE", "has CREATEROLE"),
    ("ALTER ROLE {role} CREATEDB", "has CREATEDB"),
    ("ALTER ROLE {role} REPLICATION", "has REPLICATION"),
    ("GRANT pg_read_all_data TO {role}", "is a member of pg_read_all_data"),
    ("GRANT pg_monitor TO {role}", "is a member of pg_monitor"),
    ("GRANT pg_execute_server_program TO {role}", "is a member of pg_execute_server_program"),
    ("ALTER TABLE public.orders OWNER TO {role}", "owns public.orders"),
    ("ALTER DATABASE roles OWNER TO {role}", "owns the database roles"),
    ("GRANT INSERT ON public.orders TO {role}", "may write public.orders"),
    ("GRANT UPDATE (note) ON public.orders TO {role}", "may write public.orders"),
    ("GRANT TRUNCATE ON public.salaries TO {role}", "may write public.salaries"),
    ("GRANT DELETE ON public.salaries TO PUBLIC", "may write public.salaries"),
    ("CREATE SEQUENCE public.s; GRANT USAGE ON SEQUENCE public.s TO {role}", "may write public.s"),
    ("GRANT CREATE ON SCHEMA public TO {role}", "may create in public"),
    ("GRANT CREATE ON DATABASE roles TO {role}", "may create schemas in roles"),
    (
        """CREATE ROLE writers; GRANT UPDATE ON public.orders TO writers; GRANT writers TO {role};
        ALTER ROLE {role} NOINHERIT""",
        "may write public.orders",
    ),
    ("CREATE ROLE boss SUPERUSER; GRANT boss TO {role}", "has SUPERUSER boss"),
    ("CREATE ROLE quiet; ALTER ROLE {role} SUPERUSER; ALTER ROLE {role} SET role = quiet", "has SUPERUSER"),
]


@pytest.mark.threat("T09")
@pytest.mark.parametrize(("sql", "what"), EXCESSES)
async def test_a_role_that_can_do_more_than_read_is_refused(shop: Shop, sql: str, what: str) -> None:
    try:
        await shop.execute(sql.format(role=shop.role))
        denied = await refusal(shop)
        assert what in denied.detail
        assert "salaries" not in denied.message
    finally:
        for role in ("writers", "boss", "quiet"):
            await shop.execute(
                f"DO $$ BEGIN DROP OWNED BY {role}; EXCEPTION WHEN undefined_object THEN END $$"
            )
            await shop.execute(f"DROP ROLE IF EXISTS {role}")
        await shop.execute("ALTER DATABASE roles OWNER TO postgres")


async def test_the_exception_is_spelled_out_in_the_configuration(shop: Shop) -> None:
    await shop.execute(f"GRANT INSERT ON public.orders TO {shop.role}")
    connector = shop.connector(overprivileged="the import job shares this role until May")
    assert (await run(connector, "query", COUNT, credential=shop.credential)).rows == ((3000,),)
    findings = await connector.inspect(shop.credential)
    assert any("until May" in finding.what for finding in findings)
    assert not any(finding.fatal for finding in findings)
    await connector.close()


async def test_a_right_role_has_no_findings(shop: Shop) -> None:
    connector = shop.connector()
    assert list(await connector.inspect(shop.credential)) == []
    await connector.close()


async def test_an_over_privileged_role_stops_the_start(shop: Shop) -> None:
    await shop.execute(f"ALTER ROLE {shop.role} BYPASSRLS")
    connector = shop.connector()
    (finding,) = await connector.inspect(shop.credential)
    assert finding.fatal
    assert "BYPASSRLS" in finding.what
    await connector.close()


async def test_what_is_open_by_mistake_is_found(shop: Shop) -> None:
    await shop.execute(
        f"GRANT SELECT ON public.salaries TO {shop.role};"
        f"GRANT SELECT (ssn) ON public.customers TO {shop.role};"
        f"REVOKE SELECT ON public.orders FROM {shop.role};"
        "CREATE FUNCTION public.boss() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'"
    )
    orders = {"columns": ["id"], "rows": "customer_id = :customer"}
    tables = {**TABLES, "public.gone": {"columns": ["id"]}, "public.orders": orders}
    connector = shop.connector(tables=tables, tls="disable")
    found = "\n".join(finding.what for finding in await connector.inspect(shop.credential))
    for expected in (
        "public.salaries.employee",
        "public.customers.ssn",
        "may not read public.orders.id",
        "public.gone.id is configured and does not exist",
        "public.boss",
        "row filter of public.orders does not fit",
        "not encrypted",
    ):
        assert expected in found
    await connector.close()


async def test_a_server_that_is_down_is_a_finding_that_does_not_stop_the_start(shop: Shop) -> None:
    connector = shop.connector(dsn="postgresql://nobody@127.0.0.1:1/nowhere")
    (finding,) = await connector.inspect(shop.credential)
    assert not finding.fatal


@pytest.mark.threat("T09")
async def test_the_role_that_the_shipped_sql_makes_passes_and_can_read(postgres: Postgres) -> None:
    await postgres.create_database("fresh")
    async with postgres.admin("fresh") as admin:
        await admin.execute(SCHEMA.replace("REVOKE ALL ON SCHEMA public FROM PUBLIC;", ""))
        await admin.execute(
            "GRANT ALL ON ALL TABLES IN SCHEMA public TO PUBLIC; GRANT CREATE ON SCHEMA public TO PUBLIC"
        )
        await admin.execute(
            "CREATE FUNCTION public.boss() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'"
        )
    name = "odd \"role'"
    password = await postgres.create_login("unused")
    shop = Shop(postgres, "fresh", "unused", Credential(Secret(password)))
    source = shop.source(
        tables={**TABLES, "public.salaries": {"columns": ["id"], "rows": "employee = 'SALLEAK-1'"}}
    )
    for role in ("unused", name):
        await shop.execute(role_sql(source, role))
        await shop.execute(role_sql(source, role))
    connector = shop.connector(tables=TABLES)
    assert (await run(connector, "query", COUNT, credential=shop.credential)).rows == ((3000,),)
    findings = [finding.what for finding in await connector.inspect(shop.credential)]
    assert findings == [
        "the role may read more than is configured: public.salaries.employee, public.salaries.id"
    ]
    await connector.close()
    async with postgres.admin("fresh") as admin:
        for function in (
            "query_to_xml(text,boolean,boolean,text)", "pg_sleep(double precision)", "lo_get(oid)",
            "pg_advisory_lock(bigint)", "ts_stat(text)", "pg_notify(text,text)", "lowrite(integer,bytea)",
        ):  # fmt: skip
            assert not await admin.fetchval(
                "SELECT has_function_privilege('unused', $1, 'EXECUTE')", function
            )
        for function in ("set_config(text,text,boolean)", "pg_advisory_unlock_all()", "lower(text)"):
            assert await admin.fetchval("SELECT has_function_privilege('unused', $1, 'EXECUTE')", function)
        await admin.execute(f"""DROP OWNED BY "{name.replace('"', '""')}" """)
        await admin.execute(f"""DROP ROLE "{name.replace('"', '""')}" """)
