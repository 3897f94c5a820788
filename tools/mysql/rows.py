"""Rows of one table by their key: the statements that read and write them, and what they ask for.

Every value goes both ways as text (columns.py). Pure: text from names and types alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from policies.change import Change, Fields, Kind
from tools.mysql.columns import Stored
from tools.mysql.targets import Target
from tools.sql.names import fold
from tools.sql.rules import Readable

Statement: TypeAlias = tuple[str, tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Rows:
    """`filter` is the row filter with `?` for each of `claims`, or empty: then every row is found."""

    target: Target
    readable: Readable
    filter: str = ""
    claims: tuple[object, ...] = ()

    def finding(self, key: Fields, *, lock: bool = False) -> Statement:
        """Reads all readable columns of the row of this key, as texts."""
        cells = ", ".join(self._column(name).text(quoted(name)) for name in self.readable.columns)
        where, values = self._where(key)
        sql = f"SELECT {cells} FROM {self._table} WHERE {where}"  # noqa: S608 - see the module
        return f"{sql} LOCK IN SHARE MODE" if lock else sql, values

    def changing(self, change: Change) -> Statement:
        """Makes one change, where what it expects still stands: else it changes no row."""
        after = change.after or {}
        values: tuple[object, ...] = tuple(after.values())
        if change.kind is Kind.CREATE:
            given = [name for name in after if not self._column(name).is_made]
            names = ", ".join(map(quoted, given))
            cells = ", ".join(self._column(name).value for name in given)
            sql = f"INSERT INTO {self._table} ({names}) VALUES ({cells})"  # noqa: S608 - see the module
            return sql, tuple(after[name] for name in given)
        where, found = self._where(change.key, change.before or {})
        if change.kind is Kind.DELETE:
            return f"DELETE FROM {self._table} WHERE {where}", found  # noqa: S608 - see the module
        sets = ", ".join(f"{quoted(name)} = {self._column(name).value}" for name in after)
        return f"UPDATE {self._table} SET {sets} WHERE {where}", (*values, *found)  # noqa: S608 - see the module

    def proposing(self, sql: str, written: Sequence[str], *, with_old: bool) -> str:
        """What the guard's SELECT proposes, as texts: old values, new ones, and of each whether it fits."""
        old = list(self.readable.columns) if with_old else []
        names = [*(f"b{n}" for n in range(1, len(old) + 1)), *(f"a{n}" for n in range(1, len(written) + 1))]
        before = [self._column(name).text(f"b{n}") for n, name in enumerate(old, 1)]
        after = [(self._column(name), f"a{n}") for n, name in enumerate(written, 1)]
        cells = [
            *before,
            *(column.text(column.stored(cell)) for column, cell in after),
            *(column.fits(cell) for column, cell in after),
        ]
        return (
            f"WITH `what is proposed` ({', '.join(names)}) AS (\n{sql}\n) "  # noqa: S608 - the guard's own text
            f"SELECT {', '.join(cells)} FROM `what is proposed`"
        )

    def _where(self, key: Fields, before: Fields | None = None) -> Statement:
        conditions = [f"{quoted(name)} = {self._column(name).value}" for name in key]
        exact = {**key, **(before or {})}
        conditions += [self._column(name).is_text(quoted(name)) for name in exact]
        if self.filter:
            conditions.append(f"({self.filter})")
        return " AND ".join(conditions), (*key.values(), *exact.values(), *self.claims)

    def _column(self, name: str) -> Stored:
        return self.target.columns[fold(name)]

    @property
    def _table(self) -> str:
        return ".".join(map(quoted, self.target.relation))


def quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def texts(row: Iterable[object]) -> list[str | None]:
    """Of an answer whose cells all are text."""
    return [None if value is None else str(value) for value in row]
