"""What the schema tool tells: the configured tables as the server's catalogue knows them."""

from typing import Final

from policies.call import Column, Kind
from policies.canonical import Json
from tools.sql.rules import Relation, Rules

SCHEMA_SQL: Final = """
WITH permitted AS (
    SELECT n.nspname, c.relname, a.attname, a.attnum, a.atttypid, a.atttypmod, a.attnotnull, c.oid, w.position
    FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS w(schema, name, "column", position)
    JOIN pg_namespace n ON n.nspname = w.schema
    JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = w.name
        AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = w.column AND a.attnum > 0
        AND NOT a.attisdropped
)
SELECT p.nspname::text || '.' || p.relname::text, p.attname::text, format_type(p.atttypid, p.atttypmod),
    NOT p.attnotnull,
    EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = p.oid AND k.contype = 'p'
        AND p.attnum = ANY (k.conkey)),
    (SELECT t.nspname::text || '.' || t.relname::text || '.' || t.attname::text
        FROM pg_constraint f JOIN permitted t ON t.oid = f.confrelid AND f.confkey = ARRAY[t.attnum]
        WHERE f.conrelid = p.oid AND f.contype = 'f' AND f.conkey = ARRAY[p.attnum]
        ORDER BY f.oid LIMIT 1)
FROM permitted p ORDER BY p.position
"""

SCHEMA_COLUMNS: Final = (
    Column("table", Kind.NAME),
    Column("column", Kind.NAME),
    Column("type", Kind.NAME),
    Column("nullable", Kind.BOOLEAN),
    Column("key", Kind.BOOLEAN),
    Column("references", Kind.NAME),
)


def schema_parameters(rules: Rules, only: Relation | None) -> tuple[Json, ...]:
    """Three lists of one length, schemas, tables and columns: every configured column, or one table's."""
    rows = [
        (relation.schema, relation.name, column)
        for relation, readable in rules.relations.items()
        if only is None or relation == only
        for column in readable.columns
    ]
    return tuple([row[part] for row in rows] for part in range(3))
