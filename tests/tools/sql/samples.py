"""The sources that the guard's tests ask, and the rows of statements beside them."""

import json
from pathlib import Path
from typing import Any

import apsw

from policies.errors import Denied, Refusal
from tools.sql.guard import check
from tools.sql.rules import Checked, Dialect, Readable, Relation, Rules

DATA = Path(__file__).parents[2] / "data"

CUSTOMERS = ("id", "name", "email", "territory", "created_at")
ORDERS = ("id", "customer_id", "amount", "status", "placed_at")
ITEMS = ("order_id", "sku", "qty", "price")


def postgres(
    *, customers: str | None = None, orders: str | None = None, functions: frozenset[str] = frozenset()
) -> Rules:
    """The policy of sql_guard.jsonl, with row filters and functions where a test wants them."""
    return Rules(
        dialect=Dialect.POSTGRES,
        default_schema="public",
        relations={
            Relation("public", "customers"): Readable(CUSTOMERS, customers),
            Relation("public", "orders"): Readable(ORDERS, orders),
            Relation("public", "order_items"): Readable(ITEMS),
        },
        functions=functions,
        max_rows=1000,
    )


def sqlite(*, customers: str | None = None, orders: str | None = None) -> Rules:
    return Rules(
        dialect=Dialect.SQLITE,
        default_schema="main",
        relations={
            Relation("main", "customers"): Readable(CUSTOMERS, customers),
            Relation("main", "orders"): Readable((*ORDERS, "details"), orders),
            Relation("main", "order_items"): Readable(ITEMS),
        },
        functions=frozenset(),
        max_rows=1000,
    )


def mysql(*, customers: str | None = None, orders: str | None = None) -> Rules:
    return Rules(
        dialect=Dialect.MYSQL,
        default_schema="shop",
        relations={
            Relation("shop", "customers"): Readable(CUSTOMERS, customers),
            Relation("shop", "orders"): Readable(ORDERS, orders),
            Relation("shop", "order_items"): Readable(ITEMS),
        },
        functions=frozenset(),
        max_rows=1000,
    )


def snowflake(*, customers: str | None = None, orders: str | None = None) -> Rules:
    return Rules(
        dialect=Dialect.SNOWFLAKE,
        default_schema="public",
        relations={
            Relation("public", "customers"): Readable(CUSTOMERS, customers),
            Relation("public", "orders"): Readable(ORDERS, orders),
            Relation("public", "order_items"): Readable(ITEMS),
        },
        functions=frozenset(),
        max_rows=1000,
    )


POSTGRES = postgres()
SQLITE = sqlite()
MYSQL = mysql()
SNOWFLAKE = snowflake()


def rows(file: str, dialect: str) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in (DATA / file).read_text().splitlines()]
    return [row for row in found if row["dialect"] == dialect]


def verdict(sql: str, rules: Rules = POSTGRES) -> Checked | str:
    """What the guard gives, or the rule by which it refuses."""
    try:
        return check(sql, rules)
    except Denied as denied:
        return denied.rule
    except Refusal as refusal:
        return refusal.code


def rule(sql: str, rules: Rules = POSTGRES) -> str:
    found = verdict(sql, rules)
    return found if isinstance(found, str) else "allowed"


def inner(sql: str, rules: Rules = POSTGRES) -> str:
    """The checked statement without the cap around it."""
    return check(sql, rules, cap=False).sql


def engine() -> Any:
    """SQLite with the tables of sql_guard_sqlite.jsonl; apsw's own types say less than what it does."""
    connection: Any = apsw.Connection(":memory:")
    connection.execute((DATA / "sql_guard_sqlite.sql").read_text()).fetchall()
    return connection
