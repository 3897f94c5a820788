"""A table of many types that may be written, and what writes to it."""

from collections.abc import Sequence
from typing import Any, Final

from policies.secret import Credential, Secret
from tests.mariadb import MariaDB
from tests.tools.clerk import Clerk
from tests.tools.mysql.lab import Lab
from tools.mysql.connector import MysqlConnector

SCHEMA: Final = (
    """CREATE TABLE books (
        id int AUTO_INCREMENT PRIMARY KEY, title varchar(40) NOT NULL, price decimal(10, 2), sold datetime(3),
        cover varbinary(20), stock int unsigned DEFAULT 0, weight double, owner varchar(10) DEFAULT 'ada',
        CHECK (price >= 0)
    )""",
    """INSERT INTO books (title, price, sold, cover, stock, weight) VALUES
        ('Emma', 9.50, '2024-01-02 03:04:05.678', x'00ff', 3, 0.1), ('Ulysses', 20, NULL, NULL, 1, 1e300),
        ('Zoë 😀', 1, '0001-01-01', x'', 0, -2.5)""",
    "CREATE TABLE pairs (a varchar(10), b int, v text, PRIMARY KEY (a, b))",
    "INSERT INTO pairs VALUES ('x', 1, 'old')",
    "CREATE TABLE parents (id int PRIMARY KEY, a varchar(10))",
    "INSERT INTO parents VALUES (1, 'p')",
    """CREATE TABLE children (id int PRIMARY KEY, parent int, FOREIGN KEY (parent) REFERENCES parents (id)
        ON DELETE CASCADE)""",
    "CREATE TABLE shouting (id int PRIMARY KEY, a varchar(10))",
    "INSERT INTO shouting VALUES (1, 'A')",
    "CREATE TRIGGER shout BEFORE UPDATE ON shouting FOR EACH ROW SET new.a = upper(new.a)",
    "CREATE TABLE careless (id int PRIMARY KEY, a varchar(10)) ENGINE = MyISAM",
    "CREATE TABLE stamped (id int PRIMARY KEY, a varchar(10), at timestamp ON UPDATE CURRENT_TIMESTAMP)",
    "INSERT INTO stamped VALUES (1, 'a', '2024-01-01')",
    "CREATE TABLE summed (id int PRIMARY KEY, a int, twice int AS (a * 2) STORED)",
    "INSERT INTO summed (id, a) VALUES (1, 2)",
    "CREATE TABLE keyless (id int, a varchar(10))",
)


def _table(*columns: str, key: Sequence[str] = ("id",), **more: Any) -> dict[str, Any]:
    return {"columns": [*key, *columns], "key": list(key), "write": list(columns), **more}


TABLES: Final[dict[str, Any]] = {
    "books": _table("title", "price", "sold", "cover", "stock", "weight", "owner"),
    "pairs": _table("v", key=("a", "b")),
    "parents": _table("a"),
    "children": _table("parent"),
    "shouting": _table("a"),
    "careless": _table("a"),
    "stamped": _table("a"),
    "summed": {"columns": ["id", "a", "twice"], "key": ["id"], "write": ["a"]},
    "keyless": _table("a"),
}
GRANTS: Final = (
    *(f"SELECT, INSERT, UPDATE, DELETE ON `{{0}}`.{name}" for name in TABLES if name != "summed"),
    "SELECT ON `{0}`.summed",
    "INSERT (id, a), UPDATE (a) ON `{0}`.summed",
)


class Desk(Clerk):
    """A lab of its own with these tables, and its writer's connector."""

    def __init__(self, lab: Lab, credential: Credential, **settings: Any) -> None:
        self.lab = lab
        dsn = lab.server.dsn(lab.database, f"{lab.database}_writer")
        self._settings = {"dsn": dsn, "tables": TABLES, **settings}
        super().__init__(self.with_settings(), credential)

    def with_settings(self, **settings: Any) -> MysqlConnector:
        return self.lab.connector(**{**self._settings, **settings})

    async def rows(self, table: str = "books") -> list[tuple[Any, ...]]:
        return await self.lab.run(f"SELECT * FROM {table} ORDER BY 1")


async def make_desk(server: MariaDB, name: str) -> Desk:
    await server.create_database(name)
    await server.run(*SCHEMA, database=name)
    account = f"{name}_writer"
    password = await server.create_account(account, *(each.format(name) for each in GRANTS))
    credential = Credential(Secret(password))
    return Desk(Lab(server, name, account, credential), credential)
