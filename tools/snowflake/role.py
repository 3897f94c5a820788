"""The SQL that makes a role which can do what is configured, and nothing else (threat T09)."""

from collections.abc import Iterator
from typing import Final

from policies.sources import SnowflakeSource
from tools.snowflake.grants import needed
from tools.snowflake.names import quoted
from tools.sql.rules import Relation, Rules

_USER: Final = "USER_OF_THE_TOKEN"


def role_sql(source: SnowflakeSource, role: str) -> str:
    """For an administrator to read and run; it can be run again.

    It takes nothing away: Snowflake has no statement that takes all from a role. `remit doctor` tells of what
    an older role has beyond it.
    """
    return "\n".join(_lines(source, quoted(role))) + "\n"


def _lines(source: SnowflakeSource, role: str) -> Iterator[str]:
    rules, database = Rules.of(source), quoted(source.database)
    yield f"CREATE ROLE IF NOT EXISTS {role};"
    yield f"GRANT USAGE ON WAREHOUSE {quoted(source.warehouse or '')} TO ROLE {role};"
    yield f"GRANT USAGE ON DATABASE {database} TO ROLE {role};"
    for schema in sorted({relation.schema for relation in rules.relations}):
        yield f"GRANT USAGE ON SCHEMA {database}.{quoted(schema)} TO ROLE {role};"
    yield "-- What remit.toml says. Which columns are read, remit decides: Snowflake grants whole tables."
    yield "-- Write VIEW in the place of TABLE where it is one."
    for relation, readable in sorted(rules.relations.items()):
        rights = ", ".join(("SELECT", *needed(readable)))
        yield f"GRANT {rights} ON {_table(database, relation)} TO ROLE {role};"
    for function in sorted(rules.functions):
        schema, _, name = function.rpartition(".")
        place = f"{database}.{quoted(schema or rules.default_schema)}.{quoted(name)}"
        yield f"-- With its arguments: GRANT USAGE ON FUNCTION {place}(...) TO ROLE {role};"
    yield f"-- Then, for each user: GRANT ROLE {role} TO USER {_USER};"
    yield f"-- and: ALTER USER {_USER} SET DEFAULT_SECONDARY_ROLES = ();"


def _table(database: str, relation: Relation) -> str:
    return f"TABLE {database}.{quoted(relation.schema)}.{quoted(relation.name)}"
