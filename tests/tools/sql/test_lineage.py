"""Which columns of the source each column of an answer is made of."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.call import Origin
from tests.rounds import rounds
from tests.tools.sql.samples import POSTGRES, SQLITE, engine, rows, verdict
from tools.sql.lineage import matched
from tools.sql.rules import Checked, Rules

pytestmark = pytest.mark.threat("T27")

TURNING = (
    "WITH RECURSIVE t(a, b, n) AS (SELECT name, email, 1 FROM customers WHERE id = 1 UNION ALL "
    "SELECT b, a, n + 1 FROM t WHERE n < 5) SELECT a, b, n FROM t"
)
NAMES = {POSTGRES.default_schema: POSTGRES, SQLITE.default_schema: SQLITE}


def made_of(sql: str, rules: Rules) -> list[str]:
    """What each column of the answer is made of: `email`, or `~email` where its values are changed."""
    checked = verdict(sql, rules)
    assert isinstance(checked, Checked), checked
    return [
        " ".join(f"{'~' if o.changed else ''}{'.'.join((o.column, *o.path))}" for o in each)
        for each in checked.origins
    ]


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ("SELECT email AS x, 1 AS email FROM customers", ["email", ""]),
        ("SELECT c.* FROM customers AS c", ["id", "name", "email", "territory", "created_at"]),
        ("SELECT * FROM (SELECT email AS a, name AS b FROM customers) AS q", ["email", "name"]),
        ("SELECT substr(name, 1, 3) AS x, lower(email) AS y FROM customers", ["~name", "~email"]),
        ("SELECT x FROM (SELECT upper(email) AS x FROM customers) AS q", ["~email"]),
        ("SELECT upper(x) AS y FROM (SELECT email AS x FROM customers) AS q", ["~email"]),
        ("SELECT name || ' ' || territory AS x FROM customers", ["~name ~territory"]),
        ("SELECT (email) AS x, CAST(email AS text) AS y FROM customers", ["email", "email"]),
        ("SELECT coalesce(email, name, '-') AS x FROM customers", ["email name"]),
        ("SELECT CASE WHEN territory = 'x' THEN email ELSE '' END AS x FROM customers", ["email"]),
        ("SELECT min(email) AS a, max(name) AS b FROM customers GROUP BY territory", ["email", "name"]),
        ("SELECT count(email) AS a, count(DISTINCT name) AS b, count(*) AS c FROM customers", ["", "", ""]),
        ("SELECT length(email) AS a, email IS NULL AS b, email LIKE 'a%' AS c FROM customers", ["", "", ""]),
        ("SELECT length(lower(email)) AS a, sum(length(trim(name))) AS b FROM customers", ["", ""]),
        ("SELECT length(trim(name, 'x')) AS a FROM customers", ["~name"]),
        ("SELECT length((SELECT max(email) FROM customers)) AS a FROM orders", [""]),
        ("SELECT length(substr(email, 1, 3)) AS a FROM customers", ["~email"]),
        ("SELECT length(name || '.') AS a FROM customers", ["~name"]),
        ("SELECT length(replace(email, 'a', '')) - length(email) AS a FROM customers", ["~email"]),
        ("SELECT length(x) AS a FROM (SELECT substr(email, 1, 3) AS x FROM customers) AS q", ["~email"]),
        ("SELECT sum(amount) AS a, avg(amount) + 1 AS b FROM orders", ["~amount", "~amount"]),
        ("SELECT (SELECT email FROM customers LIMIT 1) AS x", ["email"]),
        ("SELECT (SELECT max(email) FROM customers AS c WHERE c.id = o.id) AS x FROM orders o", ["email"]),
        ("SELECT EXISTS (SELECT email FROM customers) AS x", [""]),
        ("SELECT email AS x FROM customers UNION SELECT status FROM orders", ["email status"]),
        ("SELECT status FROM orders UNION ALL SELECT lower(email) FROM customers", ["~email status"]),
        ("WITH q AS (SELECT email AS x FROM customers) SELECT x AS y FROM q", ["email"]),
        ("WITH q(a, b) AS (SELECT name, email FROM customers) SELECT b, a FROM q", ["email", "name"]),
        (
            "WITH a AS (SELECT email AS x FROM customers), b AS (SELECT x AS y FROM a) SELECT y AS z FROM b",
            ["email"],
        ),
        (TURNING, ["email name", "email name", ""]),
        ("SELECT x FROM (VALUES ('a', 1), ('b', 2)) AS v(x, y)", [""]) ,
        ("SELECT name, lag(email) OVER (ORDER BY id) AS x FROM customers", ["name", "email"]),
        ("SELECT row_number() OVER (ORDER BY email) AS x FROM customers", [""]),
        ("SELECT c.name, o.status FROM customers c, orders o WHERE o.customer_id = c.id", ["name", "status"]),
        ("SELECT id, c.email FROM customers AS c JOIN orders AS o USING (id)", ["id", "email"]),
        ("SELECT string_agg(email, ',') AS x FROM customers WHERE id = 1", ["~email"]),
        ("VALUES (1, 'a')", ["", ""]),
        ("SELECT email FROM customers ORDER BY 1 LIMIT 3", ["email"]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("rules", NAMES.values(), ids=NAMES)
def test_a_column_is_what_it_is_made_of(sql: str, columns: list[str], rules: Rules) -> None:
    if rules is SQLITE:
        sql = sql.replace("(VALUES ('a', 1), ('b', 2)) AS v(x, y)", "(SELECT 'a' AS x)")
    assert made_of(sql, rules) == columns


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ("SELECT reverse(email) AS x, md5(name) AS y FROM customers", ["~email", "~name"]),
        ("SELECT email::varchar(3) AS x, left(email, 3) AS y FROM customers", ["~email", "~email"]),
        ("SELECT to_json(q) AS x FROM (SELECT email, id FROM customers) AS q", ["~email ~id"]),
        ("SELECT (q).email AS x FROM (SELECT email, id FROM customers) AS q", ["email"]),
        ("SELECT array(SELECT email FROM customers WHERE id = 1) AS x", ["~email"]),
        ("SELECT array_agg(email ORDER BY id) AS x FROM customers WHERE id = 1", ["~email"]),
        ("SELECT mode() WITHIN GROUP (ORDER BY email) AS x FROM customers", ["~email"]),
        ("SELECT max(email) FILTER (WHERE id > 1) AS x FROM customers", ["email"]),
        ("SELECT u FROM customers AS c, unnest(string_to_array(c.email, '@')) AS u", ["~email"]),
        (
            "SELECT q.x FROM customers AS c CROSS JOIN LATERAL (SELECT c.email AS x) AS q",
            ["email"],
        ),
        ("SELECT id FROM customers AS c FULL JOIN orders AS o USING (id)", ["id id"]),
        ("SELECT * FROM (SELECT email, email FROM customers) AS q", ["~email"]),
        ("EXPLAIN SELECT email FROM customers", ["email"]),
    ],
)
def test_postgresql_has_more_forms(sql: str, columns: list[str]) -> None:
    assert made_of(sql, POSTGRES) == columns


@pytest.mark.parametrize(
    ("value", "made"),
    [
        ("email -> 'ssn'", "email.ssn"),
        ("email ->> 'ssn'", "email.ssn"),
        ("upper(email ->> 'ssn')", "~email.ssn"),
        ("(email -> 'customer') ->> 'name'", "email.customer.name"),
        ("email ->> lower('SSN')", "~email"),
    ],
)
@pytest.mark.parametrize("rules", NAMES.values(), ids=NAMES)
def test_what_is_taken_out_of_json_is_named_by_its_keys(value: str, made: str, rules: Rules) -> None:
    assert made_of(f"SELECT {value} AS x FROM customers", rules) == [made]


@pytest.mark.parametrize(
    ("value", "made", "rules"),
    [
        ("email #>> '{customer,full name,0}'", "email.customer.full name", POSTGRES),
        ("email['customer']['name']", "email.customer.name", POSTGRES),
        ("json_extract_path_text(email, 'customer', 'name')", "email.customer.name", POSTGRES),
        ("jsonb_path_query_first(email, '$.customer.name')", "email.customer.name", POSTGRES),
        ("jsonb_path_query_first(email, '$.customer ? (@.ssn == 1)')", "~email", POSTGRES),
        ("json_extract(email, '$.customer.\"full name\"')", "email.customer.full name", SQLITE),
        ("json_extract(email, '$.a', '$.b')", "~email", SQLITE),
        ("email -> '$.customer.name'", "email.customer.name", SQLITE),
    ],
)
def test_json_has_paths_of_each_database(value: str, made: str, rules: Rules) -> None:
    assert made_of(f"SELECT {value} AS x FROM customers", rules) == [made]


def test_sqlites_names_have_no_case_and_its_expressions_are_named_by_their_text() -> None:
    assert made_of("SELECT EMAIL, Email AS x FROM Customers", SQLITE) == ["email", "email"]
    assert made_of("SELECT iif(email LIKE 'a%', name, 'x') FROM customers", SQLITE) == ["name"]
    assert made_of("SELECT q.value FROM customers AS c, json_each(c.email) AS q", SQLITE) == ["~email"]


def test_columns_that_are_others_than_we_saw_may_hold_anything() -> None:
    email, name = Origin("t", "email"), Origin("t", "name")
    assert matched([(email,), (name,)], 2) == [(email,), (name,)]
    anything = (Origin("t", "email", changed=True), Origin("t", "name", changed=True))
    assert matched([(email,), (name,)], 3) == [anything] * 3


def test_a_recursion_that_goes_on_turning_is_taken_to_mix_everything() -> None:
    names = [f"c{number}" for number in range(60)]
    turned = [*names[1:], names[0]]
    first = ", ".join(["email", "name", *["territory"] * 58])
    sql = (
        f"WITH RECURSIVE t({', '.join(names)}, n) AS (SELECT {first}, 1 FROM customers WHERE id = 1 "
        f"UNION ALL SELECT {', '.join(turned)}, n + 1 FROM t WHERE n < 5) SELECT c0, n FROM t"
    )
    assert made_of(sql, POSTGRES) == ["email name territory"] * 2


@pytest.fixture(scope="module")
def database() -> Any:
    return engine()


@pytest.mark.parametrize("row", rows("sql_guard_sqlite.jsonl", "sqlite"), ids=lambda row: row["id"])
def test_a_value_that_shows_in_a_cell_is_among_what_its_column_is_made_of(
    database: Any, row: dict[str, Any]
) -> None:
    checked = verdict(row["sql"], SQLITE)
    if isinstance(checked, str) or checked.claims or checked.sql.startswith("EXPLAIN"):
        return
    people = list(database.execute("SELECT name, email FROM customers"))
    for cells in database.execute(checked.sql):
        origins = matched(checked.origins, len(cells))
        for cell, made in zip(cells, origins, strict=True):
            for column, values in zip(("name", "email"), zip(*people, strict=True), strict=True):
                if any(value and value in str(cell) for value in values):
                    assert column in {origin.column for origin in made}, (row["sql"], cell)


def values(*columns: str) -> st.SearchStrategy[str]:
    """Expressions over these columns."""
    return st.recursive(
        st.sampled_from(columns),
        lambda inner: st.one_of(
            st.builds("coalesce({}, {})".format, inner, inner),
            st.builds("{} || '!' || {}".format, inner, inner),
            st.builds("CASE WHEN {} IS NULL THEN {} ELSE {} END".format, inner, inner, inner),
            st.builds("(SELECT z FROM (SELECT {} AS z) AS y)".format, inner),
            st.builds("replace({}, 'q', {})".format, inner, inner),
        ),
        max_leaves=3,
    )


def queries() -> st.SearchStrategy[str]:
    """Queries with the columns `a` and `b`."""
    made = values("q.a", "q.b", "lower(q.a)")
    return st.recursive(
        st.builds(
            "SELECT {} AS a, {} AS b FROM customers AS c WHERE c.id < 4".format,
            *[values("c.name", "c.email", "c.territory", "'x'")] * 2,
        ),
        lambda inner: st.one_of(
            st.builds("SELECT {} AS a, {} AS b FROM ({}) AS q".format, made, made, inner),
            st.builds("WITH q(b, a) AS ({2}) SELECT {0} AS a, {1} AS b FROM q".format, made, made, inner),
            st.builds("SELECT * FROM ({}) UNION ALL SELECT * FROM ({})".format, inner, inner),
            st.builds(
                "WITH RECURSIVE r(n, a, b) AS (SELECT 1, a, b FROM ({}) UNION ALL "
                "SELECT n + 1, b, a FROM r WHERE n < 3) SELECT a, b FROM r".format,
                inner,
            ),
        ),
        max_leaves=4,
    )


@given(queries())
@settings(max_examples=rounds(80, 3000), deadline=None)
def test_no_way_through_a_statement_loses_a_value(database: Any, sql: str) -> None:
    checked = verdict(sql, SQLITE)
    assert isinstance(checked, Checked), sql
    assert len(checked.origins) == 2
    for row in database.execute(checked.sql):
        for cell, made in zip(map(str, row), checked.origins, strict=True):
            columns = {origin.column for origin in made}
            assert "email" in columns or "@example.com" not in cell
            assert "name" in columns or "customer " not in cell.lower()
