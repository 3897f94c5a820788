"""Where a value may stand whose caller knows its pseudonym alone, and what runs then (threat T30)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.errors import Denied, Refusal
from policies.pseudonyms import Mint
from tests.tools.sql.samples import POSTGRES, SQLITE, engine
from tests.tools.sql.test_writes import writable
from tools.sql.guard import check
from tools.sql.rules import Dialect, Rules
from tools.sql.statements import Statements
from tools.sql.writes import check_write

pytestmark = pytest.mark.threat("T30")

MINT = Mint(bytes(32), "a context")
P, Q = str(MINT.make("PERSON", 1)), str(MINT.make("PERSON", 2))
VALUES = {P: 'O\'Hara \\ 50% "x"; --', Q: "Lena"}
LITERAL = "'O''Hara \\ 50% \"x\"; --'"

BOTH = [pytest.param(writable(POSTGRES), id="postgres"), pytest.param(writable(SQLITE), id="sqlite")]
either = pytest.mark.parametrize("rules", BOTH)


def rule(sql: str, rules: Rules) -> str:
    try:
        check(sql, rules, values=VALUES)
    except Denied as denied:
        return denied.rule
    return "allowed"


def rule_of_write(sql: str, rules: Rules) -> str:
    try:
        check_write(sql, rules, VALUES)
    except Denied as denied:
        return denied.rule
    return "allowed"


@either
@pytest.mark.parametrize(
    "condition",
    [
        "name = '{}'",
        "('{}') = name",
        "name <> '{}'",
        "name IS NOT DISTINCT FROM '{}'",
        "name IN ('a', '{}')",
        "NOT (name LIKE '%{}%' AND id > 3)",
        "lower(name) = lower('{}')",
        "name || '' = 'Dear {}'",
        "EXISTS (SELECT 1 FROM orders AS o WHERE o.customer_id = customers.id AND o.status = '{}')",
    ],
)
def test_a_value_may_be_compared_with_a_column(condition: str, rules: Rules) -> None:
    sql = f"SELECT id FROM customers WHERE {condition.format(P)}"
    checked = check(sql, rules, values=VALUES)
    assert P not in checked.sql
    assert "O''Hara" in checked.sql
    assert checked.sql == check(sql.replace(P, VALUES[P].replace("'", "''")), rules).sql


@either
def test_a_value_may_be_compared_where_tables_are_joined_and_groups_are_chosen(rules: Rules) -> None:
    assert (
        rule(
            f"SELECT o.status FROM orders o JOIN customers c ON c.id = o.customer_id AND c.name = '{P}' "
            f"GROUP BY o.status HAVING min(o.status) <> '{Q}'",
            rules,
        )
        == "allowed"
    )


@either
@pytest.mark.parametrize(
    "sql",
    [
        "SELECT '{}'",
        "SELECT id, '{}' AS x FROM customers",
        "SELECT upper('{}') FROM customers",
        "SELECT name = '{}' FROM customers",
        "SELECT id FROM customers WHERE '{}' LIKE 'J%'",
        "SELECT id FROM customers WHERE '{}' = 'Jane'",
        "SELECT id FROM customers WHERE 'Jane' IN ('{}')",
        "SELECT id FROM customers WHERE name < '{}'",
        "SELECT id FROM customers WHERE name BETWEEN 'a' AND '{}'",
        "SELECT id FROM customers WHERE substr('{}', 1, 1) = name",
        "SELECT id FROM customers WHERE name = CAST('{}' AS text)",
        "SELECT id FROM customers WHERE name = '{}' || 'x'",
        "SELECT id FROM customers WHERE length('{}') = id",
        "SELECT id FROM customers WHERE name = (SELECT '{}')",
        "SELECT id FROM customers WHERE name LIKE 'a' ESCAPE '{}'",
        "SELECT id FROM customers ORDER BY name = '{}'",
        "SELECT id FROM customers GROUP BY id, name = '{}'",
        "SELECT n.n FROM (VALUES ('Jane'), ('Lena')) AS n(n) WHERE n.n = '{}'",
        "WITH n AS (SELECT 'Jane' AS n UNION ALL SELECT 'Lena') SELECT n FROM n WHERE n = '{}'",
        "WITH n AS (SELECT '{}' AS n) SELECT id FROM customers, n WHERE name = n.n",
        "VALUES ('{}')",
        "SELECT id FROM customers WHERE name = 'x' -- {}",
        "SELECT id FROM customers /* {} */",
        'SELECT id AS "{}" FROM customers',
        'SELECT id FROM customers AS "{}"',
    ],
)
def test_anywhere_else_it_is_refused(sql: str, rules: Rules) -> None:
    if rules is not BOTH[0].values[0] and "AS n(n)" in sql:
        pytest.skip("SQLite has no names for columns there")
    assert rule(sql.format(P), rules) == "pseudonym"


@pytest.mark.parametrize("literal", ["E'{}'", "$${}$$", "$x${}$x$", "U&'{}'", "N'{}'", "B'{}'"])
def test_a_literal_that_is_not_in_plain_quotes_takes_none(literal: str) -> None:
    with pytest.raises(Refusal):
        check(f"SELECT id FROM customers WHERE name = {literal.format(P)}", POSTGRES, values=VALUES)


@either
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE customers SET name = '{}' WHERE id = 1",
        "UPDATE customers SET name = ('Dear {}, hello') WHERE email = '{}'",
        "INSERT INTO customers(id, name) VALUES (9, '{}'), (10, 'x')",
        "INSERT INTO customers(id, name) SELECT 9, '{}'",
        "DELETE FROM orders WHERE status = '{}'",
    ],
)
def test_a_whole_value_may_be_written(sql: str, rules: Rules) -> None:
    write = check_write(sql.replace("{}", P), rules, VALUES)
    assert P not in write.rows.sql
    assert "O''Hara" in write.rows.sql


@either
@pytest.mark.parametrize(
    "value",
    ["upper('{}')", "'{}' || ''", "(SELECT '{}')", "substr('{}', 1, 3)", "CASE WHEN name = '{}' THEN 'a' END",
     "CAST('{}' AS text)", "(SELECT max(x.n) FROM (SELECT '{}' AS n) AS x)"],
)  # fmt: skip
def test_nothing_that_was_made_of_a_value_is_written(value: str, rules: Rules) -> None:
    sql = f"UPDATE customers SET name = {value.format(P)} WHERE id = 1"
    assert rule_of_write(sql, rules) == "pseudonym"


@either
@pytest.mark.parametrize("value", ["upper('{}')", "'{}' || ''", "substr('{}', 1, 3)", "'{}'"])
def test_nothing_that_was_made_of_a_value_before_is_inserted(value: str, rules: Rules) -> None:
    queries = f"WITH w AS (SELECT {value.format(P)} AS n)"
    assert (
        rule_of_write(f"{queries} INSERT INTO customers(id, name) SELECT 9, w.n FROM w", rules) == "pseudonym"
    )


def test_what_is_found_and_written_is_what_the_value_says() -> None:
    found = check("SELECT id FROM customers WHERE name = '{}'".replace("{}", P), SQLITE, values=VALUES)
    assert list(engine().execute(found.sql)) == []
    write = check_write(f"UPDATE customers SET name = '{P}' WHERE id = 1", writable(SQLITE), VALUES)
    ((*_, written),) = engine().execute(write.rows.sql)
    assert written == VALUES[P]


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30))
def test_whatever_a_value_is_it_stays_one_literal(value: str) -> None:
    write = check_write(f"UPDATE customers SET name = '{P}' WHERE id = 1", writable(SQLITE), {P: value})
    ((*_, written),) = engine().execute(write.rows.sql)
    assert written == value


@either
def test_an_explanation_is_of_the_placeholder_itself(rules: Rules) -> None:
    plan = "EXPLAIN" if rules.dialect is Dialect.POSTGRES else "EXPLAIN QUERY PLAN"
    checked = check(f"{plan} SELECT id FROM customers WHERE name = '{P}'", rules, values=VALUES)
    assert P in checked.sql
    assert "Hara" not in checked.sql


@pytest.mark.threat("T28")
def test_a_statement_with_values_is_not_remembered() -> None:
    statements = Statements(SQLITE)
    sql = f"SELECT id FROM customers WHERE name = '{P}'"
    assert "Hara" in statements.check(sql, values=VALUES).sql
    assert not statements._known._young  # pyright: ignore[reportPrivateUsage]
    assert "Hara" not in statements.check(sql).sql
