"""What the schema tool tells, and what a table has that keeps it from being written: from information_schema.

The account sees there only what it has been granted something of.
"""

from collections.abc import Sequence
from typing import Final

from policies.call import Column, Kind
from policies.canonical import Json
from tools.mysql.link import Link
from tools.sql.names import fold
from tools.sql.rules import Relation, Rules

SCHEMA_COLUMNS: Final = (
    Column("table", Kind.NAME),
    Column("column", Kind.NAME),
    Column("type", Kind.NAME),
    Column("nullable", Kind.BOOLEAN),
    Column("key", Kind.BOOLEAN),
    Column("references", Kind.NAME),
)
_COLUMNS: Final = """
SELECT column_name, column_type, is_nullable = 'YES', column_key = 'PRI' FROM information_schema.columns
WHERE table_schema = ? AND table_name = ? ORDER BY ordinal_position
"""
_REFERENCES: Final = """
SELECT column_name, referenced_table_schema, referenced_table_name, referenced_column_name
FROM information_schema.key_column_usage
WHERE table_schema = ? AND table_name = ? AND referenced_table_name IS NOT NULL
ORDER BY constraint_name, ordinal_position
"""


async def columns_of(link: Link, relation: Relation) -> Sequence[tuple[str, str, bool, bool]]:
    """Name, type, whether it may be NULL and whether it is of the primary key, for each that is seen."""
    rows = (await link.ask(_COLUMNS, relation)).rows
    return [(str(name), str(kind), bool(nullable), bool(key)) for name, kind, nullable, key in rows]


async def columns_told(link: Link, rules: Rules, only: Relation | None) -> list[tuple[Json, ...]]:
    """Rows under SCHEMA_COLUMNS, of every configured column or of one table's."""
    found: list[tuple[Json, ...]] = []
    for relation in rules.relations if only is None else (only,):
        permitted = {fold(name) for name in rules.relations[relation].columns}
        references = {
            fold(str(column)): f"{schema}.{table}.{referred}"
            for column, schema, table, referred in (await link.ask(_REFERENCES, relation)).rows
            if _is_open(rules, Relation(str(schema), str(table)), str(referred))
        }
        found += [
            (f"{relation.schema}.{relation.name}", name, kind, nullable, key, references.get(fold(name)))
            for name, kind, nullable, key in await columns_of(link, relation)
            if fold(name) in permitted
        ]
    return found


def _is_open(rules: Rules, relation: Relation, column: str) -> bool:
    readable = rules.relations.get(relation)
    return readable is not None and fold(column) in {fold(name) for name in readable.columns}
