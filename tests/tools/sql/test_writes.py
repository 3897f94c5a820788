"""What a write would change, as a SELECT, and which writes are none (threats T17, T29)."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.errors import Denied, Refusal
from tests.tools.sql.samples import POSTGRES, SQLITE, engine, postgres, rule, sqlite
from tools.sql.guard import check, check_rules
from tools.sql.language import words
from tools.sql.rules import Readable, Relation, Rules
from tools.sql.standing import row_condition
from tools.sql.writes import Verb, Write, check_write

pytestmark = pytest.mark.threat("T29", "T17")

LIMIT = 10


def writable(rules: Rules) -> Rules:
    """Orders may be written in the whole; of customers, the name and the e-mail; of items nothing."""
    schema, relations = rules.default_schema, dict(rules.relations)
    orders, customers = Relation(schema, "orders"), Relation(schema, "customers")
    all_but_key = tuple(name for name in relations[orders].columns if name != "id")
    relations[orders] = replace(relations[orders], key=("id",), write=all_but_key)
    relations[customers] = replace(relations[customers], key=("id",), write=("name", "email"))
    return replace(rules, relations=relations, max_changed_rows=LIMIT)


BOTH = [pytest.param(writable(POSTGRES), id="postgres"), pytest.param(writable(SQLITE), id="sqlite")]
either = pytest.mark.parametrize("rules", BOTH)


def denied_by(sql: str, rules: Rules) -> str:
    try:
        check_write(sql, rules)
    except Denied as denied:
        return denied.rule
    except Refusal as refusal:
        return refusal.code
    return "allowed"


def shown(write: Write) -> list[tuple[Any, ...]]:
    return list(engine().execute(write.rows.sql))


def test_an_update_shows_each_row_as_it_is_and_what_it_gets() -> None:
    write = check_write(
        "UPDATE orders AS o SET amount = 1.10, status = upper(o.status) || 'x''y' WHERE o.id IN (2, 3)",
        writable(SQLITE),
    )
    assert (write.verb, write.relation) == (Verb.UPDATE, Relation("main", "orders"))
    assert write.written == ("amount", "status")
    assert write.rows.columns == ("b1", "b2", "b3", "b4", "b5", "b6", "a1", "a2")
    before = list(engine().execute("SELECT * FROM orders WHERE id IN (2, 3)"))
    assert shown(write) == [(*row, 1.1, row[3].upper() + "x'y") for row in before]


def test_a_delete_shows_each_row() -> None:
    write = check_write("DELETE FROM orders WHERE id = 7", writable(SQLITE))
    assert write.written == ()
    assert shown(write) == list(engine().execute("SELECT * FROM orders WHERE id = 7"))


def test_an_insert_shows_its_values() -> None:
    rules = writable(SQLITE)
    write = check_write(
        "INSERT INTO Orders (amount, ID, details) VALUES (1.10, 1, 'a'), (-3, NULL, 'b')", rules
    )
    assert write.written == ("amount", "id", "details")
    assert shown(write) == [(1.1, 1, "a"), (-3, None, "b")]
    source = "SELECT customer_id, amount FROM orders o ORDER BY amount DESC LIMIT 2"
    write = check_write(f"INSERT INTO orders (customer_id, amount) {source}", rules)
    assert shown(write) == list(engine().execute(source))


@either
def test_a_constant_is_kept_to_the_letter(rules: Rules) -> None:
    for constant in ("1.10", "0.1000", "12345678901234567890", "'O''Brien; -- x'", "NULL", "-5", "1e3"):
        for sql in (
            f"UPDATE orders SET amount = {constant} WHERE id = 1",
            f"INSERT INTO orders (amount) VALUES ({constant})",
        ):
            assert constant in check_write(sql, rules).rows.sql


@either
def test_one_row_more_than_may_be_changed_is_looked_for(rules: Rules) -> None:
    for sql in (
        "DELETE FROM orders WHERE true",
        "UPDATE orders SET amount = 1 WHERE id > 5 OR true",
        "INSERT INTO orders (amount) SELECT id FROM customers",
    ):
        assert check_write(sql, rules).rows.sql.endswith(f"LIMIT {LIMIT + 1} OFFSET 0")


@either
@pytest.mark.parametrize(
    "sql",
    [
        "update ORDERS set AMOUNT=1 where ID=1",
        'UPDATE "orders" SET "amount" = 1 WHERE "id" = 1',
        "UPDATE orders x SET amount = x.amount * 2 WHERE x.id = 1",
        "UPDATE orders SET amount = CASE WHEN id = 1 THEN 2 ELSE 3 END, status = 'x' WHERE true",
        "UPDATE orders SET status = NULL WHERE status IS NOT DISTINCT FROM 'new'",
        "UPDATE orders SET amount = (SELECT max(amount) FROM orders WHERE customer_id = 1) WHERE id = 1",
        "UPDATE orders SET status = (SELECT name FROM customers c WHERE c.id = customer_id) WHERE id = 1",
        "UPDATE orders SET amount = 1 WHERE customer_id IN (SELECT id FROM customers WHERE name = 'x')",
        "UPDATE orders SET amount = 1 /* as agreed */ WHERE id = 1 -- done",
        "UPDATE orders SET amount = 1 WHERE id = 1;",
        "UPDATE orders SET status = 'DEFAULT', amount = 1 WHERE id = 1",
        "UPDATE customers SET name = 'x' WHERE id = 1",
        "DELETE FROM orders WHERE id = 1 AND EXISTS (SELECT 1 FROM customers)",
        "DELETE FROM orders AS o WHERE o.id = 1",
        "WITH c AS (SELECT id FROM customers) DELETE FROM orders WHERE customer_id IN (SELECT id FROM c)",
        "WITH c(i) AS (SELECT id FROM customers) UPDATE orders SET amount = 0 WHERE id IN (SELECT i FROM c)",
        "WITH c AS (SELECT id FROM customers) INSERT INTO orders (customer_id) SELECT id FROM c",
        "INSERT INTO orders (customer_id) WITH c AS (SELECT id FROM customers) SELECT id FROM c",
        "INSERT INTO orders (id, amount) VALUES (1, 2)",
        "INSERT INTO orders (amount, status) SELECT amount, 'copy' FROM orders WHERE id = 1",
        "INSERT INTO orders (amount) SELECT sum(amount) FROM orders",
        "INSERT INTO customers (id, name, email) VALUES (1, 'x', 'y')",
    ],
)
def test_an_honest_write_passes(sql: str, rules: Rules) -> None:
    check_write(sql, rules)


@either
@pytest.mark.parametrize(
    ("sql", "why"),
    [
        # What is no write
        ("SELECT id FROM orders", "statement"),
        ("WITH c AS (SELECT 1 AS a) SELECT a FROM c", "statement"),
        ("MERGE INTO orders USING customers ON true WHEN MATCHED THEN DELETE", "statement"),
        ("TRUNCATE orders", "statement"),
        ("DROP TABLE orders", "statement"),
        ("REPLACE INTO orders VALUES (1)", "statement"),
        ("COPY orders FROM '/etc/passwd'", "statement"),
        ("PRAGMA query_only = off", "statement"),
        ("EXPLAIN DELETE FROM orders WHERE true", "statement"),
        ("BEGIN", "statement"),
        ("DELETE FROM orders WHERE true; DROP TABLE orders", "invalid_argument"),
        ("", "invalid_argument"),
        ("UPDATE", "invalid_argument"),
        ("DELETE", "invalid_argument"),
        ("INSERT", "invalid_argument"),
        ("WITH", "statement"),
        # What hangs on it
        ("DELETE FROM orders WHERE id = 1 RETURNING *", "clause"),
        ("UPDATE orders SET amount = 1 WHERE id = 1 RETURNING id", "clause"),
        ("INSERT INTO orders (amount) VALUES (1) RETURNING id", "clause"),
        ("INSERT INTO orders (id, amount) VALUES (1, 1) ON CONFLICT DO NOTHING", "clause"),
        ("INSERT INTO orders (id) SELECT 1 WHERE true ON CONFLICT (id) DO UPDATE SET amount = 1", "clause"),
        ("INSERT OR REPLACE INTO orders (amount) VALUES (1)", "clause"),
        ("INSERT OR IGNORE INTO orders (amount) VALUES (1)", "clause"),
        ("UPDATE OR IGNORE orders SET amount = 1 WHERE id = 1", "clause"),
        ("UPDATE ONLY orders SET amount = 1 WHERE id = 1", "clause"),
        ("UPDATE orders SET amount = c.id FROM customers c WHERE true", "clause"),
        ("DELETE FROM orders USING customers c WHERE c.id = customer_id", "clause"),
        ("DELETE FROM orders WHERE true ORDER BY id LIMIT 1", "clause"),
        ("UPDATE orders SET amount = 1 WHERE true LIMIT 1", "clause"),
        ("UPDATE orders SET amount = 1 ORDER BY id", "clause"),
        ("DELETE FROM orders LIMIT 1", "clause"),
        ("UPDATE orders SET (amount, status) = (1, 'x') WHERE id = 1", "clause"),
        ("UPDATE orders SET (amount, status) = (SELECT 1, 'x') WHERE id = 1", "clause"),
        ("UPDATE orders INDEXED BY i SET amount = 1 WHERE id = 1", "invalid_argument"),
        ("DELETE FROM orders WHERE CURRENT OF c", "invalid_argument"),
        ("UPDATE orders * SET amount = 1 WHERE id = 1", "invalid_argument"),
        ("UPDATE orders, customers SET amount = 1 WHERE true", "invalid_argument"),
        ("UPDATE orders JOIN customers c ON true SET amount = 1 WHERE true", "invalid_argument"),
        ("UPDATE orders SET o.amount = 1 WHERE id = 1", "invalid_argument"),
        ("UPDATE orders SET amount[1] = 1 WHERE id = 1", "invalid_argument"),
        ("UPDATE orders SET amount == 1 WHERE id = 1", "invalid_argument"),
        ("UPDATE orders AS o(a, b) SET amount = 1 WHERE id = 1", "invalid_argument"),
        ("INSERT INTO orders AS o (amount) VALUES (1)", "write"),
        ("INSERT INTO orders (amount) OVERRIDING SYSTEM VALUE VALUES (1)", "invalid_argument"),
        # Rows and values that nobody named
        ("DELETE FROM orders", "where"),
        ("UPDATE orders SET amount = 1", "where"),
        ("UPDATE orders SET amount = DEFAULT WHERE id = 1", "default"),
        ("UPDATE orders SET amount = (DEFAULT) WHERE id = 1", "default"),
        ("INSERT INTO orders (amount) VALUES (default)", "default"),
        ("INSERT INTO orders DEFAULT VALUES", "default"),
        ("INSERT INTO orders VALUES (1, 2, 3, 'x', 'y')", "write"),
        ("INSERT INTO orders SELECT id FROM customers", "write"),
        ("INSERT INTO orders (amount) VALUES (1, 2)", "write"),
        ("INSERT INTO orders (amount) SELECT 1, 2", "write"),
        ("INSERT INTO orders (amount) SELECT * FROM customers", "write"),
        ("INSERT INTO orders (amount, status) VALUES (1)", "invalid_argument"),
        ("INSERT INTO orders (amount, status) VALUES (1, 'x'), (2)", "invalid_argument"),
        ("INSERT INTO orders (amount)", "invalid_argument"),
        ("UPDATE orders SET amount = WHERE id = 1", "invalid_argument"),
        ("UPDATE orders SET amount = 1, WHERE id = 1", "invalid_argument"),
        ("UPDATE orders SET amount = 1 WHERE", "invalid_argument"),
        ("UPDATE orders SET amount = 1 AS x WHERE id = 1", "syntax"),
        # What may not be written
        ("UPDATE order_items SET qty = 1 WHERE true", "write"),
        ("UPDATE salaries SET amount = 1 WHERE true", "relation"),
        ("DELETE FROM hr.orders WHERE true", "relation"),
        ("DELETE FROM a.b.orders WHERE true", "invalid_argument"),
        ("DELETE FROM pg_temp.orders WHERE true", "relation"),
        ("UPDATE sqlite_master SET sql = 'x' WHERE true", "relation"),
        ("UPDATE customer_v SET name = 'x' WHERE true", "relation"),
        ("UPDATE customers SET ssn = 'x' WHERE id = 1", "write"),
        ("UPDATE customers SET territory = 'x' WHERE id = 1", "write"),
        ("UPDATE customers SET id = 2 WHERE id = 1", "write"),
        ('UPDATE customers SET "name" = 1, NAME = 2 WHERE id = 1', "write"),
        ("INSERT INTO customers (id, ssn) VALUES (1, 'x')", "write"),
        ("INSERT INTO customers (name, name) VALUES ('a', 'b')", "write"),
        ("DELETE FROM customers WHERE id = 1", "write"),
        ("UPDATE orders AS customers SET amount = 1 WHERE id = 1", "relation"),
        ("UPDATE 'orders' SET amount = 1 WHERE id = 1", "invalid_argument"),
        ("UPDATE orders SET 'amount' = 1 WHERE id = 1", "invalid_argument"),
        ('UPDATE U&"orders" SET amount = 1 WHERE id = 1', "invalid_argument"),
        # What may not be read
        ("UPDATE orders SET status = (SELECT ssn FROM customers WHERE id = 1) WHERE id = 1", "column"),
        ("UPDATE customers SET name = ssn WHERE id = 1", "column"),
        ("UPDATE customers SET name = 'x' WHERE ssn LIKE 'A%'", "column"),
        ("DELETE FROM orders WHERE customer_id IN (SELECT id FROM customers WHERE ssn > 'A')", "column"),
        ("INSERT INTO orders (status) SELECT ssn FROM customers", "column"),
        ("INSERT INTO orders (status) SELECT employee FROM salaries", "relation"),
        ("WITH orders AS (SELECT ssn AS id FROM customers) DELETE FROM orders WHERE true", "column"),
        ("INSERT INTO orders (status) VALUES ((SELECT max(ssn) FROM customers))", "column"),
        ("UPDATE orders SET status = (SELECT a1 FROM customers) WHERE true", "column"),
        ("UPDATE orders SET amount = b3 WHERE true", "column"),
        # What reaches beyond the rows
        ("UPDATE orders SET amount = nextval('s') WHERE id = 1", "function"),
        ("UPDATE orders SET amount = setval('s', 1) WHERE id = 1", "function"),
        ("UPDATE orders SET status = pg_read_file('/etc/passwd') WHERE id = 1", "function"),
        ("DELETE FROM orders WHERE pg_sleep(10) IS NULL", "function"),
        ("INSERT INTO orders (status) VALUES (set_config('a', 'b', false))", "function"),
        ("INSERT INTO orders (status) SELECT load_extension('x')", "function"),
        ("UPDATE orders SET amount = :x WHERE id = 1", "parameter"),
        ("WITH d AS (DELETE FROM orders RETURNING id) DELETE FROM orders WHERE id IN (SELECT id FROM d)",
         "statement"),
        ("WITH d AS (INSERT INTO orders (id) VALUES (1)) UPDATE orders SET amount = 1 WHERE true",
         "statement"),
        ("DELETE FROM orders WHERE id IN (DELETE FROM orders WHERE true RETURNING id)", "invalid_argument"),
        ("INSERT INTO orders (amount) DELETE FROM orders WHERE true RETURNING amount", "clause"),
        ("INSERT INTO orders (amount) UPDATE orders SET amount = 1 WHERE true", "statement"),
        # What takes the place of another
        ("UPDATE orders SET amount = 1) AS a1 FROM orders -- WHERE (1 = 1", "invalid_argument"),
        ("UPDATE orders SET amount = 1) AS a1, (2 WHERE id = 1", "invalid_argument"),
        ("DELETE FROM orders WHERE id = 1) UNION SELECT (1", "invalid_argument"),
        ("INSERT INTO orders (id) VALUES (1)) SELECT ssn FROM customers WHERE (1 = 1", "invalid_argument"),
        ("UPDATE orders SET amount = (1 WHERE id = 1", "invalid_argument"),
        ("UPDATE orders SET amount = 1 /* WHERE id = 1", "invalid_argument"),
        ("UPDATE orders SET status = 'x WHERE id = 1", "invalid_argument"),
        # One row from many
        ("UPDATE orders SET amount = max(amount) WHERE true", "row"),
        ("UPDATE orders SET amount = 1 + count(*) WHERE true", "row"),
        ("UPDATE orders SET amount = sum(amount) OVER () WHERE true", "row"),
        ("UPDATE orders SET amount = (SELECT max(orders.amount)) WHERE true", "row"),
        ("UPDATE orders SET amount = (SELECT max(orders.amount) FROM customers) WHERE true", "row"),
        ("DELETE FROM orders WHERE count(*) > 1", "row"),
    ],
)  # fmt: skip
def test_a_write_that_is_none_is_refused(sql: str, why: str, rules: Rules) -> None:
    assert denied_by(sql, rules) == why


def test_each_database_compares_names_in_its_own_way() -> None:
    assert denied_by('UPDATE "ORDERS" SET amount = 1 WHERE id = 1', writable(POSTGRES)) == "relation"
    assert denied_by('UPDATE orders SET "Amount" = 1 WHERE id = 1', writable(POSTGRES)) == "write"
    assert denied_by('UPDATE "ORDERS" SET [Amount] = 1 WHERE `ID` = 1', writable(SQLITE)) == "allowed"
    assert denied_by("UPDATE main.orders SET amount = 1 WHERE id = 1", writable(SQLITE)) == "allowed"
    assert denied_by(
        "UPDATE public.orders SET amount = 1 WHERE public.orders.id = 1", writable(POSTGRES)
    ) == ("allowed")
    # The Kelvin sign is no k.
    assert denied_by("UPDATE boo\u212as SET amount = 1 WHERE id = 1", writable(SQLITE)) == "relation"


@either
def test_a_query_of_with_does_not_stand_in_for_the_table(rules: Rules) -> None:
    sql = "WITH orders AS (SELECT 1 AS id) DELETE FROM orders WHERE id IN (SELECT id FROM orders)"
    write = check_write(sql, rules)
    assert write.rows.relations == {write.relation}
    assert f'FROM "{write.relation.schema}"."orders" AS "orders"' in write.rows.sql


@pytest.mark.parametrize("make", [postgres, sqlite])
def test_a_write_finds_the_users_own_rows_alone(make: Any) -> None:
    rules = writable(make(orders="customer_id = :own"))
    for sql in ("UPDATE orders SET amount = 1 WHERE true", "DELETE FROM orders WHERE true"):
        rows = check_write(sql, rules).rows
        assert rows.claims == ("own",)
        assert 'WHERE ("customer_id" = CAST(' in rows.sql
    condition = row_condition(Relation(rules.default_schema, "orders"), rules)
    assert condition is not None
    assert condition.sql.startswith('("customer_id" = CAST(')
    assert condition.claims == ("own",)


@either
@pytest.mark.parametrize(
    ("readable", "message"),
    [
        (Readable(("id", "name"), key=("id",), write=("name", "ssn")), "write .* names ssn"),
        (Readable(("id", "name"), key=("number",)), "key .* names number"),
        (Readable(("id", "name"), "name = :own", key=("id",), write=("name",)), "row filter reads"),
        (Readable(("id", "name"), '"name" = :own', key=("id",), write=("name",)), "row filter reads"),
    ],
)
def test_a_table_that_could_be_written_unseen_stops_the_start(
    readable: Readable, message: str, rules: Rules
) -> None:
    table = Relation(rules.default_schema, "customers")
    with pytest.raises(ValueError, match=message):
        check_rules(replace(rules, relations={table: readable}))
    check_rules(rules)


@either
@pytest.mark.parametrize(
    "rows",
    [
        "SELECT * FROM (SELECT id FROM customers) AS q",
        "SELECT * FROM (SELECT id, name, email FROM customers) AS q",
        "SELECT * FROM customers",
        "VALUES (1, 2, 3)",
        "VALUES (1)",
        "WITH q AS (SELECT id FROM customers) SELECT q.* FROM q",
    ],
)
def test_rows_that_are_wider_or_narrower_than_the_columns_are_refused(rows: str, rules: Rules) -> None:
    with pytest.raises(Refusal, match=r"(The rows have another number|`what is inserted`).*Match the two"):
        check_write(f"INSERT INTO orders (amount, status) {rows}", writable(rules))


WRITES = [
    "UPDATE orders SET amount = {}, status = 'x' WHERE id = 1",
    "UPDATE orders o SET amount = 1 WHERE {} IS NULL",
    "DELETE FROM orders WHERE id IN (SELECT id FROM customers c WHERE {} = 1)",
    "INSERT INTO orders (amount, status) VALUES ({}, 'x')",
    "INSERT INTO orders (amount) SELECT {} FROM customers c",
    "WITH q AS (SELECT {} AS x FROM customers c) INSERT INTO orders (amount) SELECT x FROM q",
    "UPDATE orders SET amount = (SELECT {} FROM customers c WHERE c.id = orders.id) WHERE true",
]


@given(
    write=st.sampled_from(WRITES),
    column=st.from_regex(r"[a-z_][a-z0-9_]{0,12}", fullmatch=True),
    holder=st.sampled_from(["", "c.", "orders.", "o."]),
)
def test_a_checked_write_names_no_column_beyond_the_rules(write: str, column: str, holder: str) -> None:
    for rules in (writable(POSTGRES), writable(SQLITE)):
        known = {name for readable in rules.relations.values() for name in readable.columns}
        if denied_by(write.format(f'{holder}"{column}"'), rules) == "allowed":
            assert column in known | {"x"}


PIECES = st.sampled_from(
    sorted(
        words(
            "INSERT INTO UPDATE DELETE FROM SET WHERE VALUES SELECT WITH AS RETURNING ON CONFLICT DEFAULT",
            "USING ORDER LIMIT ONLY OR REPLACE TABLE CASE END IN EXISTS orders customers salaries ssn id",
            "amount status o 1 'x' $1 * , ( ) [ ] . ; ' \" $$ -- /* */ = < + || max( nextval( true",
        )
    )
)


def _answer(sql: str, rules: Rules) -> Write | Refusal:
    try:
        return check_write(sql, rules)
    except Refusal as refusal:
        return refusal


def _is_answered(sql: str, rules: Rules) -> None:
    write = _answer(sql, rules)
    if isinstance(write, Refusal):
        assert "taken apart" not in write.message
        assert write.message.isprintable()
        return
    assert write.rows.relations <= rules.relations.keys()
    assert set(write.written) <= {*rules.relations[write.relation].write, "id"}
    assert rule(sql, rules) != "allowed"  # a write never passes as a read
    check(write.rows.sql, rules)  # and what shows what it does is a read


@given(st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=30).map(" ".join)))
@settings(max_examples=300)
def test_any_text_is_answered_or_refused(text: str) -> None:
    for rules in (writable(POSTGRES), writable(SQLITE)):
        _is_answered(text, rules)


@given(
    write=st.sampled_from([write.format("amount") for write in WRITES]),
    cut=st.tuples(st.integers(0, 100), st.integers(0, 12)),
    piece=PIECES,
)
@settings(max_examples=400)
def test_a_broken_write_reads_and_writes_nothing_else(write: str, cut: tuple[int, int], piece: str) -> None:
    start, length = cut
    for rules in (writable(POSTGRES), writable(SQLITE)):
        _is_answered(write[:start] + f" {piece} " + write[start + length :], rules)
