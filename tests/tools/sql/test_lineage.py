"""Which columns of the source each column of an answer is made of."""

from typing import Any

import pytest

from policies.call import Origin
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
    return [" ".join(f"{'~' if o.changed else ''}{o.column}" for o in each) for each in checked.origins]


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
