"""The SQL that makes an account which can do what is configured, and nothing else (threat T09)."""

from collections.abc import Iterator

from policies.sources import MysqlSource
from tools.mysql.privileges import granting, needed
from tools.mysql.rows import quoted
from tools.sql.rules import Rules


def role_sql(source: MysqlSource, account: str) -> str:
    """For an administrator to read and run on the server; it can be run again.

    The account may come from anywhere, with TLS. It has no password yet, and can't log in before it has.
    """
    return "\n".join(_lines(source, f"{quoted(account)}@'%'")) + "\n"


def _lines(source: MysqlSource, account: str) -> Iterator[str]:
    rules = Rules.of(source)
    yield f"CREATE USER IF NOT EXISTS {account} REQUIRE SSL ACCOUNT LOCK;"
    yield f"REVOKE ALL PRIVILEGES, GRANT OPTION FROM {account};"
    yield "-- What remit.toml says."
    for relation, what, columns in needed(rules):
        yield f"{granting(relation, what, columns)} TO {account};"
    for function in sorted(rules.functions):
        schema, _, routine = function.rpartition(".")
        place = f"{quoted(schema or rules.default_schema)}.{quoted(routine)}"
        yield f"GRANT EXECUTE ON FUNCTION {place} TO {account};"
    yield f"-- Then: ALTER USER {account} IDENTIFIED BY '...' ACCOUNT UNLOCK;"
