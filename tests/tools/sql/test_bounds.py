"""What is unbounded on its face (threat T40)."""

import pytest

from tests.tools.sql.samples import SQLITE, rule

pytestmark = pytest.mark.threat("T40")


@pytest.mark.parametrize(
    "term",
    [
        "SELECT n + 1 FROM t",
        "SELECT n FROM t WHERE n < 5",
        "SELECT n - 1 FROM t WHERE n < 5",
        "SELECT n + 1 FROM t WHERE n > 0",
        "SELECT n + 0 FROM t WHERE n < 5",
        "SELECT n + 1 FROM t WHERE n < 5 OR true",
        "SELECT n + 1 FROM t WHERE n < n + 1",
        "SELECT n + 1 FROM t WHERE n < 1000000000",
        "SELECT t.n + 1 FROM t, orders WHERE t.n < 5",
        "SELECT n + 1 FROM t, generate_series(1, 10) WHERE n < 50",
        "SELECT t.n FROM t JOIN orders o ON o.id = t.n",
    ],
)
def test_a_recursion_that_nothing_ends_does_not_begin(term: str) -> None:
    assert rule(f"WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL {term}) SELECT count(*) FROM t") == "unbounded"


@pytest.mark.parametrize(
    "term",
    [
        "SELECT n + 1 FROM t WHERE n < 5",
        "SELECT 1 + n FROM t WHERE 100 >= n",
        "SELECT (n + 2)::int FROM t WHERE n + 1 <= 10",
        "SELECT n + 1 FROM t WHERE n BETWEEN 1 AND 10",
        "SELECT o.id FROM orders o JOIN t ON o.customer_id = t.n",
    ],
)
def test_a_recursion_that_counts_or_walks_does(term: str) -> None:
    assert rule(f"WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL {term}) SELECT count(*) FROM t") == "allowed"


@pytest.mark.parametrize(
    "value",
    [
        "s || s",
        "repeat(s, 2)",
        "concat(s, s)",
        "replace(s, 'x', 'xx')",
        "format('%s%s', s, s)",
        "s || '-' || s",
    ],
)
def test_a_value_that_doubles_in_each_step_of_a_recursion_is_refused(value: str) -> None:
    step = f"SELECT n + 1, {value} FROM t WHERE n < 60"
    assert rule(f"WITH RECURSIVE t(n, s) AS (SELECT 1, 'x' UNION ALL {step}) SELECT 1 FROM t") == "unbounded"


def test_a_path_may_grow_by_one() -> None:
    step = "SELECT n + 1, s || '>' || n::text FROM t WHERE n < 60"
    assert rule(f"WITH RECURSIVE t(n, s) AS (SELECT 1, 'x' UNION ALL {step}) SELECT s FROM t") == "allowed"


@pytest.mark.parametrize(
    ("series", "expected"),
    [
        ("generate_series(1, 100)", "allowed"),
        ("generate_series(10, 1, -1)", "allowed"),
        ("generate_series(1, 10000000)", "unbounded"),
        ("generate_series(1, 1e9)", "unbounded"),
        ("generate_series(1, 10, 0)", "unbounded"),
        ("generate_series(1, 10, 0.000001)", "unbounded"),
        ("generate_series(date '2024-01-01', date '2024-12-31', interval '1 day')", "allowed"),
        ("generate_series('2024-01-01'::timestamp, '2024-01-02', '1 hour')", "allowed"),
        ("generate_series(timestamp '2000-01-01', timestamp '2100-01-01', interval '1 second')", "unbounded"),
        ("generate_series(now() - interval '1 year', now(), interval '1 day')", "allowed"),
        ("generate_series(now(), 'infinity'::timestamptz, interval '1 day')", "unbounded"),
        ("generate_series(now(), now() + interval '9000 years', interval '1 day')", "unbounded"),
        ("generate_series(1, 100000) a, generate_series(1, 100000)", "unbounded"),
    ],
)
def test_a_series_is_as_long_as_it_says(series: str, expected: str) -> None:
    assert rule(f"SELECT count(*) FROM {series} AS g") == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("repeat('x', 100)", "allowed"),
        ("repeat('x', 1000000000)", "unbounded"),
        ("repeat('x', '1000000000')", "unbounded"),
        ("repeat('x', 100000 * 100000)", "unbounded"),
        ("repeat(repeat('x', 10000), 10000)", "unbounded"),
        ("lpad('x', 100000000)", "unbounded"),
        ("format('%s', 'x')", "allowed"),
        ("format('%100000000s', 'x')", "unbounded"),
        ("format('%*s', 100000000, 'x')", "unbounded"),
        ("array_fill(0, ARRAY[10000, 10000])", "unbounded"),
        ("array_fill(0, '{100000000}')", "unbounded"),
        ("10::numeric ^ 100000", "unbounded"),
        ("power(2, 10)", "allowed"),
        ("factorial(30000)", "unbounded"),
        ("1e100000", "syntax"),
        ("'1e100000'::numeric", "unbounded"),
    ],
)
def test_a_value_is_as_large_as_it_says(value: str, expected: str) -> None:
    assert rule(f"SELECT {value}") == expected


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT count(*) FROM orders a, orders b, orders c", "unbounded"),
        (
            "SELECT count(*) FROM orders a JOIN orders b ON a.id <> b.id JOIN orders c ON b.id > c.id",
            "unbounded",
        ),
        ("SELECT (SELECT count(*) FROM orders b, orders c WHERE b.id > a.id) FROM orders a", "unbounded"),
        ("SELECT count(*) FROM orders a, orders b", "unbounded"),
        ("SELECT count(*) FROM (SELECT a.id FROM orders a CROSS JOIN orders b) q", "unbounded"),
        ("SELECT a.id FROM orders a, orders b", "allowed"),
        ("SELECT count(*) FROM orders a JOIN customers b ON a.amount BETWEEN b.id AND b.id + 5", "allowed"),
        ("SELECT count(*) FROM orders a JOIN orders b USING (id) JOIN orders c USING (id)", "allowed"),
        ("SELECT a.id FROM orders a CROSS JOIN customers b LIMIT 3", "allowed"),
        ("SELECT count(*) FROM orders a, (SELECT avg(amount) AS m FROM orders) b, (VALUES (1)) c", "allowed"),
        ("SELECT (SELECT sum(b.amount) FROM orders b WHERE b.id <= a.id) FROM orders a", "allowed"),
    ],
)
def test_relations_are_tied_to_one_another(sql: str, expected: str) -> None:
    assert rule(sql) == expected


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT array_agg(id) FROM orders", "unbounded"),
        ("SELECT status, array_agg(id) FROM orders GROUP BY status", "unbounded"),
        ("SELECT array_agg(id) FROM orders GROUP BY ROLLUP (id)", "unbounded"),
        ("SELECT array_agg(id) OVER () FROM orders", "unbounded"),
        ("SELECT array_agg(id) FROM orders WHERE status = 'new'", "unbounded"),
        ("SELECT array_agg(x) FROM (SELECT id AS x FROM orders LIMIT 5000) q", "unbounded"),
        ("SELECT ARRAY(SELECT id FROM orders)", "unbounded"),
        ("SELECT customer_id, array_agg(id) FROM orders GROUP BY customer_id", "allowed"),
        ("SELECT customer_id, array_agg(id) FROM orders GROUP BY 1", "allowed"),
        ("SELECT array_agg(id) FROM orders WHERE customer_id = 7", "allowed"),
        ("SELECT array_agg(id) FROM orders WHERE id BETWEEN 1 AND 50", "allowed"),
        ("SELECT array_agg(x) FROM (SELECT id AS x FROM orders LIMIT 50) q", "allowed"),
        ("SELECT ARRAY(SELECT o.id FROM orders o WHERE o.customer_id = c.id) FROM customers c", "allowed"),
        ("SELECT string_agg(DISTINCT status, ', ') FROM orders", "allowed"),
        ("SELECT string_agg(DISTINCT email, ', ') FROM customers", "unbounded"),
    ],
)
def test_a_value_that_collects_rows_counts_as_rows(sql: str, expected: str) -> None:
    assert rule(sql) == expected


def test_sqlite_may_bound_a_recursion_by_a_limit() -> None:
    sql = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t LIMIT {}) SELECT n FROM t"
    assert rule(sql.format(50), SQLITE) == "allowed"
    assert rule(sql.format(10**9), SQLITE) == "unbounded"
