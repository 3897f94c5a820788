"""What INFORMATION_SCHEMA tells of the columns of a table, which shows what the role may use."""

from collections.abc import Sequence
from typing import Final

from policies.call import Column, Kind
from policies.canonical import Json
from tools.rest.refusals import odd
from tools.snowflake.api import Api
from tools.snowflake.columns import Stored
from tools.sql.names import fold
from tools.sql.rules import Relation, Rules

SCHEMA_COLUMNS: Final = (
    Column("table", Kind.NAME),
    Column("column", Kind.NAME),
    Column("type", Kind.NAME),
    Column("nullable", Kind.BOOLEAN),
)
_ASKED: Final = (
    "column_name",
    "data_type",
    "is_nullable",
    "character_maximum_length",
    "numeric_precision",
    "numeric_scale",
    "datetime_precision",
    "collation_name",
)
COLUMNS: Final = (
    f"SELECT table_type, {', '.join(_ASKED)} FROM information_schema.columns "  # noqa: S608 - all of it is ours
    "JOIN information_schema.tables USING (table_schema, table_name) "
    "WHERE table_schema = ? AND table_name = ? ORDER BY ordinal_position"
)


async def described(api: Api, relation: Relation) -> tuple[str, Sequence[Stored]]:
    """What kind of table it is, and those of its columns that the role sees: none where it sees no table."""
    result = await api.run(COLUMNS, [name.upper() for name in relation])
    if len(result.fields) != len(_ASKED) + 1:
        raise odd("the columns of a table are told otherwise")
    rows = [row async for row in api.rows(result)]
    columns = [Stored.of(dict(zip(_ASKED, row[1:], strict=True))) for row in rows]
    return str(rows[0][0]) if rows else "", columns


async def columns_told(api: Api, rules: Rules, only: Relation | None) -> list[tuple[Json, ...]]:
    """Rows under SCHEMA_COLUMNS, of every configured column or of one table's."""
    found: list[tuple[Json, ...]] = []
    for relation in rules.relations if only is None else (only,):
        permitted = {fold(name) for name in rules.relations[relation].columns}
        found += [
            (f"{relation.schema}.{relation.name}", each.name, each.type, each.nullable)
            for each in (await described(api, relation))[1]
            if fold(each.name) in permitted
        ]
    return found
