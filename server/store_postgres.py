"""The shared store of record: PostgreSQL, one writing connection, one reading, one for what must not wait.

Replicas take turns by an advisory lock that each commit holds, so a transaction sees the same world as in
SQLite: nobody writes beside it. What waits meanwhile shares the next commit, so a turn carries many calls. A
replica that stalls in its turn is cut off by the server (`idle_in_transaction_session_timeout`).
"""

import asyncio
import logging
from dataclasses import dataclass
from typing import Literal, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

import asyncpg

from policies.document import Document
from policies.errors import ConfigurationError
from policies.secret import Secret
from policies.sources import is_loopback
from server.commit import Many, Script
from server.transaction import Rows, Statement, StoreUnavailable
from tools.outbound.tls import ClientContext, Tls, client_context

T = TypeVar("T")

log = logging.getLogger("remit.store")

TURN = 0x72656D6974  # the advisory lock's number: "remit" in ASCII
DEFAULT_PORT = 5432
DEFAULT_HOST = "/var/run/postgresql"
CREATE_NOW_MS = """
    CREATE FUNCTION now_ms() RETURNS bigint LANGUAGE sql VOLATILE
    AS $$ SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint $$
"""
FAILURES = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)


@dataclass(frozen=True, slots=True)
class _Address:
    """Handed to the driver part by part: it would fill gaps from PGHOST, PGPASSWORD and ~/.pgpass."""

    host: str
    port: int
    user: str
    database: str
    tls: ClientContext | Literal["disable", "prefer"]


class Postgres:
    """A `server.store.Engine`. Open one with `open_postgres`."""

    # Each statement sees what is committed by then, whatever the server's own default is.
    begin = f"BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock({TURN})"
    begin_reading = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    begin_at_once = "BEGIN ISOLATION LEVEL READ COMMITTED"
    prelude = (CREATE_NOW_MS,)

    def __init__(
        self, writer: "_Line | None", reader: "_Line", beside: "_Line", tls: ClientContext | None
    ) -> None:
        """`beside` is connected when it is needed."""
        self._writer = writer
        self._reader = reader
        self._beside = beside
        self._one_beside = asyncio.Lock()
        self.tls = tls

    async def write(self, script: Script[T]) -> T:
        if self._writer is None:
            raise StoreUnavailable("the store is open for reading only")
        return await self._writer.run(script)

    async def read(self, script: Script[T]) -> T:
        return await self._reader.run(script)

    async def at_once(self, script: Script[T]) -> T:
        async with self._one_beside:
            return await self._beside.run(script)

    async def scrub(self) -> bool:
        """What is deleted is PostgreSQL's own to clear, by its autovacuum."""
        return True

    async def close(self) -> None:
        for line in (self._reader, self._writer, self._beside):
            if line is not None:
                await line.close()


class _Line:
    """One connection, made anew after it was lost."""

    def __init__(self, address: _Address, password: Secret | None, deadline: float) -> None:
        self._address = address
        self._password = password
        self._deadline = deadline
        self._connection: asyncpg.Connection[asyncpg.Record] | None = None

    async def run(self, script: Script[T]) -> T:
        """Raises `StoreUnavailable` at the deadline, and then the connection is dropped."""
        settled = False
        try:
            async with asyncio.timeout(self._deadline):
                connection = await self._connected()
                result = await _step(connection, script)
            settled = True
        except TimeoutError as error:
            raise StoreUnavailable(f"PostgreSQL: no answer within {self._deadline:g} s") from error
        except Exception:
            settled = True
            raise
        finally:
            self._drop_unless(reusable=settled)
        return result

    async def connect(self) -> None:
        """Raises what the driver raises."""
        async with asyncio.timeout(self._deadline):
            self._connection = await self._open()
            if await self._connection.fetchval("SHOW fsync") == "off":
                log.warning(
                    "the store of record has fsync off: a crash of its machine can lose the audit log"
                )

    async def close(self) -> None:
        if self._connection is not None:
            try:
                await self._connection.close(timeout=self._deadline)
            except (*FAILURES, TimeoutError):
                self._connection.terminate()

    async def _connected(self) -> "asyncpg.Connection[asyncpg.Record]":
        if self._connection is None:
            try:
                self._connection = await self._open()
            except FAILURES as error:
                raise _unavailable(error) from error
        return self._connection

    async def _open(self) -> "asyncpg.Connection[asyncpg.Record]":
        address, limit = self._address, str(int(self._deadline * 1000))
        connection = await asyncpg.connect(
            host=address.host,
            port=address.port,
            user=address.user,
            database=address.database,
            # An empty one, and not None: the driver would look for one in the environment and in files.
            password=self._password.reveal() if self._password else "",
            ssl=address.tls,
            server_settings={
                "application_name": "remit",
                "statement_timeout": limit,
                "idle_in_transaction_session_timeout": limit,
            },
        )
        # The commit is the record: a server or role that commits before it writes is overruled, and one that
        # waits for more than its own disk is left as it is.
        if await connection.fetchval("SHOW synchronous_commit") == "off":
            await connection.execute("SET synchronous_commit = on")
        return connection

    def _drop_unless(self, *, reusable: bool) -> None:
        connection = self._connection
        if connection is None:
            return
        if not reusable or connection.is_closed() or connection.is_in_transaction():
            connection.terminate()
            self._connection = None


async def _step(connection: "asyncpg.Connection[asyncpg.Record]", script: Script[T]) -> T:
    try:
        asked = next(script)
        while True:
            try:
                rows = await _rows(connection, asked)
            except FAILURES as error:
                asked = script.throw(_unavailable(error))
            else:
                asked = script.send(rows)
    except StopIteration as stop:
        result: T = stop.value
        return result


async def _rows(connection: "asyncpg.Connection[asyncpg.Record]", asked: Statement | Many) -> Rows:
    if isinstance(asked, Many):
        await connection.executemany(asked.sql, asked.arguments)
        return ()
    sql, arguments = asked
    if ";" in sql and not arguments:
        await connection.execute(sql)
        return ()
    return [tuple(record) for record in await connection.fetch(sql, *arguments)]


def _unavailable(error: Exception) -> StoreUnavailable:
    state = getattr(error, "sqlstate", None) or ""
    unavailable = StoreUnavailable(f"PostgreSQL: {type(error).__name__} {state}".rstrip())
    unavailable.__cause__ = error
    return unavailable


async def open_postgres(
    document: Document, password: Secret | None, deadline: float, *, writing: bool
) -> Postgres:
    """Connects. `deadline` is in seconds. Raises `ConfigurationError`."""
    address = _address(document)
    reader = _Line(address, password, deadline)
    writer = _Line(address, password, deadline) if writing else None
    try:
        await reader.connect()
        if writer is not None:
            await writer.connect()
    except FAILURES as error:  # TimeoutError is an OSError
        await reader.close()
        raise ConfigurationError(
            f"the store can't be reached ({type(error).__name__})",
            where="server.store",
            remedy="Check that the server runs and answers there, its certificate, the role, the database "
            "and server.store_password.",
        ) from error
    beside = _Line(address, password, deadline)
    return Postgres(writer, reader, beside, address.tls if isinstance(address.tls, ClientContext) else None)


def _address(document: Document) -> _Address:
    dsn = document.server.store
    try:
        parts = urlsplit(dsn)
        query: dict[str, str] = dict(
            parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
        )
        host = unquote(parts.hostname or "") or query.pop("host", "") or DEFAULT_HOST
        port = parts.port or int(query.pop("port", DEFAULT_PORT))
    except ValueError:
        raise _wrong("it is not a database URL") from None
    user, database = unquote(parts.username or ""), unquote(parts.path.removeprefix("/"))
    if parts.scheme not in {"postgresql", "postgres"}:
        raise _wrong("it is neither sqlite: nor postgresql://")
    if not user or not database or "/" in database:
        raise _wrong("it names no user or no database")
    mode, authority = query.pop("sslmode", None), query.pop("sslrootcert", None)
    if query:
        raise _wrong(f"it has the parameter {min(query)}, which is not read")
    local = is_loopback(dsn)
    tls: ClientContext | Literal["disable", "prefer"]
    if mode in {None, "verify-full"} and (mode or authority or not local):
        tls = client_context(
            Tls("server.store", minimum="1.2", ca=document.within(authority) if authority else None)
        )
    elif mode is None:
        # On this machine: what the server offers, as nobody stands between.
        tls = "prefer"
    elif mode == "disable" and local:
        tls = "disable"
    else:
        raise _wrong(f"sslmode={mode} is not one of verify-full and, on this machine alone, disable")
    return _Address(host, port, user, database, tls)


def _wrong(message: str) -> ConfigurationError:
    return ConfigurationError(
        message,
        where="server.store",
        remedy='Write store = "postgresql://user@host/database?sslrootcert=ca.pem", or "sqlite:remit.db".',
    )
