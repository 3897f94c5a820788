"""What the schema tool tells: from INFORMATION_SCHEMA, which shows what the role may use."""

from collections.abc import Sequence
from typing import Final

from policies.call import Column, Kind
from policies.canonical import Json
from tools.snowflake.api import Api
from tools.snowflake.values import plain
from tools.sql.names import fold
from tools.sql.rules import Relation, Rules

SCHEMA_COLUMNS: Final = (
    Column("table", Kind.NAME),
    Column("column", Kind.NAME),
    Column("type", Kind.NAME),
    Column("nullable", Kind.BOOLEAN),
)
_COLUMNS: Final = (
    "SELECT column_name, data_type, is_nullable FROM information_schema.columns "
    "WHERE table_schema = ? AND table_name = ? ORDER BY ordinal_position"
)


async def columns_of(api: Api, relation: Relation) -> Sequence[tuple[str, str, bool]]:
    """Name, type and whether it may be NULL, for each that the role sees."""
    result = await api.run(_COLUMNS, [name.upper() for name in relation])
    return [
        (plain(str(name)), str(kind), nullable == "YES") async for name, kind, nullable in api.rows(result)
    ]


async def columns_told(api: Api, rules: Rules, only: Relation | None) -> list[tuple[Json, ...]]:
    """Rows under SCHEMA_COLUMNS, of every configured column or of one table's."""
    found: list[tuple[Json, ...]] = []
    for relation in rules.relations if only is None else (only,):
        permitted = {fold(name) for name in rules.relations[relation].columns}
        found += [
            (f"{relation.schema}.{relation.name}", name, kind, nullable)
            for name, kind, nullable in await columns_of(api, relation)
            if fold(name) in permitted
        ]
    return found
