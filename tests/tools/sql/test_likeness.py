"""One verdict for all statements that differ in the integers they compare with alone (threat T29)."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.errors import Denied, Refusal
from tests.tools.sql.samples import MYSQL, POSTGRES, SNOWFLAKE, SQLITE, rows
from tools.sql import statements
from tools.sql.guard import check
from tools.sql.likeness import Likeness, shape
from tools.sql.rules import Checked, Rules
from tools.sql.statements import Statements

pytestmark = pytest.mark.threat("T29")

CORPUS = [
    *((row["sql"], POSTGRES) for row in rows("sql_guard.jsonl", "postgres")),
    *((row["sql"], POSTGRES) for row in rows("sql_guard_more.jsonl", "postgres")),
    *((row["sql"], SQLITE) for row in rows("sql_guard_sqlite.jsonl", "sqlite")),
    *((row["sql"], MYSQL) for row in rows("sql_guard.jsonl", "mysql")),
    *((row["sql"], MYSQL) for row in rows("sql_guard_mysql.jsonl", "mysql")),
    *((row["sql"], SNOWFLAKE) for row in rows("sql_guard.jsonl", "snowflake")),
    *((row["sql"], SNOWFLAKE) for row in rows("sql_guard_snowflake.jsonl", "snowflake")),
]
COMPARED = re.compile(r"(?<=[=<>] )[0-9]+(?![\w.])")
OTHERS = ("0", "7", "100001", "999999999", "2147483647", "99999999999")
CONDITIONS = st.sampled_from(
    [
        *(
            "id = 5",
            "amount >= 10",
            "o.id <> 3",
            "(id = 5)",
            "details -> 5 = 'x'",
            "5 < id",
            "id = -5",
            "ssn = 1",
        ),
        *(
            "id = (SELECT count(*) FROM customers WHERE id > 9)",
            "status = '= 5'",
            '"id" = 5',
            "id = 5.0",
            "id = 05",
        ),
        *(
            "id -- = 5\n = 7",
            "id /* = 5 */ = 7",
            "status = E'\\' AND id = 5",
            "id = 5e3",
            "id = repeat('5', 9)",
        ),
        *("id = 5 + 10 * length(status)", "id IN (SELECT g FROM generate_series(1, 5) g WHERE g = 3)", "= 5"),
    ]
)
PLACES = st.sampled_from(
    [
        "SELECT id FROM orders o WHERE {0}",
        "SELECT ({0}), count(*) FROM orders o GROUP BY ({0})",
        "SELECT ({0}) FROM orders o GROUP BY 1 HAVING count(*) > 7 ORDER BY ({0})",
        "SELECT repeat('x', CASE WHEN {0} THEN 9 ELSE 5 END) FROM orders o",
        "SELECT g FROM orders o, generate_series(1, CASE WHEN {0} THEN 5 ELSE 9 END) g",
        "SELECT g FROM orders o, generate_series(1, id + 5 * CAST(({0}) AS int)) g",
        "WITH q AS (SELECT id FROM orders o WHERE {0}) SELECT id FROM q LIMIT 7",
        "SELECT id FROM orders o LIMIT CAST(({0}) AS int)",
    ]
)


def outcome(rules: Rules, sql: str, known: Statements | None = None) -> Checked | tuple[str, str]:
    try:
        return known.check(sql) if known else check(sql, rules)
    except Refusal as refusal:
        return refusal.rule if isinstance(refusal, Denied) else refusal.code, refusal.message


@pytest.mark.parametrize("rules", [POSTGRES, SQLITE, MYSQL, SNOWFLAKE], ids=lambda rules: str(rules.dialect))
def test_whatever_was_asked_before_a_statement_is_judged_as_if_it_were_the_first(rules: Rules) -> None:
    known = Statements(rules)
    for sql, its in CORPUS:
        if its is not rules:
            continue
        for number in OTHERS:
            other = COMPARED.sub(number, sql)
            assert outcome(rules, other, known) == outcome(rules, other), other


@given(
    place=PLACES,
    conditions=st.lists(CONDITIONS, min_size=1, max_size=3),
    numbers=st.lists(st.integers(0, 10**10), max_size=2),
)
def test_no_text_passes_for_its_likeness_to_another(
    place: str, conditions: list[str], numbers: list[int]
) -> None:
    sql = place.format(" AND ".join(conditions))
    for rules in (POSTGRES, SQLITE, MYSQL, SNOWFLAKE):
        known = Statements(rules)
        for text in (sql, *(COMPARED.sub(str(number), sql) for number in numbers)):
            assert outcome(rules, text, known) == outcome(rules, text)


def test_a_statement_like_one_that_passed_is_not_taken_apart_again(monkeypatch: pytest.MonkeyPatch) -> None:
    known = Statements(POSTGRES)
    known.check("SELECT name FROM customers WHERE id = 1 AND territory = 'EMEA'")
    monkeypatch.setattr(statements, "check", None)
    found = known.check("SELECT name FROM customers WHERE id = 70 AND territory = 'EMEA'")
    assert found == check("SELECT name FROM customers WHERE id = 70 AND territory = 'EMEA'", POSTGRES)
    with pytest.raises(TypeError):
        known.check("SELECT name FROM customers WHERE id = 70 AND territory = 'APAC'")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT details -> 5 FROM orders",
        "SELECT f(x => 5)",
        "SELECT '= 5', \"= 5\"",
        "SELECT id FROM orders WHERE id = 5.0",
        "SELECT id FROM orders WHERE id = 5e3",
        "SELECT id FROM orders WHERE id = 05",
        "SELECT id FROM orders WHERE id = 5000000000",
        "SELECT id FROM orders WHERE id = -5",
        "SELECT id FROM orders WHERE id != - 5",
        "SELECT id FROM orders -- = 5",
        "SELECT id FROM orders /* */ WHERE id = 5",
        "SELECT id FROM orders WHERE note = E'\\' AND id = 5",
        "SELECT id FROM orders WHERE note = $$ = 5 $$",
        "SELECT [a = 5] FROM orders",
        "SELECT id FROM orders WHERE id = 5 OR id = 2147480000",
    ],
)
def test_only_a_plain_integer_that_is_compared_with_has_a_stand_in(sql: str) -> None:
    assert shape(sql) is None


def test_equal_integers_have_one_stand_in() -> None:
    found = shape("SELECT id = 5 FROM orders WHERE id > 7 GROUP BY id = 5")
    assert found is not None
    assert found.numbers == ("5", "7")
    assert found.text == "SELECT id = 2147480000 FROM orders WHERE id > 2147480001 GROUP BY id = 2147480000"


@pytest.mark.parametrize(
    ("sql", "column", "by_text", "good"),
    [
        ('SELECT "id" = 2147480000', "?column?", False, True),
        ('SELECT "id" = 2147480000', "", False, True),
        ('SELECT "id" = 2147480000', "", True, False),
        ('SELECT "id" = 2147480000', "id = 2147480000", True, False),
        ('SELECT "id"', "id", False, False),
        ('SELECT "id" = 2147480000 AND "id" = 2147480000', "?column?", False, False),
    ],
)
def test_a_verdict_with_a_stand_in_where_none_was_put_is_good_for_itself_alone(
    sql: str, column: str, *, by_text: bool, good: bool
) -> None:
    asked = shape("SELECT id = 5")
    assert asked
    checked = Checked(sql, (), frozenset(), (column,))
    assert (Likeness.of(asked, checked, named_by_text=by_text) is not None) == good
