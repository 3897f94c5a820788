"""What holds for every statement (threat T29)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.errors import Refusal
from tests.tools.sql.samples import CUSTOMERS, POSTGRES, SQLITE, rows, rule
from tools.sql.guard import check
from tools.sql.language import words
from tools.sql.rules import Checked, Rules

pytestmark = pytest.mark.threat("T29")

ALLOWED = [
    *(row["sql"] for row in rows("sql_guard.jsonl", "postgres") if row["expect"] == "allow"),
    *(row["sql"] for row in rows("sql_guard_more.jsonl", "postgres") if row["expect"] == "allow"),
]
ALLOWED_SQLITE = [row["sql"] for row in rows("sql_guard_sqlite.jsonl", "sqlite") if row["expect"] == "allow"]
PIECES = st.sampled_from(
    sorted(
        words(
            "SELECT FROM WHERE AS JOIN ON USING LATERAL WITH RECURSIVE UNION ALL GROUP BY ORDER LIMIT OFFSET",
            "VALUES TABLE CASE WHEN THEN END NOT IN EXISTS BETWEEN INTERVAL CAST ARRAY ROW OVER PARTITION",
            "FILTER DISTINCT EXPLAIN PIVOT QUALIFY orders customers salaries ssn id c o 1 'x' $1 :x @y",
            "* , ( ) [ ] :: . ; ' \" $$ -- /* */ lower( count( generate_series( = < > + - || -> ->> @> ? ~ !",
        )
    )
)


def _places(hidden: str) -> list[str]:
    return [
        f"SELECT {hidden} FROM customers c",
        f"SELECT lower({hidden}) FROM customers c",
        f"SELECT count(*) FROM customers c WHERE {hidden} IS NULL",
        f"SELECT count(*) FROM customers c GROUP BY {hidden}",
        f"SELECT count(*) FROM customers c GROUP BY GROUPING SETS (({hidden}), ())",
        f"SELECT count(*) FROM customers c HAVING max({hidden}) > 'a'",
        f"SELECT id FROM customers c ORDER BY ({hidden}) DESC",
        f"SELECT DISTINCT ON ({hidden}) id FROM customers c",
        f"SELECT sum(id) OVER (PARTITION BY {hidden}) FROM customers c",
        f"SELECT sum(id) OVER w FROM customers c WINDOW w AS (ORDER BY {hidden})",
        f"SELECT count(*) FILTER (WHERE {hidden} = 'x') FROM customers c",
        f"SELECT mode() WITHIN GROUP (ORDER BY {hidden}) FROM customers c",
        f"SELECT string_agg(name, ',' ORDER BY {hidden}) FROM customers c WHERE id = 1",
        f"SELECT CASE {hidden} WHEN 'x' THEN 1 END FROM customers c",
        f"SELECT ARRAY[{hidden}] FROM customers c",
        f"SELECT ROW({hidden}, 1) FROM customers c",
        f"SELECT ({hidden})::text FROM customers c",
        f"SELECT id FROM customers c LIMIT (SELECT length(max({hidden})) FROM customers c)",
        f"SELECT o.id FROM orders o JOIN customers c ON c.id = o.id AND {hidden} = o.status",
        f"SELECT x FROM customers c, LATERAL (SELECT {hidden} AS x) q",
        f"SELECT x FROM customers c, unnest(ARRAY[{hidden}]) AS x",
        f"SELECT x FROM customers c CROSS JOIN LATERAL (VALUES ({hidden})) AS v(x)",
        f"WITH q(x) AS (SELECT {hidden} FROM customers c) SELECT x FROM q",
        f"SELECT id FROM orders WHERE EXISTS (SELECT FROM customers c WHERE {hidden} > 'a')",
        f"SELECT id FROM customers c WHERE (id, {hidden}) IN (SELECT 1, 'x')",
        f"SELECT name FROM customers c UNION SELECT {hidden} FROM customers c",
        f"VALUES ((SELECT {hidden} FROM customers c LIMIT 1))",
    ]


@given(
    column=st.from_regex(r"[a-z_][a-z0-9_]{0,20}", fullmatch=True).filter(
        lambda name: name not in {*CUSTOMERS, *["c", "o", "q", "x", "v", "w", "id", "status"]}
    ),
    holder=st.sampled_from(["", "c."]),
    place=st.integers(0, len(_places("")) - 1),
)
def test_a_column_that_is_not_listed_is_denied_wherever_it_stands(
    column: str, holder: str, place: int
) -> None:
    assert rule(_places(f'{holder}"{column}"')[place]) in {"column", "unbounded"}


@pytest.mark.parametrize("place", range(len(_places(""))))
def test_the_places_of_the_property_are_honest_with_an_open_column(place: int) -> None:
    assert rule(_places("c.name")[place]) == "allowed"


@given(
    table=st.from_regex(r"[a-z_][a-z0-9_]{0,20}", fullmatch=True),
    schema=st.sampled_from(["", "public.", "hr.", "pg_catalog."]),
)
def test_a_relation_that_is_not_listed_is_denied(table: str, schema: str) -> None:
    listed = schema in {"", "public."} and table in {"customers", "orders", "order_items"}
    assert (rule(f'SELECT count(*) FROM {schema}"{table}"') == "allowed") is listed


def _answer(sql: str, rules: Rules) -> Checked | Refusal:
    """Anything else that is raised fails the test."""
    try:
        return check(sql, rules)
    except Refusal as refusal:
        return refusal


@given(st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=40).map(" ".join)))
@settings(max_examples=400)
def test_any_text_is_answered_or_refused(text: str) -> None:
    for rules in (POSTGRES, SQLITE):
        found = _answer(text, rules)
        if isinstance(found, Refusal):
            assert "taken apart" not in found.message
            assert found.message.isprintable()


@given(sql=st.sampled_from(ALLOWED), cut=st.tuples(st.integers(0, 400), st.integers(0, 12)), piece=PIECES)
@settings(max_examples=400)
def test_a_broken_statement_reads_nothing_else(sql: str, cut: tuple[int, int], piece: str) -> None:
    start, length = cut
    found = _answer(sql[:start] + f" {piece} " + sql[start + length :], POSTGRES)
    if isinstance(found, Refusal):
        assert "taken apart" not in found.message
    else:
        assert found.relations <= POSTGRES.relations.keys()


@pytest.mark.parametrize(
    ("sql", "rules"),
    [*((sql, POSTGRES) for sql in ALLOWED), *((sql, SQLITE) for sql in ALLOWED_SQLITE)],
)
def test_what_has_passed_passes_again_and_reads_the_same(sql: str, rules: Rules) -> None:
    try:
        once = check(sql, rules, cap=False)
    except Refusal:
        pytest.skip("a refusal of this row is tolerable")
    again = check(once.sql, rules, cap=False)
    assert again.relations == once.relations
    assert check(again.sql, rules, cap=False).sql == again.sql
