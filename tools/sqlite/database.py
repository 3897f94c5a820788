"""The few calls of the SQLite driver that are needed, with types: its own stubs leave some open."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any, Final, TypeAlias, cast

import apsw

Cell: TypeAlias = "int | float | str | bytes | None"
Authorizer: TypeAlias = Callable[[int, str | None, str | None, str | None, str | None], int]

TRIGGER_DEPTH: Final = 10
"""How far triggers may set off triggers, where something is written."""

_QUERY_PLAN: Final = 2
_AS_WRITTEN: Final = -1


class Database:
    """An open connection."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = cast("Any", connection)

    def ask(self, authorizer: Authorizer | None) -> None:
        """From now on, `authorizer` is asked about all that a statement touches when it is compiled."""
        self._connection.set_authorizer(authorizer)

    def unhurried(self) -> None:
        """From now on, no time is over."""
        self._connection.set_progress_handler(None)

    def pragma(self, name: str, value: object) -> None:
        self._connection.pragma(name, value)

    def read(self, sql: str, values: Sequence[Cell] = ()) -> "Answer":
        """Runs one statement. Raises `apsw.Error`."""
        return self._run(sql, values, _AS_WRITTEN)

    def write(self, sql: str, values: Sequence[Cell] = ()) -> list[tuple[Cell, ...]]:
        """Runs one statement of ours to its end. Raises `apsw.Error`."""
        return cast(
            "list[tuple[Cell, ...]]", self._connection.execute(sql, values, can_cache=False).fetchall()
        )

    def triggers(self, sql: str, values: Sequence[Cell]) -> frozenset[str]:
        """The names of those that a statement of ours could fire, and that these could. It is not run."""
        found: set[str] = set()

        def note(_: int, _first: str | None, _second: str | None, _third: str | None, by: str | None) -> int:
            found.update({by} if by else ())
            return apsw.SQLITE_OK

        are_enabled = self._connection.config(apsw.SQLITE_DBCONFIG_ENABLE_TRIGGER, -1)
        depth = self._connection.limit(apsw.SQLITE_LIMIT_TRIGGER_DEPTH, TRIGGER_DEPTH)
        self._connection.config(apsw.SQLITE_DBCONFIG_ENABLE_TRIGGER, 1)
        self.ask(note)
        try:
            with suppress(apsw.ExecTraceAbort):
                self.read(sql, values)  # compiled, and ended there: it is none that reads
        finally:
            self.ask(None)
            self._connection.config(apsw.SQLITE_DBCONFIG_ENABLE_TRIGGER, are_enabled)
            self._connection.limit(apsw.SQLITE_LIMIT_TRIGGER_DEPTH, depth)
        return frozenset(found)

    def puts_off(self) -> bool:
        """Whether a reference that is looked at with COMMIT is broken as it is now."""
        return bool(self._connection.status(apsw.SQLITE_DBSTATUS_DEFERRED_FKS)[0])

    def steps(self, sql: str, values: Sequence[Cell] = ()) -> "Answer":
        """Compiles one statement and shows how it would run. Raises `apsw.Error`."""
        return self._run(sql, values, _QUERY_PLAN)

    def _run(self, sql: str, values: Sequence[Cell], explain: int) -> "Answer":
        names: list[str] = []
        cursor = self._connection.cursor()

        def begin(started: Any, _sql: str, _values: object) -> bool:
            # Asked once per statement, so a second one in the text ends here; and the names of columns are to
            # be had only now, before the last row.
            if names or not started.is_readonly:
                return False
            names.extend(name for name, *_ in started.get_description())
            return bool(names)  # what has no columns reads nothing

        cursor.exec_trace = begin
        cursor.execute(sql, values, can_cache=False, explain=explain)
        return Answer(names, cursor)


class Answer:
    """Rows, read as they are asked for, under the names of their columns."""

    def __init__(self, names: Sequence[str], rows: Iterable[tuple[Cell, ...]]) -> None:
        self.names = names
        self._rows = rows

    def __iter__(self) -> Iterator[tuple[Cell, ...]]:
        return iter(self._rows)
