"""A shop in Snowflake, as the emulator has it, with sentinels in what nobody may see; and its sources."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from starlette.types import Receive, Scope, Send

from policies.call import Table, User
from policies.canonical import Json
from policies.secret import Credential, Secret
from policies.sources import SnowflakeSource
from tests.proofs import ADA, run
from tests.snowduck import Snowduck
from tests.tools.snowflake.gate import Gate, Who
from tools.snowflake.connector import SnowflakeConnector

SCHEMA: Final = (
    "CREATE SCHEMA IF NOT EXISTS {0}.PUBLIC",
    """CREATE TABLE CUSTOMERS (
        ID INT, NAME TEXT, EMAIL TEXT, TERRITORY TEXT, CREATED_AT TIMESTAMP, SSN TEXT
    )""",
    """CREATE TABLE ORDERS (
        ID INT, CUSTOMER_ID INT, AMOUNT DECIMAL(12, 2), STATUS TEXT, PLACED_AT TIMESTAMP
    )""",
    "CREATE TABLE ORDER_ITEMS (ORDER_ID INT, SKU TEXT, QTY INT, PRICE DECIMAL(12, 2))",
    "CREATE TABLE SALARIES (EMPLOYEE TEXT, AMOUNT INT)",
    """INSERT INTO CUSTOMERS SELECT i, 'Customer ' || i, 'c' || i || '@example.com',
        CASE i % 3 WHEN 0 THEN 'EMEA' WHEN 1 THEN 'AMER' ELSE 'APAC' END, '2024-01-01'::TIMESTAMP,
        'SSNLEAK-' || i FROM (SELECT UNNEST(range(1, 31)) AS i)""",
    """INSERT INTO ORDERS SELECT i, 1 + (i * 7) % 30, (10 + (i * 37) % 991) / 4,
        CASE i % 3 WHEN 0 THEN 'paid' ELSE 'new' END, '2024-01-02 03:04:05.678'::TIMESTAMP
        FROM (SELECT UNNEST(range(1, 201)) AS i)""",
    """INSERT INTO ORDER_ITEMS SELECT i, 'SKU-' || i % 40, 1 + i % 5, i * 13 % 500
        FROM (SELECT UNNEST(range(1, 201)) AS i)""",
    "INSERT INTO SALARIES VALUES ('SALLEAK-1', 100000)",
)
TABLES: Final[dict[str, Any]] = {
    "customers": {"columns": ["id", "name", "email", "territory", "created_at"]},
    "orders": {"columns": ["id", "customer_id", "amount", "status", "placed_at"]},
    "order_items": {"columns": ["order_id", "sku", "qty", "price"]},
}
TYPES: Final = {
    **dict.fromkeys(("ID", "CUSTOMER_ID", "ORDER_ID", "QTY"), ("fixed", 0)),
    **dict.fromkeys(("AMOUNT", "PRICE"), ("fixed", 2)),
    **dict.fromkeys(("CREATED_AT", "PLACED_AT"), ("timestamp_ntz", 9)),
}
_NUMBERS: Final = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Lab:
    """`gate` is the account, at `url`; `credential` is a token that may read what the source lists."""

    gate: Gate
    url: str
    credential: Credential = field(repr=False)

    def source(self, **settings: Any) -> SnowflakeSource:
        return SnowflakeSource.model_validate(
            {
                "kind": "snowflake",
                "dsn": f"snowflake://{self.url.removeprefix('http://')}/SHOP",
                "role": "remit",
                "warehouse": "remit_wh",
                "reason": "tests",
                "timeout": 5,
                "tables": TABLES,
                **settings,
            }
        )

    def connector(self, **settings: Any) -> SnowflakeConnector:
        return SnowflakeConnector("lab", self.source(**settings), Path())

    def login(self, who: Who) -> Credential:
        return Credential(Secret(self.gate.token(who)))

    async def query(
        self, sql: str, user: User = ADA, *, credential: Credential | None = None, **settings: Any
    ) -> Table:
        return await self.call("query", {"sql": sql}, user, credential=credential, **settings)

    async def call(
        self,
        verb: str,
        arguments: dict[str, Json],
        user: User = ADA,
        *,
        credential: Credential | None = None,
        **settings: Any,
    ) -> Table:
        connector = self.connector(**settings)
        return await run(connector, verb, arguments, user=user, credential=credential or self.credential)


def make_shop(behind: Snowduck, schema: Sequence[str] = SCHEMA) -> str:
    """The name of a database of its own."""
    name = f"SHOP{next(_NUMBERS)}"
    behind.run(f"CREATE DATABASE {name}", "MEMORY")
    for statement in schema:
        behind.run(statement.format(name), name)
    return name


class Account:
    """One address, and behind it a gate that each test gets anew."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.gate: Gate | None = None

    def renew(self, behind: Snowduck, database: str, who: Who | None = None) -> Lab:
        """`who` the token is for."""
        self.gate = Gate(behind, database, types=dict(TYPES))
        return Lab(self.gate, self.url, Credential(Secret(self.gate.token(who))))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.gate is not None
        await self.gate(scope, receive, send)
