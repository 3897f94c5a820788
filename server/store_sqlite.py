"""The embedded store of record: SQLite, one writing connection in a thread of its own, one reading."""

import asyncio
import os
import time
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import apsw

from policies.errors import ConfigurationError
from server.commit import Many, Script
from server.transaction import Arguments, Rows, Statement, StoreUnavailable
from server.worker import Worker

T = TypeVar("T")

Connection: TypeAlias = Any  # apsw.Connection, whose stubs leave open what a row holds

OLDEST = (3, 51, 3)
BUSY = 3_000  # milliseconds that another process may hold the store before a batch gives up
SCRUBBED_WITHIN = 100  # milliseconds that a batch may wait for what was deleted to be scrubbed


def refuse_old(version: str, where: str) -> None:
    """Raises `ConfigurationError`: SQLite 3.7.0 to 3.51.2 can corrupt a WAL database (threat T53)."""
    if tuple(int(part) for part in version.split(".")) < OLDEST:
        raise ConfigurationError(
            f"SQLite {version} can corrupt a database in WAL mode",
            where=where,
            remedy=f"Use apsw with SQLite {'.'.join(map(str, OLDEST))} or newer: its own wheels bring one.",
        )


class Sqlite:
    """A `server.store.Engine`. Open one with `open_sqlite`."""

    begin = "BEGIN IMMEDIATE"
    begin_reading = "BEGIN"
    begin_at_once = begin  # a file has one writer
    prelude = ()
    tls = None

    def __init__(self, writing: Connection | None, reading: Connection, deadline: float) -> None:
        self._writer = None if writing is None else _Line(writing, "remit store", deadline)
        self._reader = _Line(reading, "remit store reader", deadline)

    async def write(self, script: Script[T]) -> T:
        if self._writer is None:
            raise StoreUnavailable("the store is open for reading only")
        return await self._writer.run(script)

    async def read(self, script: Script[T]) -> T:
        return await self._reader.run(script)

    async def at_once(self, script: Script[T]) -> T:
        return await self.write(script)

    async def scrub(self) -> bool:
        """The database overwrites what is deleted (`secure_delete`), and its log is cut to nothing here."""
        return await self.write(_scrubbing())

    async def close(self) -> None:
        await self._reader.close()
        if self._writer is not None:
            await self._writer.close()


class _Line:
    """One connection and the thread that it is used in."""

    def __init__(self, connection: Connection, name: str, deadline: float) -> None:
        self._connection = connection
        self._worker = Worker(name)
        self._deadline = deadline

    async def run(self, script: Script[T]) -> T:
        """Ends when the statement under way does, which is told to stop at the deadline."""
        future = self._worker.submit(lambda: _step(self._connection, script))
        try:
            await asyncio.wait({future}, timeout=self._deadline)
        finally:
            if not future.done():
                # Whoever waited for it may be gone: nobody has to hear how it ends.
                future.add_done_callback(_heard)
                self._connection.interrupt()
        return await future

    async def close(self) -> None:
        closing = self._worker.submit(self._connection.close)
        self._worker.stop()
        await asyncio.wait({closing}, timeout=self._deadline)


def _scrubbing() -> Script[bool]:
    yield f"PRAGMA busy_timeout = {SCRUBBED_WITHIN}", ()
    rows = yield "PRAGMA wal_checkpoint(TRUNCATE)", ()
    yield f"PRAGMA busy_timeout = {BUSY}", ()
    return not rows[0][0]


def _heard(future: "asyncio.Future[Any]") -> None:
    if not future.cancelled():
        future.exception()


def _step(connection: Connection, script: Script[T]) -> T:
    try:
        asked = next(script)
        while True:
            try:
                rows = _rows(connection, asked)
            except (apsw.Error, UnicodeDecodeError) as error:  # the second for a text that is none
                asked = script.throw(_unavailable(error))
            else:
                asked = script.send(rows)
    except StopIteration as stop:
        result: T = stop.value
        return result


def _rows(connection: Connection, asked: Statement | Many) -> Rows:
    if isinstance(asked, Many):
        cursor = connection.executemany(asked.sql, [_named(arguments) for arguments in asked.arguments])
    else:
        sql, arguments = asked
        cursor = connection.execute(sql, _named(arguments))
    rows: list[Any] = cursor.fetchall()
    return rows


def _named(arguments: Arguments) -> dict[str, Any]:
    """By name, not by place: "$2" stands for the second argument wherever it is used first."""
    return {str(number): value for number, value in enumerate(arguments, 1)}


def _unavailable(error: Exception) -> StoreUnavailable:
    unavailable = StoreUnavailable(f"SQLite: {type(error).__name__} {getattr(error, 'extendedresult', '')}")
    unavailable.__cause__ = error
    return unavailable


async def open_sqlite(path: Path, deadline: float, *, writing: bool) -> Sqlite:
    """Opens the store, and makes it where there is none and it is for writing. `deadline` is in seconds.

    Raises `ConfigurationError`.
    """
    refuse_old(apsw.sqlite_lib_version(), str(path))
    worker = Worker("remit store opener")
    future = worker.submit(lambda: Sqlite(_writing(path) if writing else None, _reading(path), deadline))
    worker.stop()
    try:
        # Opening waits for the disk too.
        async with asyncio.timeout(deadline):
            return await future
    except (apsw.Error, OSError) as error:  # TimeoutError is an OSError
        raise ConfigurationError(
            f"the store can't be opened ({type(error).__name__})",
            where=str(path),
            remedy="Check that its folder exists on a disk that answers, that this user may write there, and "
            "that the file is a store of remit's.",
        ) from error


def _writing(path: Path) -> Connection:
    # SQLite gives its -wal and -shm files the mode of the database, so it is set before SQLite comes.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    connection = _connect(path, apsw.SQLITE_OPEN_READWRITE)
    connection.execute("PRAGMA journal_mode = WAL").fetchall()
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA secure_delete = ON").fetchall()
    # macOS alone: there a plain fsync stops at the drive's cache.
    connection.execute("PRAGMA fullfsync = ON")
    return connection


def _reading(path: Path) -> Connection:
    return _connect(path, apsw.SQLITE_OPEN_READONLY)


def _connect(path: Path, flags: int) -> Connection:
    connection: Connection = apsw.Connection(str(path), flags=flags)
    connection.set_busy_timeout(BUSY)
    connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
    connection.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
    connection.create_scalar_function("now_ms", _now_ms, 0)
    # The first statement that touches the file: an error in it shows here, not in the first call.
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    if tables and "store_version" not in tables:
        raise ConfigurationError(
            "this database is somebody else's, not a store of remit's",
            where=str(path),
            remedy="Name a file of its own in server.store.",
        )
    return connection


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
