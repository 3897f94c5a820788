"""Opens an SQLite file for a limited time: so that nothing but reading can come of it, or for one transaction
that writes (`run_writing`)."""

import concurrent.futures
import stat
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar

import anyio
import anyio.lowlevel
import anyio.to_thread
import apsw

from policies.cause import cause
from policies.errors import UpstreamFailed
from tools.sqlite.database import TRIGGER_DEPTH, Database

_CONFIGURATION: Final = (
    (apsw.SQLITE_DBCONFIG_DEFENSIVE, 1),
    (apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0),
    (apsw.SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0),
    (apsw.SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0),
    (apsw.SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0),
    (apsw.SQLITE_DBCONFIG_ENABLE_TRIGGER, 0),
    (apsw.SQLITE_DBCONFIG_ENABLE_ATTACH_CREATE, 0),
    (apsw.SQLITE_DBCONFIG_ENABLE_ATTACH_WRITE, 0),
    # "ssn" in double quotes is a column or an error, never a text.
    (apsw.SQLITE_DBCONFIG_DQS_DML, 0),
    (apsw.SQLITE_DBCONFIG_DQS_DDL, 0),
)
_LIMITS: Final = (
    (apsw.SQLITE_LIMIT_LENGTH, 16_000_000),  # bytes of one value or row
    (apsw.SQLITE_LIMIT_SQL_LENGTH, 1_000_000),
    (apsw.SQLITE_LIMIT_EXPR_DEPTH, 200),
    (apsw.SQLITE_LIMIT_COMPOUND_SELECT, 50),
    (apsw.SQLITE_LIMIT_VDBE_OP, 250_000),
    (apsw.SQLITE_LIMIT_FUNCTION_ARG, 100),
    (apsw.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1_000),
    (apsw.SQLITE_LIMIT_VARIABLE_NUMBER, 100),
    (apsw.SQLITE_LIMIT_TRIGGER_DEPTH, 1),
    (apsw.SQLITE_LIMIT_WORKER_THREADS, 0),
)
_STEPS_BETWEEN_LOOKS: Final = 1_000
_BUSY_MILLISECONDS: Final = 1_000
_GRACE_SECONDS: Final = 0.5

_LEFT_BEHIND: Final = frozenset({apsw.SQLITE_READONLY_ROLLBACK, apsw.SQLITE_READONLY_RECOVERY})

_TOO_LONG: Final = (
    "The statement took longer than this source allows. Narrow it with WHERE or LIMIT, or try later."
)
_UNREADABLE: Final = "The database file can't be read. An administrator should run remit doctor."
_MESSAGES: Final[tuple[tuple[type[apsw.Error], str], ...]] = (
    (
        apsw.SQLError,
        "SQLite can't run this statement. Check names, functions and syntax; the schema tool lists columns.",
    ),
    (apsw.TooBigError, "A value is larger than this source allows. Read a part of it with substr()."),
    (apsw.NoMemError, "The statement needs more memory than there is. Ask for less."),
    (apsw.BusyError, "The database is busy with a writer. Try again."),
    (apsw.LockedError, "The database is busy with a writer. Try again."),
    (
        apsw.ConstraintError,
        "A rule of the table forbids it: unique, foreign key, check, NOT NULL or type. Nothing was changed.",
    ),
    (apsw.ReadOnlyError, "remit may not write this file. An administrator should run remit doctor."),
    (apsw.MismatchError, "A value is not of the type that is needed. Check the types."),
    (apsw.SchemaChangeError, "The tables changed meanwhile. Try again."),
    (apsw.RangeError, "The row filter of a table does not fit. An administrator should run remit doctor."),
    (apsw.BindingsError, "The row filter of a table does not fit. An administrator should run remit doctor."),
)


Result = TypeVar("Result")


async def run(path: Path, seconds: float, work: Callable[[Database], Result]) -> Result:
    """Does the work on a connection of its own, in a thread.

    Raises `UpstreamFailed`, within the time. A caller that is cancelled does not wait: the thread sees it and
    ends by itself.
    """
    nobody_waits = threading.Event()
    deadline = time.monotonic() + seconds

    def is_over() -> bool:
        return nobody_waits.is_set() or time.monotonic() > deadline

    def once() -> Result:
        with _opened(path, is_over) as database:
            return work(database)

    def in_thread() -> Result:
        with _failures():
            try:
                return once()
            except apsw.ReadOnlyError as error:
                if getattr(error, "extendedresult", 0) not in _LEFT_BEHIND:
                    raise
            # A writer has died, and the file can be read once its half a transaction is rolled back: SQLite
            # does that by itself for whoever may write.
            with _opened(path, is_over, writing=True) as database:
                list(database.read("SELECT count(*) FROM sqlite_schema"))
            return once()

    try:
        with anyio.fail_after(seconds + _GRACE_SECONDS):
            return await anyio.to_thread.run_sync(in_thread, abandon_on_cancel=True)
    except TimeoutError as error:
        raise UpstreamFailed(_TOO_LONG) from error
    finally:
        nobody_waits.set()


async def run_writing(path: Path, seconds: float, work: Callable[[Database], Result]) -> Result:
    """Does the work in one transaction, in a thread, with the file locked against other writers.

    `work` commits by itself; what it leaves open is rolled back. Whoever is cancelled waits until it is known
    what became of it: `work` may call back with `anyio.from_thread`, which then raises. Raises
    `UpstreamFailed` when nothing was done.
    """
    deadline = time.monotonic() + seconds

    def in_thread() -> Result:
        with _failures(), _opened(path, lambda: time.monotonic() > deadline, writing=True) as database:
            database.write("BEGIN IMMEDIATE")
            return work(database)

    try:
        return await anyio.to_thread.run_sync(in_thread)
    except concurrent.futures.CancelledError as error:
        # What was called back was cancelled, and so is the caller.
        await anyio.lowlevel.checkpoint()
        raise UpstreamFailed(_TOO_LONG) from error


def fault_of(path: Path) -> str | None:
    """Why there is no file of ours to read at the path, or None when there is one."""
    try:
        mode = path.lstat().st_mode
    except OSError:
        return "the file is missing"
    if stat.S_ISLNK(mode):
        return "the file is a symbolic link"  # it could lead elsewhere tomorrow
    return None if stat.S_ISREG(mode) else "it is not a regular file"


@contextmanager
def _opened(path: Path, is_over: Callable[[], bool], *, writing: bool = False) -> Generator[Database]:
    if fault := fault_of(path):
        raise UpstreamFailed(_UNREADABLE, detail=f"{path}: {fault}")
    connection = apsw.Connection(
        # Folders on the way may be links, as /tmp is on some systems; the file itself may not.
        str(path.parent.resolve() / path.name),
        flags=(apsw.SQLITE_OPEN_READWRITE if writing else apsw.SQLITE_OPEN_READONLY)
        | apsw.SQLITE_OPEN_NOFOLLOW,
    )
    try:
        _restrain(connection)
        connection.set_busy_timeout(_BUSY_MILLISECONDS)
        database = Database(connection)
        if writing:
            # The table's own rules hold for what is written: its triggers run, its references are checked.
            connection.config(apsw.SQLITE_DBCONFIG_ENABLE_TRIGGER, 1)
            connection.limit(apsw.SQLITE_LIMIT_TRIGGER_DEPTH, TRIGGER_DEPTH)
            connection.limit(apsw.SQLITE_LIMIT_VARIABLE_NUMBER, 5_000)
            database.pragma("foreign_keys", "on")
        else:
            database.pragma("query_only", "on")
        database.pragma("cell_size_check", "on")
        connection.set_progress_handler(is_over, _STEPS_BETWEEN_LOOKS)
        # The last of all, so that a statement can't have it back.
        connection.limit(apsw.SQLITE_LIMIT_ATTACHED, 0)
        yield database
    finally:
        connection.close(force=True)


@contextmanager
def scratch() -> Generator[Database]:
    """An empty database in memory, under the same limits as a file."""
    connection = apsw.Connection(":memory:")
    try:
        _restrain(connection)
        yield Database(connection)
    finally:
        connection.close(force=True)


def _restrain(connection: apsw.Connection) -> None:
    for setting, value in _CONFIGURATION:
        connection.config(setting, value)
    for limit, value in _LIMITS:
        connection.limit(limit, value)


@contextmanager
def _failures() -> Generator[None]:
    """SQLite's own text names columns and carries values: it goes nowhere."""
    try:
        yield
    except apsw.InterruptError as error:
        raise UpstreamFailed(_TOO_LONG, detail=cause(error)) from error
    except apsw.Error as error:
        raise UpstreamFailed(
            next((text for kind, text in _MESSAGES if isinstance(error, kind)), _UNREADABLE),
            detail=cause(error),
        ) from error
    except UnicodeDecodeError as error:
        raise UpstreamFailed(
            "A value is no valid text. Read it with hex(), or leave it out.", detail=cause(error)
        ) from error
