"""The text that runs: row filters, claims, the cap, names of columns."""

import apsw
import pytest

from policies.errors import InvalidArgument
from tests.tools.sql.samples import POSTGRES, SQLITE, engine, inner, postgres, rule, sqlite
from tools.sql.guard import check, check_rules
from tools.sql.rules import Dialect, Readable, Relation, Rules

pytestmark = pytest.mark.threat("T29", "T27")

FILTERED = postgres(
    customers="territory = :territory", orders="customer_id = :own::int OR status = :territory"
)


def test_the_cap_is_one_row_more_than_may_be_shown_and_goes_around_the_statements_own_limit() -> None:
    assert check("SELECT 1 AS a LIMIT 5000", POSTGRES, offset=20).sql == (
        'SELECT * FROM (SELECT 1 AS "a" LIMIT 5000) AS "q" LIMIT 1001 OFFSET 20'
    )


def test_a_row_filter_stands_in_the_place_of_its_relation() -> None:
    found = check("SELECT name FROM customers c", FILTERED)
    assert (
        'FROM (SELECT "id", "name", "email", "territory", "created_at" FROM "public"."customers" '
        'WHERE ("territory" = CAST($1 AS TEXT)) OFFSET 0) AS "c"'
    ) in found.sql
    assert found.claims == ("territory",)
    assert found.relations == {Relation("public", "customers")}


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT name FROM customers WHERE id = 1",
        "SELECT count(*) FROM public.customers",
        "SELECT id FROM orders WHERE customer_id IN (SELECT id FROM customers)",
        "WITH c AS (SELECT * FROM customers) SELECT name FROM c",
        "SELECT name FROM orders o JOIN customers c ON c.id = o.customer_id",
        "SELECT a.name FROM orders o, LATERAL (SELECT name FROM customers WHERE id = o.customer_id) a",
        "SELECT id FROM orders UNION SELECT id FROM customers",
        "SELECT name FROM (customers c JOIN orders o ON o.customer_id = c.id)",
        "SELECT name FROM customers TABLESAMPLE SYSTEM (50)",
        "TABLE customers",
    ],
)
def test_no_relation_is_read_beside_its_filter(sql: str) -> None:
    found = check(sql, FILTERED).sql
    assert found.count('"public"."customers"') == found.count('"territory" = CAST($')


def test_a_claim_keeps_its_number() -> None:
    found = check("SELECT c.id FROM customers c JOIN orders o ON o.customer_id = c.id", FILTERED)
    assert sorted(found.claims) == ["own", "territory"]
    number = found.claims.index("territory") + 1
    assert found.sql.count(f"${number}") == 2


def test_a_grouped_key_still_covers_the_other_columns_of_a_filtered_relation() -> None:
    found = inner("SELECT c.id, c.name, count(*) FROM customers c GROUP BY c.id ORDER BY c.email", FILTERED)
    assert 'GROUP BY "c"."id", "c"."name", "c"."email" ORDER BY' in found


def test_an_aggregated_column_is_not_grouped_by() -> None:
    found = inner("SELECT c.id, max(c.name) FROM customers c GROUP BY c.id", FILTERED)
    assert found.endswith('GROUP BY "c"."id"')


def test_a_filter_tests_its_rows_before_a_callers_condition_can_fail_on_them() -> None:
    connection = engine()
    rules = sqlite(customers="territory = :territory")
    broken_for_apac = "CASE territory WHEN 'APAC' THEN '{' ELSE '{}' END"
    sql = f"SELECT id FROM customers WHERE json_extract({broken_for_apac}, '$') = 1"
    assert connection.execute(check(sql, rules).sql, ("EMEA",)).fetchall() == []
    with pytest.raises(apsw.SQLError, match="malformed JSON"):
        connection.execute(check(sql, rules).sql, ("APAC",)).fetchall()


def test_a_filtered_relation_gives_the_rows_of_its_filter_alone() -> None:
    connection = engine()
    rules = sqlite(customers="territory = :territory", orders="id <= CAST(:most AS INTEGER)")
    found = check(
        "SELECT DISTINCT c.territory, max(o.id) FROM customers c JOIN orders o ON o.customer_id = c.id", rules
    )
    values = {"territory": "EMEA", "most": "900"}
    [(territory, most)] = connection.execute(found.sql, [values[claim] for claim in found.claims])
    assert territory == "EMEA"
    assert isinstance(most, int)
    assert most <= 900


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("territory =", "can be read"),
        ("", "not one condition"),
        ("1, 2", "not one condition"),
        ("true) OR (1 = 1", "not one condition"),
        ("1 = 1; DROP TABLE x", "more than one statement"),
        ("id IN (SELECT id FROM orders)", "no other relation"),
        ("orders.id = 1", "no other relation"),
        ("pg_sleep(1) IS NULL", "not open"),
        ("count(*) > 1", "one row"),
        ("id = $1", "placeholder"),
        ("id::regclass IS NULL", "not open"),
    ],
)
def test_a_row_filter_that_is_none_stops_the_start(condition: str, message: str) -> None:
    rules = Rules(
        Dialect.POSTGRES,
        "public",
        {Relation("public", "customers"): Readable(("id",), condition)},
        frozenset(),
        10,
    )
    with pytest.raises(ValueError, match=message):
        check_rules(rules)


def test_a_row_filter_may_use_a_column_that_is_not_open() -> None:
    rules = postgres(customers="Tenant = :tenant AND customers.deleted_at IS NULL AND lower(name) <> 'x'")
    check_rules(rules)
    assert '"tenant" = CAST($1 AS TEXT)' in inner("SELECT id FROM customers", rules)


@pytest.mark.parametrize(
    "call",
    [
        "strpos('ab', 'b')",
        "char_length('x')",
        "ceiling(1.5)",
        "mod(7, 3)",
        "date_part('year', now())",
        "to_timestamp(0)",
        "pow(2, 3)",
        "log10(10)",
        "bit_and(1)",
        "btrim(' x ')",
        "now()",
        "regexp_replace('a', 'b', 'c', 'g')",
        "generate_series(1, 3)",
        "json_agg(1)",
    ],
)
def test_a_function_runs_under_the_name_that_was_written(call: str) -> None:
    assert inner(f"SELECT {call}") == f"SELECT {call}"


def test_a_power_keeps_its_column_unnamed() -> None:
    assert inner("SELECT 2 ^ 3") == 'SELECT POWER(2, 3) AS "?column?"'


def test_distinct_in_a_call_of_two_arguments_stays_with_the_first() -> None:
    sql = "SELECT string_agg(DISTINCT v.x, ',' ORDER BY v.x) FROM (VALUES ('a')) AS v(x)"
    assert inner(sql) == (
        """SELECT string_agg(DISTINCT "v"."x", ',' ORDER BY "v"."x") FROM (VALUES ('a')) AS "v"("x")"""
    )


def test_trim_keeps_its_side() -> None:
    assert inner("SELECT trim(trailing from 'x ')") == "SELECT TRIM(TRAILING ' ' FROM 'x ')"


def test_a_column_of_sqlite_is_called_what_was_written() -> None:
    assert 'AS "count( * )"' in check("SELECT count( * ) FROM orders", SQLITE).sql


def test_explain_shows_a_plan_of_what_would_run() -> None:
    found = check("EXPLAIN (COSTS off, FORMAT json) SELECT id FROM orders", POSTGRES, cap=False)
    assert found.sql == (
        'EXPLAIN (COSTS OFF, FORMAT JSON) SELECT "orders"."id" FROM "public"."orders" AS "orders"'
    )
    assert check("EXPLAIN QUERY PLAN SELECT 1", SQLITE).sql.startswith("EXPLAIN QUERY PLAN SELECT")


@pytest.mark.parametrize(
    "options",
    [
        "ANALYZE",
        "VERBOSE",
        "(ANALYZE)",
        "(COSTS off, ANALYZE on)",
        "(VERBOSE)",
        '("analyze")',
        "(SETTINGS)",
        "(costs off x)",
    ],
)
def test_explain_runs_nothing_and_lists_no_hidden_column(options: str) -> None:
    assert rule(f"EXPLAIN {options} SELECT id FROM orders") in {"explain", "statement"}


def test_an_offset_counts_from_nothing() -> None:
    with pytest.raises(InvalidArgument, match="negative"):
        check("SELECT 1", POSTGRES, offset=-1)


def test_a_refusal_names_the_object_the_rule_and_the_way_out() -> None:
    with pytest.raises(
        Exception, match=r"`salaries` is not open \(rule relation\)\. Open are: public\.customers"
    ):
        check("SELECT * FROM salaries", POSTGRES)
    with pytest.raises(Exception, match=r"`ssn` is not open \(rule column\)\. The schema tool lists"):
        check("SELECT ssn FROM customers", POSTGRES)


def test_nothing_invisible_comes_back_in_a_message() -> None:
    with pytest.raises(Exception, match=r"`a\?b\?c`"):
        check('SELECT * FROM "a\u202eb\nc"', POSTGRES)
