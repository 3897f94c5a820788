"""What keeps a table from being written row by row: read from the file itself, before anybody is asked."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from policies.change import Change, Kind
from policies.errors import Denied
from tools.sql.rules import Readable
from tools.sqlite.database import Database

_TABLE: Final = """
SELECT t.type, s.sql FROM pragma_table_list AS t LEFT JOIN sqlite_schema AS s
    ON s.name = t.name AND s.type = 'table'
WHERE t.schema = 'main' AND lower(t.name) = ?
"""
_COLUMNS: Final = "SELECT name, pk, hidden FROM pragma_table_xinfo(?, 'main') WHERE hidden <> 1"
_INDICES: Final = """SELECT name FROM pragma_index_list(?, 'main') WHERE "unique" = 1 AND partial = 0"""
_INDEXED: Final = "SELECT name FROM pragma_index_info(?, 'main')"
_LINKS: Final = """
SELECT lower(f."to"), f.on_update, f.on_delete
FROM pragma_table_list AS t, pragma_foreign_key_list(t.name, 'main') AS f
WHERE t.schema = 'main' AND t.type = 'table' AND lower(f."table") = ?
"""
_SPREADING: Final = {"CASCADE", "SET NULL", "SET DEFAULT"}


@dataclass(frozen=True, slots=True)
class Hazards:
    """Names are in lower case. `links` are (columns referred to, ON UPDATE, ON DELETE) of other tables.

    `definition` is what made the table. `replaces` says that it may resolve a conflict with another row by
    itself, as in UNIQUE ... ON CONFLICT REPLACE.
    """

    is_table: bool
    definition: str
    columns: frozenset[str]
    generated: frozenset[str]
    unique: tuple[frozenset[str], ...]
    links: tuple[tuple[frozenset[str], str, str], ...]

    @property
    def replaces(self) -> bool:
        return re.search(r"\bconflict\b", self.definition, re.IGNORECASE) is not None

    def has_key(self, key: Iterable[str]) -> bool:
        return frozenset(map(str.lower, key)) in self.unique

    def final(self, changes: Iterable[Change], readable: Readable) -> str:
        """Why a write can't be taken back, or nothing."""
        unseen = self.columns - self.generated - set(map(str.lower, readable.columns))
        if unseen and any(change.kind is Kind.DELETE for change in changes):
            return "the table has columns that remit does not see, and their values would be lost"
        return ""

    def refuse_generated(self, written: Iterable[str]) -> None:
        """Raises `Denied` for what a statement would write; a deleted row is put back without it."""
        if self.generated & set(map(str.lower, written)):
            raise Denied("A column of these is computed by the database. Leave it out.", rule="generated")

    def refuse(self, changes: Iterable[Change], readable: Readable) -> None:
        """Raises `Denied` for what can't be planned row by row."""
        if not self.is_table:
            raise Denied("This is no table, so it can't be written. Write the tables behind it.", rule="view")
        if not self.has_key(readable.key):
            raise Denied(
                "The configured key of this table is not unique in it, so rows can't be told apart. "
                "An administrator should run remit doctor.",
                rule="key",
            )
        for change in changes:
            written = {name.lower() for name in change.after or () if change.kind is Kind.UPDATE}
            for referred, on_update, on_delete in self.links:
                if (change.kind is Kind.DELETE and on_delete in _SPREADING) or (
                    referred & written and on_update in _SPREADING
                ):
                    raise Denied(
                        "Other tables' rows would be changed or deleted along with it by their foreign keys. "
                        "Change those rows first.",
                        rule="cascade",
                    )


def hazards(database: Database, table: str) -> Hazards:
    """The database must not be asking anybody yet."""
    name = table.lower()
    columns = [(str(column).lower(), pk, hidden) for column, pk, hidden in database.read(_COLUMNS, (table,))]
    primary = frozenset(column for column, pk, _ in columns if pk)
    unique = [
        frozenset(str(column).lower() for (column,) in database.read(_INDEXED, (index,)))
        for (index,) in list(database.read(_INDICES, (table,)))
    ]
    ((type_, definition),) = list(database.read(_TABLE, (name,))) or [(None, None)]
    return Hazards(
        is_table=type_ == "table",
        definition=str(definition),
        columns=frozenset(column for column, *_ in columns),
        generated=frozenset(column for column, _, hidden in columns if hidden in {2, 3}),
        unique=(primary, *unique) if primary else tuple(unique),
        links=tuple(
            # Without a column, a reference is to the primary key.
            (primary if to is None else frozenset({str(to)}), str(update), str(delete))
            for to, update, delete in database.read(_LINKS, (name,))
        ),
    )
