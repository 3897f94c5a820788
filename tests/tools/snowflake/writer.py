"""Tables of many types that may be written, in a database of their own, and who writes to them."""

from collections.abc import Sequence
from typing import Any, Final

from tests.tools.clerk import Clerk
from tests.tools.snowflake.gate import Grants, Who
from tests.tools.snowflake.lab import Lab
from tools.snowflake.connector import SnowflakeConnector
from tools.snowflake.role import role_sql

SCHEMA: Final = (
    "CREATE SCHEMA IF NOT EXISTS {0}.PUBLIC",
    """CREATE TABLE BOOKS (
        ID NUMBER(38, 0), TITLE VARCHAR(20) NOT NULL, PRICE NUMBER(10, 2), SOLD TIMESTAMP_NTZ(9), DAY DATE,
        RUNG TIME, LENT BOOLEAN, OWNER VARCHAR(10) DEFAULT 'ada'
    )""",
    "INSERT INTO BOOKS SELECT 1, 'Emma', 9.5, '2024-01-02 03:04:05.678', '2024-01-02', '03:04:05', 1, 'ada'",
    "INSERT INTO BOOKS SELECT 2, 'Ulysses', 20, NULL, NULL, NULL, NULL, 'ada'",
    "INSERT INTO BOOKS SELECT 3, 'Zoë 😀', 1, '1970-01-01', '1970-01-01', '00:00:00', FALSE, 'ada'",
    "CREATE TABLE PAIRS (A VARCHAR(10), B NUMBER(38, 0), V VARCHAR)",
    "INSERT INTO PAIRS VALUES ('x', 1, 'old')",
)
"""What is changed."""
OTHERS: Final = (
    "CREATE TABLE TWINS (ID NUMBER(38, 0), V VARCHAR)",
    "INSERT INTO TWINS VALUES (1, 'a'), (1, 'b'), (2, 'c')",
    "CREATE TABLE LOOSE (ID NUMBER(38, 0), V VARIANT)",
    "CREATE TABLE WORDS (ID NUMBER(38, 0), WORD VARCHAR)",
    "CREATE VIEW SEEN AS SELECT * FROM PAIRS",
)


def _table(*columns: str, key: Sequence[str] = ("id",), **more: Any) -> dict[str, Any]:
    return {"columns": [*key, *columns], "key": list(key), "write": list(columns), **more}


TABLES: Final[dict[str, Any]] = {
    "books": _table("title", "price", "sold", "day", "rung", "lent", "owner"),
    "pairs": _table("v", key=("a", "b")),
    "twins": _table("v"),
    "loose": _table("v"),
    "words": _table("word"),
    "seen": _table("v", key=("a", "b")),
}


class Desk(Clerk):
    """A lab over these tables, and the connector of somebody whose role remit's own SQL has made."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        lab.gate.types = {}
        lab.gate.collated = frozenset({"WORD"})
        grants = granted(role_sql(lab.source(tables=TABLES), "remit"))
        super().__init__(self.with_settings(), lab.login(Who(grants=grants)))

    def with_settings(self, **settings: Any) -> SnowflakeConnector:
        return self.lab.connector(**{"tables": TABLES, **settings})

    def run(self, sql: str) -> Sequence[Sequence[str]]:
        """As somebody else."""
        return self.lab.gate.behind.run(sql, self.lab.gate.database)

    def rows(self, table: str = "BOOKS") -> Sequence[Sequence[str]]:
        return self.run(f"SELECT * FROM {table} ORDER BY 1, 2")


def granted(sql: str) -> Grants:
    """What the statements grant, as SHOW GRANTS lists it."""
    found: list[tuple[str, str, str]] = []
    for line in sql.splitlines():
        if line.startswith("GRANT ") and line.endswith(' TO ROLE "REMIT";'):
            rights, _, thing = line.removeprefix("GRANT ").removesuffix(' TO ROLE "REMIT";').partition(" ON ")
            kind, _, name = thing.partition(" ")
            found += [(right, kind, name.replace('"', "")) for right in rights.split(", ")]
    return found
