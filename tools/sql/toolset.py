"""The tools of an SQL source: schema, query and explain; and write, where it may be written."""

from typing import TYPE_CHECKING, Final

from policies.call import Tool
from policies.sources import SqlSource
from tools.sql.cursors import MAX_LENGTH
from tools.tables import acting_tool, reading_tool

if TYPE_CHECKING:
    from policies.canonical import Json

MAX_SQL_CHARACTERS: Final = 65_536

SCHEMA: Final = "schema"
QUERY: Final = "query"
EXPLAIN: Final = "explain"
WRITE: Final = "write"

_DIALECTS = {"postgres": "PostgreSQL", "sqlite": "SQLite", "mysql": "MySQL", "snowflake": "Snowflake"}


def toolset(name: str, source: SqlSource) -> tuple[Tool, ...]:
    """`schema`, `query`, `explain` and perhaps `write`, described by the configuration alone (threat T26)."""
    dialect = _DIALECTS[source.kind]
    sql: dict[str, Json] = {
        "type": "string",
        "minLength": 1,
        "maxLength": MAX_SQL_CHARACTERS,
        "description": f"One SELECT statement of {dialect}, at most {MAX_SQL_CHARACTERS} characters.",
    }
    limits = (
        f"At most {source.max_rows} rows, {source.max_bytes} bytes and {source.timeout:g} seconds a page; "
        f"cells over {source.max_cell_bytes} bytes are cut and counted."
    )
    return (
        reading_tool(
            name,
            SCHEMA,
            f"Tables of {name}",
            f"Lists the tables and columns of {name} that may be read: types, nullability and keys.",
            {
                "table": {
                    "type": "string",
                    "minLength": 1,
                    "maxLength": 200,
                    "description": "Only this table: `name` or `schema.name`, as listed without it.",
                }
            },
        ),
        reading_tool(
            name,
            QUERY,
            f"Query {name}",
            (
                f"Reads {name} with one SELECT statement; tables and columns as {name}_schema lists them. "
                f"{limits} `next` is the cursor of the next page. Pages are stable only with an ORDER BY "
                "over unique columns."
            ),
            {
                "sql": sql,
                "cursor": {
                    "type": "string",
                    "minLength": 1,
                    "maxLength": MAX_LENGTH,
                    "description": "`next` of the answer before, with the same sql.",
                },
            },
            required=["sql"],
        ),
        reading_tool(
            name,
            EXPLAIN,
            f"Explain a query of {name}",
            (
                f"Shows the steps by which {dialect} would run one SELECT statement over {name}, without "
                "running it. Estimates are left out where a row filter or a view is involved."
            ),
            {"sql": sql},
            required=["sql"],
        ),
        *([_write_tool(name, source, dialect)] if source.may_be_changed else []),
    )


def _write_tool(name: str, source: SqlSource, dialect: str) -> Tool:
    tables = "; ".join(
        f"{table} ({', '.join(rules.write)}; key: {', '.join(rules.key)})"
        for table, rules in source.tables.items()
        if rules.write
    )
    return acting_tool(
        name,
        WRITE,
        f"Change {name}",
        (
            f"Changes rows of {name} with one INSERT, UPDATE or DELETE, at most {source.max_changed_rows} at "
            "once. Before anything is done, the rows are shown to a person as they are and as they will be. "
            f"May be written: {tables}. UPDATE and DELETE need a WHERE; no RETURNING, no joins, no DEFAULT: "
            "look things up with sub-selects."
        ),
        {
            "sql": {
                "type": "string",
                "minLength": 1,
                "maxLength": MAX_SQL_CHARACTERS,
                "description": f"One INSERT, UPDATE or DELETE of {dialect}.",
            }
        },
        required=["sql"],
    )
