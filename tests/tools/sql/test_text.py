"""Before a statement is parsed: its size, its depth, and what the parser would forgive (threat T31)."""

import time
from collections.abc import Callable

import pytest

from policies.errors import InvalidArgument
from tests.tools.sql.samples import MYSQL, POSTGRES, SQLITE, rule
from tools.sql.guard import check
from tools.sql.rules import Rules

pytestmark = pytest.mark.threat("T31")

SHAPES: dict[str, Callable[[int], str]] = {
    "brackets": lambda n: f"SELECT {'(' * n}1{')' * n}",
    "arrays": lambda n: f"SELECT {'ARRAY[' * n}1{']' * n}",
    "subscripts": lambda n: f"SELECT a{'[1]' * n} FROM orders",
    "subscripted types": lambda n: f"SELECT {'x::int[' * n}1{']' * n}",
    "type calls": lambda n: f"SELECT {'numeric(' * n}1{')' * n}",
    "calls": lambda n: f"SELECT {'abs(' * n}1{')' * n}",
    "sub-selects": lambda n: f"SELECT {'(SELECT ' * n}1{')' * n}",
    "from": lambda n: f"SELECT * FROM {'(SELECT * FROM ' * n}orders{') x' * n}",
    "with": lambda n: f"{'WITH a AS (' * n}SELECT 1{') SELECT 1' * n}",
    "ctes": lambda n: "WITH " + ",".join(f"c{i} AS (SELECT 1)" for i in range(n)) + " SELECT 1",
    "comments of two kinds": lambda n: "SELECT " + "/* a */ -- b\n " * n + "1",
    "blanks": lambda n: f"SELECT 1{' ' * n}/*! 2 */",
    "half comments": lambda n: f"SELECT 1 {'/* a ' * n}",
    "not": lambda n: f"SELECT {'NOT ' * n}true",
    "signs": lambda n: f"SELECT {'- ' * n}1",
    "mixed prefixes": lambda n: f"SELECT {'NOT - ' * n}1",
    "case": lambda n: f"SELECT {'CASE WHEN true THEN 1 ELSE ' * n}1{' END' * n}",
    "when": lambda n: f"SELECT CASE {'WHEN true THEN 1 ' * n}END",
    "casts": lambda n: f"SELECT 1{'::int' * n}",
    "sums": lambda n: f"SELECT 1{' + 1' * n}",
    "texts": lambda n: f"SELECT 'a'{' || 1' * n}",
    "and": lambda n: f"SELECT id FROM orders WHERE id = 1{' AND id = 1' * n}",
    "or": lambda n: f"SELECT id FROM orders WHERE id = 1{' OR id = 1' * n}",
    "list": lambda n: f"SELECT id FROM orders WHERE id IN (1{', 1' * n})",
    "between": lambda n: f"SELECT 1{' BETWEEN 1 AND 2' * n}",
    "unions": lambda n: f"SELECT id FROM orders{' UNION ALL SELECT id FROM orders' * n}",
    "joins": lambda n: f"SELECT 1 FROM orders{' JOIN orders' * n}{' ON true' * n}",
    "comma joins": lambda n: "SELECT 1 FROM orders" + "".join(f", orders o{i}" for i in range(n)),
    "columns": lambda n: f"SELECT {'id, ' * n}id FROM orders",
    "open quote": lambda n: "SELECT '" + "x" * n,
    "comments": lambda n: f"SELECT 1 {'/* x */' * n}",
    "nested comments": lambda n: f"SELECT 1 {'/*' * n}{'*/' * n}",
    "dollars": lambda n: f"SELECT {'$' * n}",
    "semicolons": lambda n: ";" * n,
    "dots": lambda n: f"SELECT a{'.a' * n}",
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("rules", [POSTGRES, SQLITE, MYSQL], ids=lambda rules: str(rules.dialect))
def test_a_large_or_deep_statement_is_decided_at_once(shape: str, rules: Rules) -> None:
    for size in (40, 300, 3_000, 60_000):
        sql = SHAPES[shape](size)
        began = time.perf_counter()
        rule(sql, rules)
        assert time.perf_counter() - began < 5  # a hundred times what it takes


def test_a_statement_of_more_than_64_kib_is_not_read() -> None:
    with pytest.raises(InvalidArgument, match="65537 bytes"):
        check("SELECT '" + "x" * (65_536 - 8) + "'", POSTGRES)


def test_ordinary_nesting_is_open() -> None:
    sql = "SELECT * FROM orders"
    for level in range(10):
        sql = f"SELECT * FROM ({sql}) AS level_{level}"
    assert rule(sql) == "allowed"
    assert rule("SELECT " + "(" * 20 + "1" + ")" * 20) == "allowed"


@pytest.mark.parametrize("text", ["\0", "\x1b", "\ufeff", "\ue000", "\ud800", "\x7f"])
def test_a_control_character_is_no_sql(text: str) -> None:
    assert rule(f"SELECT 1 {text}") == "invalid_argument"


@pytest.mark.parametrize(
    "text", ["", " ", ";", "-- x", "/* x */", "SELECT 1; SELECT 2", "SELECT 1;;SELECT 2"]
)
def test_there_is_exactly_one_statement(text: str) -> None:
    assert rule(text) == "invalid_argument"


def test_a_closing_semicolon_and_a_comment_after_it_are_no_statement() -> None:
    assert rule("SELECT 1; -- done") == "allowed"


@pytest.mark.parametrize(
    "text",
    [
        "SELECT interval (SELECT 1)",
        "SELECT id FROM orders LIMIT 5, 10",
        "SELECT id FROM orders WHERE id == 1",
        "SELECT id, FROM orders",
        "SELECT nullif(, 1)",
        "SELECT id FROM orders ORDER BY id WHERE id = 1",
        "SELECT id FROM orders LIMIT 1 LIMIT 2",
        "SELECT o.id FROM orders o JOIN customers c",
        "SELECT id FROM orders GROUP BY",
        "SELECT * FROM orders AS",
        "SELECT 1_000",
        "SELECT [1]",
        "SELECT sum(id) OVER FROM orders",
        "SELECT sum(id) OVER w FROM orders",
        "SELECT id FROM orders ORDER BY 2",
        "SELECT id FROM orders WHERE status REGEXP 'x'",
        "SELECT a.id FROM orders a OUTER APPLY (SELECT 1) b",
        "FROM orders",
    ],
)
def test_what_the_database_would_refuse_is_not_guessed_at(text: str) -> None:
    assert rule(text) != "allowed"


@pytest.mark.parametrize("literal", ["B'101'", "X'1F'", "U&'x'", "N'x'", r"E'\xC3'", "char '12'"])
def test_a_literal_that_would_come_back_as_another_value_is_refused(literal: str) -> None:
    assert rule(f"SELECT {literal}") != "allowed"
