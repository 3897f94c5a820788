"""Rows of one table by their keys: the statements that read and write them, and what they ask for.

Nothing holds a row between two requests to the SQL API. So a write is one statement that looks itself whether
all of what was confirmed still stands, and changes all of its rows or none. Every value goes both ways as
text (columns.py). Pure: text from names and types alone.
"""
# ruff: noqa: S608 - what is put together here are names that are quoted and texts of the guard's

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from policies.canonical import Json
from policies.change import Change, Fields, Kind
from tools.snowflake.columns import text
from tools.snowflake.names import quoted
from tools.snowflake.targets import Target
from tools.sql.filters import columns_read
from tools.sql.names import fold
from tools.sql.rules import Dialect, Readable

Statement: TypeAlias = tuple[str, tuple[Json, ...]]

# No column that is configured has such a name.
_CONFIRMED: Final = '"what is confirmed"'
_STANDS: Final = '"stands" = 1'
_JUDGED: Final = '"what is judged"'


@dataclass(frozen=True, slots=True)
class Rows:
    """`filter` is the row filter with `?` for each of `claims`, or empty: then every row is found."""

    target: Target
    readable: Readable
    filter: str = ""
    claims: tuple[Json, ...] = ()

    def finding(self, keys: Sequence[Fields]) -> Statement:
        """Reads all readable columns of the rows of these keys, as texts."""
        given, values = _as_table([_cells("k", key) for key in keys])
        shown = _numbered([text(f"{self._name}.{quoted(name)}") for name in self.readable.columns])
        within = f" WHERE {self.filter}" if self.filter else ""
        sql = f"WITH {_CONFIRMED} AS ({given}) SELECT {shown} FROM {self._found(keys[0])}{within}"
        return sql, (*values, *self.claims)

    def proposing(self, sql: str, written: Sequence[str], *, with_old: bool) -> str:
        """What the guard's SELECT proposes, as texts: old values, new ones, and what is stored of these."""
        before = [f'"b {n}"' for n in range(len(self.readable.columns) if with_old else 0)]
        after = [f'"a {n}"' for n in range(len(written))]
        stored = [self.target.column(name).tried(cell) for name, cell in zip(written, after, strict=True)]
        return (
            f'WITH "what is proposed" ({", ".join([*before, *after])}) AS (\n{sql}\n) '
            f'SELECT {_numbered([*map(text, [*before, *after]), *stored])} FROM "what is proposed"'
        )

    def judging(self, changes: Sequence[Change]) -> Statement:
        """A row for each change that could be made, with how many rows have one of the keys, and how many of
        the changes are good: all that was seen stands, and the user may have the row before and after.
        """
        sql, values = self._judged(changes)
        return f'SELECT "found", "good" FROM ({sql}) AS {_JUDGED}', values

    def making(self, changes: Sequence[Change]) -> Statement:
        """Makes all of the changes, or none where one of them is not good."""
        judged, values = self._judged(changes)
        after = changes[0].after or {}
        cells = {name: self._given(name, f"{_JUDGED}.{cell}") for name, cell in _named("a", after).items()}
        kind, count = changes[0].kind, len(changes)
        if kind is Kind.CREATE:
            names, given = ", ".join(map(quoted, cells)), ", ".join(cells.values())
            sql = f"INSERT INTO {self._table} ({names}) SELECT {given} FROM ({judged}) AS {_JUDGED}"
            return f'{sql} WHERE "found" = 0 AND "good" = {count}', values
        if kind is Kind.UPDATE:
            sets = ", ".join(f"{quoted(name)} = {cell}" for name, cell in cells.items())
            sql = f"UPDATE {self._table} SET {sets} FROM ({judged}) AS {_JUDGED}"
        else:
            sql = f"DELETE FROM {self._table} USING ({judged}) AS {_JUDGED}"
        is_key = self._is_key(changes[0].key, _JUDGED)
        return f'{sql} WHERE {is_key} AND "found" = {count} AND "good" = {count}', values

    def _judged(self, changes: Sequence[Change]) -> Statement:
        return self._added(changes) if changes[0].kind is Kind.CREATE else self._changed(changes)

    def _added(self, changes: Sequence[Change]) -> Statement:
        given, values = _as_table([_cells("a", change.after or {}) for change in changes])
        places = _named("a", changes[0].after or {})
        new = self._as_row({name: self._given(name, cell) for name, cell in places.items()}, empty=True)
        taken = " AND ".join(
            f"{self._name}.{quoted(name)} = {self._given(name, cell)}"
            for name, cell in places.items()
            if fold(name) in map(fold, changes[0].key)
        )
        carried = _listed(places.values())
        sql = (
            f"WITH {_CONFIRMED} AS ({given}), "
            f'"what will be" AS (SELECT {carried}{new} FROM {_CONFIRMED}) '
            f'SELECT {carried}(SELECT COUNT(*) FROM {_CONFIRMED} JOIN {self._table} ON {taken}) AS "found", '
            f'{_count(self._within)} AS "good" FROM "what will be"'
        )
        return sql, (*values, *self.claims)

    def _changed(self, changes: Sequence[Change]) -> Statement:
        first = changes[0]
        given, values = _as_table(
            [
                {
                    **_cells("k", change.key),
                    **_cells("b", change.before or {}),
                    **_cells("a", change.after or {}),
                }
                for change in changes
            ]
        )
        after = _named("a", first.after or {})
        carried = _listed([*_named("k", first.key).values(), *after.values()])
        there = ", ".join(f"{self._name}.{quoted(name)} AS {quoted(name)}" for name in self._asked)
        same = [
            f"{text(quoted(name))} IS NOT DISTINCT FROM {cell}"
            for name, cell in _named("b", first.before or {}).items()
        ]
        new = self._as_row({name: self._given(name, cell) for name, cell in after.items()}, empty=False)
        sql = (
            f"WITH {_CONFIRMED} AS ({given}), "
            f'"what is there" AS (SELECT {_CONFIRMED}.*, {there} FROM {self._found(first.key)}), '
            f'"what stands" AS (SELECT *, CASE WHEN {_all([*same, *self._within])} THEN 1 ELSE 0 END AS '
            f'"stands" FROM "what is there"), '
            f'"what will be" AS (SELECT {carried}"stands", {new} FROM "what stands") '
            f'SELECT {carried}COUNT(*) OVER () AS "found", '
            f'{_count([_STANDS, *self._within])} AS "good" FROM "what will be"'
        )
        return sql, (*values, *self.claims, *self.claims)

    def _as_row(self, given: dict[str, str], *, empty: bool) -> str:
        """The columns that anybody asks for, some with other values; the others NULL, or as they are."""
        folded = {fold(name): cell for name, cell in given.items()}
        return ", ".join(
            f"{folded.get(name) or (self._null(name) if empty else quoted(name))} AS {quoted(name)}"
            for name in self._asked
        )

    def _found(self, key: Fields) -> str:
        return f"{_CONFIRMED} JOIN {self._table} ON {self._is_key(key, _CONFIRMED)}"

    def _is_key(self, key: Fields, given: str) -> str:
        return " AND ".join(
            f"{self._name}.{quoted(name)} = {self._given(name, f'{given}.{cell}')}"
            for name, cell in _named("k", key).items()
        )

    def _given(self, name: str, cell: str) -> str:
        return self.target.column(name).value(cell)

    def _null(self, name: str) -> str:
        return f"CAST(NULL AS {self.target.column(name).type})"

    @property
    def _asked(self) -> Sequence[str]:
        return sorted({fold(name) for name in columns_read(self.readable, Dialect.SNOWFLAKE)})

    @property
    def _within(self) -> Sequence[str]:
        return (self.filter,) if self.filter else ()

    @property
    def _table(self) -> str:
        return ".".join(map(quoted, self.target.relation))

    @property
    def _name(self) -> str:
        return quoted(self.target.relation.name)


def _as_table(rows: Sequence[dict[str, Json]]) -> Statement:
    """A SELECT of these rows, each a text by the name of its column, all with the same names."""
    names = ", ".join(f"CAST(? AS VARCHAR) AS {name}" for name in rows[0])
    others = f" UNION ALL SELECT {', '.join(['CAST(? AS VARCHAR)'] * len(rows[0]))}"
    return f"SELECT {names}{others * (len(rows) - 1)}", tuple(cell for row in rows for cell in row.values())


def _named(letter: str, fields: Fields) -> dict[str, str]:
    """What each field is called among those that are given."""
    return {name: f'"{letter} {n}"' for n, name in enumerate(fields)}


def _cells(letter: str, fields: Fields) -> dict[str, Json]:
    return dict(zip(_named(letter, fields).values(), fields.values(), strict=True))


def _numbered(cells: Iterable[str]) -> str:
    """Each under a name of its own."""
    return ", ".join(f'{cell} AS "{n}"' for n, cell in enumerate(cells))


def _listed(names: Iterable[str]) -> str:
    return "".join(f"{name}, " for name in names)


def _all(conditions: Sequence[str]) -> str:
    return " AND ".join(conditions) or "1 = 1"


def _count(conditions: Sequence[str]) -> str:
    """Of all rows, those for which the conditions hold."""
    return f"SUM(CASE WHEN {_all(conditions)} THEN 1 ELSE 0 END) OVER ()"
