"""The engine as a second witness: SQLite asks it about every column that a statement touches (threat T29)."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import apsw

from policies.cause import cause
from policies.errors import Denied
from tools.sql.dialect_sqlite import SQLITE
from tools.sql.filters import columns_read
from tools.sql.rules import Dialect, Relation, Rules
from tools.sqlite.database import Database

# What operators of the language compile to is asked about under these names.
_FUNCTIONS: Final = SQLITE.functions | SQLITE.operators | {"like", "glob"}
_READING: Final = frozenset({apsw.SQLITE_SELECT, apsw.SQLITE_RECURSIVE})


class Read(NamedTuple):
    """A column, on behalf of a view or a WITH query, all in lower case. No column: the table as such."""

    table: str
    column: str
    within: str


@dataclass(slots=True)
class Witness:
    """Permits what the configuration permits, and what the views that a statement names are made of.

    SQLite says within which view a column is read by the view's name alone, and a WITH query may bear the
    same name; so a view permits only what its own definition reads.
    """

    permitted: dict[str, frozenset[str]]
    functions: AbstractSet[str]
    table_functions: AbstractSet[str]
    views: AbstractSet[Read] = frozenset()
    view_functions: AbstractSet[str] = frozenset()
    refused: list[str] = field(default_factory=list[str])

    def __call__(
        self, action: int, first: str | None, second: str | None, _: str | None, by: str | None
    ) -> int:
        if self._permits(action, (first or "").lower(), (second or "").lower(), (by or "").lower()):
            return apsw.SQLITE_OK
        self.refused.append(f"action {action}: {first}, {second}, within {by}")
        return apsw.SQLITE_DENY

    def _permits(self, action: int, first: str, second: str, within: str) -> bool:
        if action == apsw.SQLITE_READ:
            columns = self.permitted.get(first)
            if columns is not None and (not second or second in columns):
                return True
            return first in self.table_functions or Read(first, second, within) in self.views
        if action == apsw.SQLITE_FUNCTION:
            return second in self.functions or (bool(within) and second in self.view_functions)
        return action in _READING


def witness(rules: Rules, relations: Iterable[Relation], database: Database) -> Witness:
    """For a statement that reads these relations. The database must not be asking anybody yet."""
    permitted = {
        relation.name.lower(): frozenset(map(str.lower, columns_read(readable, Dialect.SQLITE)))
        for relation, readable in rules.relations.items()
    }
    views: set[Read] = set()
    functions: set[str] = set()
    for relation in relations:
        if _is_view(database, relation.name):
            _record(database, relation.name, views, functions)
    return Witness(permitted, _FUNCTIONS | rules.functions, SQLITE.records.keys(), views, functions)


def hold(seen: Witness, error: apsw.Error) -> Denied:
    """What a refusal of the authorizer reads like."""
    return Denied(
        "SQLite would touch a column, a table or a function that is not open. Read only what the schema tool "
        "lists.",
        rule="engine_witness",
        detail=f"{cause(error)}; {'; '.join(seen.refused[:5])}",
    )


def _is_view(database: Database, name: str) -> bool:
    found = database.read("SELECT type FROM sqlite_schema WHERE lower(name) = ?", (name.lower(),))
    return ("view",) in found


def _record(database: Database, view: str, reads: set[Read], functions: set[str]) -> None:
    """What a view's own definition reads, nested views among it."""

    def note(action: int, first: str | None, second: str | None, _: str | None, by: str | None) -> int:
        if action == apsw.SQLITE_READ and by:
            reads.add(Read((first or "").lower(), (second or "").lower(), by.lower()))
        elif action == apsw.SQLITE_FUNCTION and by:
            functions.add((second or "").lower())
        return apsw.SQLITE_OK

    quoted = view.replace('"', '""')
    database.ask(note)
    try:
        # Compiled, and not run. The name is the configuration's, quoted.
        sql = f'SELECT * FROM "{quoted}"'  # noqa: S608 - see above
        database.steps(sql)
    finally:
        database.ask(None)
