"""Rows of one table by their key: read, written and compared under names that are the configuration's."""

from collections.abc import Sequence
from dataclasses import dataclass

from policies.canonical import canonical
from policies.change import Change, Fields, Kind
from tools.sql.rules import Readable, Relation
from tools.sql.standing import Condition
from tools.sqlite.database import Cell, Database
from tools.sqlite.hazards import Hazards
from tools.sqlite.values import kept, restored


@dataclass(frozen=True, slots=True)
class Rows:
    """`condition` is the row filter, with `claims` as its values; without it every row is found."""

    relation: Relation
    readable: Readable
    condition: Condition | None = None
    claims: Sequence[str] = ()

    def find(self, database: Database, key: Fields) -> Fields | None:
        """All readable columns of the row of this key, or None. Raises `apsw.Error`."""
        columns = ", ".join(map(quoted, self.readable.columns))
        first = len(self.claims) + 1
        where = " AND ".join(f"{quoted(name)} IS ?{n}" for n, name in enumerate(key, first))
        filter_ = f" AND {self.condition.sql}" if self.condition else ""
        found = list(
            database.read(
                f"SELECT {columns} FROM {self._table} WHERE {where}{filter_}",  # noqa: S608 - see the module
                [*self.claims, *map(restored, key.values())],
            )
        )
        # Two rows of one key are none that could be told apart.
        if len(found) != 1:
            return None
        return dict(zip(self.readable.columns, map(kept, found[0]), strict=True))

    def write(self, database: Database, change: Change, table: Hazards) -> Fields | None:
        """Makes one change. The key of the row that it was made to, None where there was not exactly one."""
        found = database.write(*self.statement(change, table))
        return dict(zip(self.readable.key, map(kept, found[0]), strict=True)) if len(found) == 1 else None

    def statement(self, change: Change, table: Hazards) -> tuple[str, list[Cell]]:
        """What makes a change, and answers with the key of each row that it is made to."""
        keys = ", ".join(map(quoted, self.readable.key))
        after = {
            name: value for name, value in (change.after or {}).items() if name.lower() not in table.generated
        }
        # Where the table would let another row go, the statement has to say that it may not. Nowhere else,
        # because it would be said to the triggers too.
        only = "OR ABORT " if table.replaces else ""
        values = [*map(restored, after.values())]
        if change.kind is Kind.CREATE:
            names, marks = ", ".join(map(quoted, after)), ", ".join("?" * len(after))
            sql = f"INSERT {only}INTO {self._table} ({names}) VALUES ({marks}) RETURNING {keys}"  # noqa: S608
        else:
            where = " AND ".join(f"{quoted(name)} IS ?" for name in change.key)
            values += map(restored, change.key.values())
            sql = f"DELETE FROM {self._table} WHERE {where} RETURNING {keys}"  # noqa: S608
            if change.kind is Kind.UPDATE:
                assignments = ", ".join(f"{quoted(name)} = ?" for name in after)
                sql = f"UPDATE {only}{self._table} SET {assignments} WHERE {where} RETURNING {keys}"  # noqa: S608
        return sql, values

    def holds(self, database: Database, key: Fields, fields: Fields) -> bool:
        """Whether the row holds these values, as SQLite itself compares them with its columns."""
        where = " AND ".join(f"{quoted(name)} IS ?" for name in (*key, *fields))
        values = [*map(restored, key.values()), *map(restored, fields.values())]
        return bool(list(database.read(f"SELECT 1 FROM {self._table} WHERE {where}", values)))  # noqa: S608

    @property
    def _table(self) -> str:
        return f"main.{quoted(self.relation.name)}"


def stands(fields: Fields | None, now: Fields | None) -> bool:
    """Whether a row holds exactly these fields, storage classes included; None is no row."""
    if fields is None or now is None:
        return fields is now
    return all(name in now and canonical(now[name]) == canonical(value) for name, value in fields.items())


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
