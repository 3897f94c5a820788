"""Reading from a real MariaDB: what comes back, whose rows, and what happens when time or the wire is up."""

import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import anyio
import pytest

from policies.call import Kind, User
from policies.errors import ConfigurationError, Denied, InvalidArgument, UpstreamFailed
from policies.secret import Credential, Secret
from tests.certificates import Authority
from tests.proofs import ADA, call_of, run, tool_of
from tests.proxy import proxy
from tests.tools.mysql.lab import TABLES, Lab
from tools.mysql.connector import MysqlConnector
from tools.sql.rules import Checked, Relation, Rules

pytestmark = pytest.mark.anyio

SLOW = (
    "SELECT count(*) FROM orders a JOIN orders b ON a.status = b.status JOIN orders c ON b.status = c.status"
)
COUNT = "SELECT count(*) FROM orders"


@pytest.fixture
async def connector(lab: Lab) -> AsyncGenerator[MysqlConnector]:
    connector = lab.connector(max_rows=10)
    yield connector
    await connector.close()


async def test_a_query_answers_with_rows_and_the_cursor_of_the_next_page(
    lab: Lab, connector: MysqlConnector
) -> None:
    arguments = {"sql": "SELECT id, amount FROM orders ORDER BY id"}
    first = await run(connector, "query", arguments, credential=lab.credential)
    assert [row[0] for row in first.rows] == list(range(1, 11))
    assert first.rows[0] == (1, "15.67")
    assert first.truncated
    assert first.next
    second = await run(connector, "query", {**arguments, "cursor": first.next}, credential=lab.credential)
    assert [row[0] for row in second.rows] == list(range(11, 21))


async def test_a_limit_of_the_statement_holds_over_all_of_its_pages(
    lab: Lab, connector: MysqlConnector
) -> None:
    arguments: dict[str, Any] = {"sql": "SELECT id FROM orders ORDER BY id LIMIT 12 OFFSET 3"}
    first = await run(connector, "query", arguments, credential=lab.credential)
    second = await run(connector, "query", {**arguments, "cursor": first.next}, credential=lab.credential)
    assert [row[0] for row in (*first.rows, *second.rows)] == list(range(4, 16))
    assert second.next is None


async def test_values_of_every_type_come_exactly(lab: Lab) -> None:
    await lab.run(
        "CREATE OR REPLACE TABLE kinds (a bigint unsigned, b decimal(30, 10), c datetime(6), d date, "
        "e time(3), f year, g double, h float, i bit(9), j json, k blob, l text, m enum('x', 'y'), "
        "n set('p', 'q'), o bool, p varbinary(8), q timestamp NULL, r point)",
        "SET sql_mode = ''",
        "INSERT INTO kinds VALUES (18446744073709551615, 12345678901234567890.0123456789, "
        "'2024-01-02 03:04:05.5', '2024-02-29', '-838:59:59', 2024, 1.5, 0.25, b'100000001', "
        "'{\"a\": [1]}', x'00ff', 'Zoë 😀', 'x', 'p,q', true, x'0102', '2024-01-02 03:04:05', point(1, 2))",
        "INSERT INTO kinds (c, d) VALUES ('0000-00-00', '0000-00-00')",
    )
    columns = list("abcdefghijklmnopqr")
    dsn, credential = await lab.login("kinds", "SELECT ON `{0}`.kinds")
    table = await lab.query(
        "SELECT * FROM kinds", credential=credential, dsn=dsn, tables={"kinds": {"columns": columns}}
    )
    first = dict(zip(columns, table.rows[0], strict=True))
    assert first == {
        "a": "18446744073709551615",
        "b": "12345678901234567890.0123456789",
        "c": "2024-01-02 03:04:05.500000",
        "d": "2024-02-29",
        "e": "-838:59:59.000",
        "f": 2024,
        "g": 1.5,
        "h": 0.25,
        "i": 257,
        "j": '{"a": [1]}',
        "k": "00ff",
        "l": "Zoë 😀",
        "m": "x",
        "n": "p,q",
        "o": 1,
        "p": "0102",
        "q": "2024-01-02 03:04:05",
        "r": "000000000101000000000000000000f03f0000000000000040",
    }
    assert table.rows[1][2:4] == ("0000-00-00 00:00:00.000000", "0000-00-00")
    kinds = {column.name: column.kind for column in table.columns}
    assert (kinds["b"], kinds["c"], kinds["k"], kinds["l"]) == (
        Kind.NUMBER,
        Kind.TIME,
        Kind.BINARY,
        Kind.TEXT,
    )


@pytest.mark.threat("T40")
async def test_a_huge_value_does_not_cross_the_wire(lab: Lab) -> None:
    await lab.run(
        "CREATE OR REPLACE TABLE large (id int PRIMARY KEY, body longtext)",
        "INSERT INTO large VALUES (1, repeat('é', 4000000))",
    )
    dsn, credential = await lab.login("large", "SELECT ON `{0}`.large")
    table = await lab.query(
        "SELECT body FROM large",
        credential=credential,
        dsn=dsn,
        tables={"large": {"columns": ["id", "body"]}},
        max_cell_bytes=1000,
    )
    assert len(str(table.rows[0][0]).encode()) <= 1000
    assert table.cut_cells == 1


async def test_the_schema_shows_what_is_configured_and_nothing_else(
    lab: Lab, connector: MysqlConnector
) -> None:
    table = await run(connector, "schema", credential=lab.credential)
    assert ("lab.customers", "id", "int(11)", False, True, None) in table.rows
    assert ("lab.orders", "amount", "decimal(10,2)", True, False, None) in (
        await lab.call("schema", {"table": "orders"})
    ).rows
    assert "ssn" not in str(table.rows)
    messages = set[str]()
    for name in ("salaries", "lab.salaries", "nothing", "mysql.user"):
        with pytest.raises(InvalidArgument) as invalid:
            await run(connector, "schema", {"table": name}, credential=lab.credential)
        messages.add(invalid.value.message)
    assert len(messages) == 1


async def test_explain_shows_the_steps(lab: Lab, connector: MysqlConnector) -> None:
    sql = {"sql": "SELECT name FROM customers WHERE id = 7"}
    table = await run(connector, "explain", sql, credential=lab.credential)
    assert table.rows == ((1, "SIMPLE", "customers", "const", "PRIMARY", 1),)


@pytest.mark.parametrize(
    ("rows", "claims", "count"),
    [
        ("territory = :territory", {"territory": "EMEA"}, 66),
        ("territory = :territory", {"territory": "' OR true -- "}, 0),
        ("territory = :territory", {"territory": "\\' OR true -- "}, 0),
        ("territory = :territory", {"territory": "EMEA\ue0001"}, 0),
        ("id = CAST(:number AS SIGNED)", {"number": "7"}, 1),
        ("id = CAST(:number AS SIGNED) AND territory = :territory", {"number": "7", "territory": "EMEA"}, 0),
        ("territory = :territory OR name = :territory", {"territory": "AMER"}, 67),
    ],
)
async def test_each_user_reads_the_rows_of_their_own_claims(
    lab: Lab, rows: str, claims: dict[str, str], count: int
) -> None:
    tables = {"customers": {"columns": ["id", "name", "territory"], "rows": rows}}
    user = User("u", "acme", frozenset(), claims)
    sql = "SELECT count(*) FROM customers"
    assert (await lab.query(sql, user, tables=tables)).rows == ((count,),)
    steps = await lab.call("explain", {"sql": sql}, user, tables=tables)
    assert all(row[-1] is None for row in steps.rows)


async def test_a_user_without_the_claim_reads_nothing(lab: Lab) -> None:
    tables = {"customers": {"columns": ["id"], "rows": "territory = :region"}}
    with pytest.raises(Denied) as denied:
        await lab.query("SELECT id FROM customers", tables=tables)
    assert denied.value.rule == "row_filter_claim"


async def test_two_accounts_see_what_each_may(lab: Lab) -> None:
    dsn, credential = await lab.login("orders_alone", "SELECT ON `{0}`.orders")
    assert (await lab.query(COUNT, credential=credential, dsn=dsn)).rows == ((2000,),)
    with pytest.raises(UpstreamFailed) as failed:
        await lab.query("SELECT id FROM customers", credential=credential, dsn=dsn)
    assert "may not do this" in failed.value.message
    assert "orders_alone" not in failed.value.message


@pytest.mark.threat("T29")
async def test_what_the_guard_would_let_through_the_account_and_the_transaction_refuse(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    def blind(sql: str, _: Rules, **__: object) -> Checked:
        return Checked(f"{sql} LIMIT 10 OFFSET 0", (), frozenset({Relation("lab", "orders")}))

    monkeypatch.setattr("tools.sql.statements.check", blind)
    for sql, number in (
        ("SELECT ssn FROM customers", 1143),
        ("SELECT * FROM salaries", 1142),
        ("SELECT 1 INTO OUTFILE '/tmp/remit-test'", 1227),
        ("SELECT 1; DELETE FROM orders; SELECT 1", 1064),
        (
            "SELECT id FROM orders WHERE load_file('/etc/x') IS NOT NULL UNION SELECT ssn FROM customers",
            1143,
        ),
    ):
        with pytest.raises(UpstreamFailed) as failed:
            await lab.query(sql)
        assert f"error {number}" in failed.value.message


async def _running(lab: Lab) -> list[Any]:
    rows = await lab.run("SHOW FULL PROCESSLIST")
    return [row for row in rows if row[1] == lab.account and row[4] != "Sleep"]


async def _until_none_runs(lab: Lab) -> None:
    with anyio.fail_after(10):
        while await _running(lab):
            await anyio.lowlevel.checkpoint()


async def test_the_server_itself_ends_what_takes_too_long(lab: Lab) -> None:
    began = time.monotonic()
    with pytest.raises(UpstreamFailed) as failed:
        await lab.query(SLOW, timeout=0.5)
    assert "error 1969" in failed.value.message
    assert time.monotonic() - began < 5
    await _until_none_runs(lab)


async def test_a_call_that_is_given_up_ends_on_the_server_too(lab: Lab, connector: MysqlConnector) -> None:
    async with connector.open(ADA, lab.credential) as session:
        plan = await session.plan(call_of(tool_of(connector, "query"), {"sql": COUNT}), {})
    assert plan.request
    async with anyio.create_task_group() as calls:

        async def ask() -> None:
            await run(connector, "query", {"sql": SLOW}, credential=lab.credential)

        calls.start_soon(ask)
        with anyio.fail_after(10):
            while not await _running(lab):
                await anyio.lowlevel.checkpoint()
        calls.cancel_scope.cancel()
    await _until_none_runs(lab)
    # And the connector goes on with another connection.
    assert (await run(connector, "query", {"sql": COUNT}, credential=lab.credential)).rows == ((2000,),)


async def test_a_connection_is_used_again_and_one_that_the_server_has_ended_is_not(
    lab: Lab, connector: MysqlConnector
) -> None:
    sql = {"sql": COUNT}
    for _ in range(3):
        await run(connector, "query", sql, credential=lab.credential)
    rows = [row for row in await lab.run("SHOW PROCESSLIST") if row[1] == lab.account and row[3] == "lab"]
    assert len(rows) >= 1
    for row in rows:
        await lab.run(f"KILL {row[0]}")
    with pytest.raises(UpstreamFailed, match="could not be reached"):
        await run(connector, "query", sql, credential=lab.credential)
    assert (await run(connector, "query", sql, credential=lab.credential)).rows == ((2000,),)


async def test_who_finds_all_connections_taken_is_told_in_time(lab: Lab) -> None:
    connector = lab.connector(timeout=0.5)
    async with AsyncExitStack() as stack:
        for _ in range(10):
            await stack.enter_async_context(connector.open(ADA, lab.credential))
        with pytest.raises(UpstreamFailed, match="did not answer in time"):
            await run(connector, "query", {"sql": COUNT}, credential=lab.credential)
    assert (await run(connector, "query", {"sql": COUNT}, credential=lab.credential)).rows == ((2000,),)
    await connector.close()


@pytest.mark.threat("T09")
@pytest.mark.parametrize(
    ("grant", "told"),
    [
        ("SELECT, DELETE ON `{0}`.orders", "may DELETE"),
        ("UPDATE (status) ON `{0}`.orders", "may UPDATE"),
        ("INSERT ON `{0}`.*", "may INSERT"),
        ("FILE ON *.*", "has FILE"),
        ("PROCESS ON *.*", "has PROCESS"),
        ("SELECT ON *.*", "may read every table"),
        ("EXECUTE ON PROCEDURE `{0}`.do_write", "may call the procedure"),
        ("SELECT ON `{0}`.orders", ""),
        ("SHOW VIEW ON `{0}`.orders", ""),
    ],
)
async def test_an_account_that_may_do_more_is_not_used(lab: Lab, grant: str, told: str) -> None:
    dsn, credential = await lab.login("spare", "SELECT ON `{0}`.orders", grant)
    if not told:
        assert (await lab.query(COUNT, credential=credential, dsn=dsn)).rows == ((2000,),)
        return
    with pytest.raises(Denied) as denied:
        await lab.query(COUNT, credential=credential, dsn=dsn)
    assert denied.value.rule == "over_privileged"
    assert told in denied.value.detail
    tolerated = await lab.query(COUNT, credential=credential, dsn=dsn, overprivileged="a test")
    assert tolerated.rows == ((2000,),)


async def test_an_account_with_a_role_is_not_used(lab: Lab) -> None:
    dsn, credential = await lab.login("with_role", "SELECT ON `{0}`.orders")
    account = dsn.partition("//")[2].partition("@")[0]
    await lab.run("CREATE OR REPLACE ROLE lab_role", f"GRANT lab_role TO `{account}`@`%`")
    with pytest.raises(Denied) as denied:
        await lab.query(COUNT, credential=credential, dsn=dsn)
    assert "role" in denied.value.detail


async def test_a_password_that_is_refused_says_what_to_do(lab: Lab) -> None:
    with pytest.raises(UpstreamFailed) as failed:
        await lab.query(COUNT, credential=Credential(Secret("wrong")))
    assert "refused the credential" in failed.value.message
    assert lab.account not in failed.value.message + failed.value.detail


async def test_an_account_that_is_dropped_reads_nothing_any_more(lab: Lab) -> None:
    dsn, credential = await lab.login("leaver", "SELECT ON `{0}`.orders")
    connector = lab.connector(dsn=dsn)
    await run(connector, "query", {"sql": COUNT}, credential=credential)
    await lab.run("REVOKE ALL PRIVILEGES, GRANT OPTION FROM `lab_leaver`@`%`")
    with pytest.raises(UpstreamFailed):
        await run(connector, "query", {"sql": COUNT}, credential=credential)
    await connector.close()


async def test_a_server_of_another_authority_is_refused(lab: Lab, tmp_path: Path) -> None:
    with pytest.raises(UpstreamFailed) as failed:
        await lab.query(COUNT, tls_ca=str(Authority(tmp_path).certificate))
    assert "CERTIFICATE" in failed.value.detail or "could not be reached" in failed.value.message


async def test_a_server_with_a_certificate_for_another_name_is_refused(lab: Lab) -> None:
    async with proxy(lab.server.port, host="127.0.0.2") as relay:
        dsn = f"mysql://{lab.account}@127.0.0.2:{relay.port}/lab"
        with pytest.raises(UpstreamFailed):
            await lab.query(COUNT, dsn=dsn)


async def test_no_password_is_sent_without_tls(lab: Lab) -> None:
    with pytest.raises(UpstreamFailed):
        await lab.query(COUNT, tls="disable")  # the account requires TLS
    with pytest.raises(ValueError, match="only for a host on this machine"):
        lab.source(dsn="mysql://u@db.acme.example/lab", tls="disable")


@pytest.mark.parametrize(
    "dsn",
    [
        "postgresql://u@127.0.0.1/lab",
        "mysql://u@127.0.0.1",
        "mysql://u@127.0.0.1/lab?x=1",
        "mysql://127.0.0.1/lab",
    ],
)
async def test_a_dsn_that_is_none_stops_the_start(lab: Lab, dsn: str) -> None:
    with pytest.raises(ConfigurationError) as wrong:
        lab.connector(dsn=dsn, default_schema="lab")
    assert "docs/mysql.md" in wrong.value.remedy


async def test_doctor_tells_what_the_account_lacks_and_what_it_has_to_spare(lab: Lab) -> None:
    dsn, credential = await lab.login(
        "doctored", "SELECT (id, name, ssn) ON `{0}`.customers", "SELECT ON `{0}`.salaries"
    )
    tables = {
        "customers": {"columns": ["id", "name", "email"], "rows": "nothing = :territory"},
        "orders": TABLES["orders"],
    }
    connector = lab.connector(dsn=dsn, tables=tables)
    found = {finding.what: finding.remedy for finding in await connector.inspect(credential)}
    await connector.close()
    told = "\n".join(f"{what}: {remedy}" for what, remedy in found.items())
    assert "lab.customers.email is configured, and does not exist or may not be seen" in told
    assert "GRANT SELECT (`email`, `nothing`) ON `lab`.`customers`" in told
    assert "the row filter of lab.customers does not fit the table" in told
    assert "may read more than is configured: lab.customers, lab.salaries" in told


async def test_doctor_has_nothing_to_say_of_an_account_as_it_should_be(lab: Lab) -> None:
    connector = lab.connector()
    assert await connector.inspect(lab.credential) == []
    await connector.close()
