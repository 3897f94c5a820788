"""A MariaDB shop with sentinels in what nobody may see, and sources that reach it."""

from dataclasses import dataclass, field
from typing import Any, Final

from policies.call import Table, User
from policies.canonical import Json
from policies.secret import Credential, Secret
from policies.sources import MysqlSource
from tests.mariadb import MariaDB
from tests.proofs import ADA, run
from tools.mysql.connector import MysqlConnector

SENTINELS: Final = ("SSNLEAK-", "SALLEAK-")
SCHEMA: Final = (
    """CREATE TABLE customers (
        id int PRIMARY KEY, name varchar(80), email varchar(80), territory varchar(10), created_at datetime,
        ssn varchar(20), FULLTEXT (name)
    )""",
    """CREATE TABLE orders (
        id int PRIMARY KEY, customer_id int, amount decimal(10, 2), status varchar(20), placed_at datetime
    )""",
    "CREATE TABLE order_items (order_id int, sku varchar(20), qty int, price decimal(10, 2))",
    "CREATE TABLE salaries (id int PRIMARY KEY, employee varchar(40), amount decimal(10, 2))",
    """INSERT INTO customers SELECT seq, concat('Customer ', seq), concat('c', seq, '@example.com'),
        elt(1 + seq % 3, 'EMEA', 'AMER', 'APAC'), '2024-01-01' + INTERVAL seq DAY, concat('SSNLEAK-', seq)
        FROM seq_1_to_200""",
    """INSERT INTO orders SELECT seq, 1 + (seq * 7) % 200, (10 + (seq * 37) % 991) / 3,
        elt(1 + seq % 4, 'new', 'paid', 'shipped', 'cancelled'), '2024-01-01' + INTERVAL seq % 700 DAY
        FROM seq_1_to_2000""",
    """INSERT INTO order_items SELECT 1 + seq % 2000, concat('SKU-', seq % 40), 1 + seq % 5, seq * 13 % 500
        FROM seq_1_to_4000""",
    "INSERT INTO salaries SELECT seq, concat('SALLEAK-', seq), 100000 + seq FROM seq_1_to_20",
    "CREATE PROCEDURE do_write() UPDATE orders SET status = 'x' WHERE id = 1",
    "CREATE VIEW salary_v AS SELECT * FROM salaries",
)
TABLES: Final[dict[str, Any]] = {
    "customers": {"columns": ["id", "name", "email", "territory", "created_at"]},
    "orders": {"columns": ["id", "customer_id", "amount", "status", "placed_at"]},
    "order_items": {"columns": ["order_id", "sku", "qty", "price"]},
}
READS: Final = (
    "SELECT (id, name, email, territory, created_at) ON `{0}`.customers",
    "SELECT ON `{0}`.orders",
    "SELECT ON `{0}`.order_items",
)


@dataclass(frozen=True, slots=True)
class Lab:
    """`account` may read what the source lists, and nothing else."""

    server: MariaDB
    database: str
    account: str
    credential: Credential = field(repr=False)

    def source(self, **settings: Any) -> MysqlSource:
        return MysqlSource.model_validate(
            {
                "kind": "mysql",
                "dsn": self.server.dsn(self.database, self.account),
                "credential": "shared",
                "reason": "tests",
                "tls_ca": str(self.server.ca),
                "timeout": 5,
                "max_bytes": 50_000_000,
                "tables": TABLES,
                **settings,
            }
        )

    def connector(self, **settings: Any) -> MysqlConnector:
        return MysqlConnector("lab", self.source(**settings), self.server.folder)

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
        try:
            return await run(connector, verb, arguments, user=user, credential=credential or self.credential)
        finally:
            await connector.close()

    async def login(self, name: str, *grants: str) -> tuple[str, Credential]:
        """An account of its own, with these grants of this database, and how to reach it."""
        account = f"{self.database}_{name}"
        password = await self.server.create_account(account, *(each.format(self.database) for each in grants))
        return self.server.dsn(self.database, account), Credential(Secret(password))

    async def run(self, *statements: str) -> list[tuple[Any, ...]]:
        """As `root`."""
        return await self.server.run(*statements, database=self.database)

    async def checksum(self) -> list[tuple[Any, ...]]:
        return await self.run("CHECKSUM TABLE customers, orders, order_items, salaries EXTENDED")


async def make_lab(server: MariaDB, name: str) -> Lab:
    await server.create_database(name)
    await server.run(*SCHEMA, database=name)
    account = f"{name}_reader"
    password = await server.create_account(account, *(each.format(name) for each in READS))
    return Lab(server, name, account, Credential(Secret(password)))
