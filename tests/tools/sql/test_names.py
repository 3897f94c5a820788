"""What names mean: the guard must see what the database will see (threat T29)."""

import pytest

from tests.tools.sql.samples import POSTGRES, SQLITE, inner, postgres, rule
from tools.sql.guard import check
from tools.sql.rules import Dialect, Readable, Relation, Rules

pytestmark = pytest.mark.threat("T29", "T27")


def test_a_cte_named_like_a_real_table_still_reads_the_real_table() -> None:
    assert rule("WITH salaries AS (SELECT * FROM salaries) SELECT * FROM salaries") == "relation"
    assert (
        rule("WITH a AS (SELECT * FROM salaries), salaries AS (SELECT 1 AS id) SELECT * FROM a") == "relation"
    )
    assert rule("WITH salaries AS (SELECT 1 AS id) SELECT * FROM public.salaries") == "relation"


def test_a_cte_ends_with_the_query_that_it_belongs_to() -> None:
    arm = "(WITH salaries AS (SELECT 1 AS id) SELECT id FROM salaries)"
    assert rule(f"{arm} UNION ALL SELECT id FROM salaries") == "relation"
    assert rule(f"SELECT (SELECT id FROM salaries) FROM {arm} AS x") == "relation"


def test_a_relation_is_written_with_its_schema_and_a_column_with_its_source() -> None:
    assert inner("SELECT ID FROM Orders") == ('SELECT "orders"."id" FROM "public"."orders" AS "orders"')


def test_a_quoted_name_keeps_its_case() -> None:
    assert rule('SELECT * FROM "Orders"') == "relation"
    assert rule('SELECT "ID" FROM orders') == "column"
    assert rule('WITH "Salaries" AS (SELECT 1 AS id) SELECT * FROM salaries') == "relation"


def test_a_relation_configured_in_capitals_is_reached_by_its_quoted_name_alone() -> None:
    rules = Rules(
        Dialect.POSTGRES, "public", {Relation("public", "Orders"): Readable(("Id",))}, frozenset(), 10
    )
    assert 'FROM "public"."Orders"' in inner('SELECT "Id" FROM "Orders"', rules)
    assert rule("SELECT id FROM Orders", rules) == "relation"


def test_names_compare_without_case_in_sqlite() -> None:
    assert check("SELECT [ID] FROM MAIN.ORDERS AS O WHERE o.Id = 1", SQLITE).relations == {
        Relation("main", "orders")
    }


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT ssn FROM customers ssn",
        "SELECT (SELECT ssn FROM customers LIMIT 1) FROM orders AS ssn",
        "SELECT (SELECT ssn FROM customers LIMIT 1) FROM (SELECT 1 AS ssn) AS q",
        "SELECT c.row_to_json FROM customers c",
        "SELECT (c).full_card FROM customers c",
        "SELECT (x.c).ssn FROM (SELECT c FROM customers c) x",
        "SELECT t.name FROM customers AS t(id, name, x, y, z, email)",
        "SELECT count(*) FROM customers a NATURAL JOIN customers b",
        "SELECT c.id FROM customers c NATURAL JOIN (SELECT 'x'::text AS ssn) v",
        "SELECT c.id FROM customers c JOIN (SELECT 'x' AS ssn) v USING (ssn)",
    ],
)
def test_a_hidden_column_is_reached_by_no_other_name(sql: str) -> None:
    assert rule(sql) == "column"


def test_an_inner_alias_does_not_capture_an_outer_column() -> None:
    # Written back as "orders"."amount", the column would be one of customers.
    assert rule("SELECT (SELECT amount FROM customers AS orders LIMIT 1) FROM orders") == "invalid_argument"


def test_an_outer_column_of_a_relation_is_found_from_within() -> None:
    found = inner("SELECT id FROM orders WHERE EXISTS (SELECT FROM order_items WHERE order_id = id)")
    assert '"order_items"."order_id" = "orders"."id"' in found


def test_an_alias_in_group_by_can_not_turn_into_a_hidden_column() -> None:
    found = inner("SELECT left(name, 1) AS ssn, count(*) FROM customers GROUP BY ssn ORDER BY ssn")
    assert found.endswith("GROUP BY 1 ORDER BY 1")
    assert rule("SELECT count(*) AS ssn FROM customers GROUP BY ssn") == "column"


def test_group_by_takes_a_column_before_an_alias_and_order_by_an_alias_before_a_column() -> None:
    found = inner("SELECT upper(status) AS status FROM orders GROUP BY status ORDER BY status")
    assert found.endswith('GROUP BY "orders"."status" ORDER BY 1')


def test_a_star_stands_for_the_permitted_columns() -> None:
    assert inner("SELECT * FROM customers") == (
        'SELECT "customers"."id", "customers"."name", "customers"."email", "customers"."territory", '
        '"customers"."created_at" FROM "public"."customers" AS "customers"'
    )


def test_a_star_over_using_has_the_joined_column_once_and_first() -> None:
    found = inner("SELECT * FROM orders JOIN (SELECT 1 AS id, 'x' AS tag) t USING (id)")
    assert found.startswith('SELECT "orders"."id", "orders"."customer_id"')
    assert found.endswith(
        '"t"."tag" FROM "public"."orders" AS "orders" JOIN (SELECT 1 AS "id", \'x\' AS "tag") '
        'AS "t" USING ("id")'
    )


def test_the_row_of_a_relation_is_no_value_but_the_row_of_a_query_is() -> None:
    assert rule("SELECT to_jsonb(c) FROM customers c") == "column"
    assert rule("SELECT c FROM customers c") == "column"
    assert rule("SELECT to_jsonb(c.*) FROM customers c") == "column"
    assert rule("SELECT to_jsonb(c) FROM (SELECT * FROM customers) c") == "allowed"


def test_rows_are_counted_over_the_permitted_columns() -> None:
    assert "ssn" not in inner("SELECT count(c.*) FROM customers c")


def test_the_name_of_a_row_can_not_be_a_hidden_column_of_the_table_beside_it() -> None:
    found = inner("SELECT row_to_json(q) FROM (SELECT 1 AS a) q, customers")
    assert 'FROM "public"."customers") AS "customers"' in found


def test_a_field_of_a_row_is_the_column() -> None:
    assert inner("SELECT (o).id FROM orders o") == 'SELECT "o"."id" FROM "public"."orders" AS "o"'
    assert rule("SELECT (o).pg_sleep FROM orders o") == "column"


def test_an_alias_list_renames_the_columns_that_are_open() -> None:
    found = inner("SELECT t.a FROM orders AS t(a, b)")
    assert '"id" AS "a", "customer_id" AS "b", "amount"' in found


def test_system_columns_are_not_open() -> None:
    for column in ("ctid", "xmin", "tableoid", "oid", "cmax"):
        assert rule(f"SELECT {column} FROM orders") == "column"
    for column in ("rowid", "oid", "_rowid_"):
        assert rule(f"SELECT {column} FROM orders", SQLITE) == "column"


def test_a_text_in_double_quotes_is_a_name_in_sqlite_too() -> None:
    assert rule('SELECT id FROM orders WHERE status = "new"', SQLITE) == "column"


def test_a_listed_function_runs_by_its_full_name() -> None:
    rules = postgres(functions=frozenset({"public.score", "pg_catalog.version"}))
    assert "public.score(" in inner("SELECT score(id) FROM orders", rules)
    assert "public.score(" in inner("SELECT public.score(id) FROM orders", rules)
    assert rule("SELECT hr.score(id) FROM orders", rules) == "function"
    assert "pg_catalog.version()" in inner("SELECT pg_catalog.version()", rules)
    assert rule("SELECT score(id) FROM orders", POSTGRES) == "function"


def test_a_quoted_function_name_keeps_its_case() -> None:
    assert rule("""SELECT "lower"('X')""") == "allowed"
    assert rule("""SELECT "LOWER"('X')""") == "function"


def test_a_part_of_the_tree_that_nobody_resolved_does_not_run() -> None:
    assert rule("SELECT count(*) CROSS JOIN salaries") == "syntax"
