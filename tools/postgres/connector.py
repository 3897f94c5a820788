"""A PostgreSQL source: one pool per credential, and a look at the role of every new connection."""

import hashlib
import hmac
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import anyio
import asyncpg

from policies.call import Tool, User
from policies.canonical import canonical
from policies.errors import ConfigurationError, Denied, Refusal
from policies.secret import Credential, Secret
from policies.sources import PostgresSource
from tools.authorization import Authorization
from tools.connector import Finding, Session
from tools.outbound.expiry import ending
from tools.outbound.tls import ClientContext
from tools.postgres.connection import Connection
from tools.postgres.evidence import Evidences
from tools.postgres.failures import DRIVER, failures_of
from tools.postgres.inspection import inspect_link
from tools.postgres.privileges import EXCESS, Excess, hold_privileges, write_parameters
from tools.postgres.row_security import Signer
from tools.postgres.session import PostgresSession, Settings
from tools.postgres.shapes import Shapes
from tools.postgres.transactions import Link, opening, transaction
from tools.sql.address import Form, parse_address, tls_context
from tools.sql.rules import Rules
from tools.sql.statements import Statements
from tools.sql.toolset import toolset

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

_ADDRESS: Final = Form(
    "PostgreSQL",
    frozenset({"postgresql", "postgres"}),
    host="/var/run/postgresql",
    port=5432,
    example="postgresql://user@host:5432/database",
    docs="docs/postgres.md",
)
_POOL_SIZE: Final = 10
_CONNECT_SECONDS: Final = 10.0
_IDLE_SECONDS: Final = 60.0
_MOST_WAYS: Final = 100  # credentials whose connections are remembered after they have closed
_RELEASE_SECONDS: Final = 2.0
_KEPT_STATEMENTS: Final = 100  # on the server, by each connection
_STATEMENTS_PER_CONNECTION: Final = 10_000  # then a new one, and its role is looked at again


@dataclass(slots=True)
class _Way:
    """One credential's connections, and what was seen of the server through them.

    `held` counts the calls that have it, also those that wait for a connection.
    """

    pool: "asyncpg.Pool[asyncpg.Record]"
    evidences: Evidences
    shapes: Shapes
    held: int = 0


async def _is_reset(link: object) -> None:
    """Nothing is left to do: each transaction ends with a reset."""


class PostgresConnector:
    """One source of kind `postgres`. `root` is the folder of the configuration."""

    authorization: Authorization | None = None

    def __init__(
        self, name: str, source: PostgresSource, root: Path, row_security_key: Secret | None
    ) -> None:
        """Raises `ConfigurationError` for an address, a TLS file or a key that can't be used."""
        if (source.row_security is None) != (row_security_key is None):
            raise ConfigurationError(
                "row_security and its key come together",
                where=f"sources.{name}",
                remedy="Set row_security.key to a reference that holds the key, or take row_security out.",
            )
        self._name = name
        self._source = source
        self._rules = Rules.of(source)
        self._address = parse_address(name, source, _ADDRESS)
        self._tls = tls_context(name, source, self._address, root)
        self._tools = toolset(name, source)
        version = hashlib.sha256(canonical(source.model_dump(mode="json")).encode()).hexdigest()
        signer = (
            Signer(hmac.new(row_security_key.reveal().encode(), digestmod="sha256"))
            if row_security_key
            else None
        )
        self._settings = Settings(
            name, source, self._rules, version, signer, opening(source.timeout), Statements(self._rules)
        )
        self._ways: dict[bytes, _Way] = {}
        self._opening = anyio.Lock()

    @property
    def tools(self) -> Sequence[Tool]:
        return self._tools

    @asynccontextmanager
    async def open(self, user: User | None, credential: Credential | None) -> AsyncGenerator[Session]:
        del user  # claims come with the call; the credential is what reaches the database
        async with self._link(credential) as (link, way):
            session = PostgresSession(
                link,
                self._settings,
                way.evidences,
                way.shapes,
                partial(self._anew, credential),
                own=credential.connection if credential else "",
            )
            try:
                yield session
            finally:
                await session.close()

    async def inspect(self, credential: Credential | None) -> Sequence[Finding]:
        found = await self._look(credential)
        if isinstance(self._tls, ClientContext):
            return [*found, *ending(self._name, self._tls, datetime.now(UTC))]
        return found

    async def _look(self, credential: Credential | None) -> Sequence[Finding]:
        try:
            async with self._link(credential) as (link, _):
                with failures_of(self._name), anyio.fail_after(self._source.timeout):
                    async with transaction(link, opening(self._source.timeout)):
                        return await inspect_link(self._name, self._source, self._rules, link)
        except Refusal as refusal:
            return [
                Finding(
                    source=self._name,
                    what=f"{refusal.message} ({refusal.detail})",
                    remedy="docs/postgres.md: the role, the address and TLS.",
                    # A server that is down may come back; a role that may write stays one.
                    fatal=isinstance(refusal, Denied),
                )
            ]

    async def close(self) -> None:
        ways, self._ways = self._ways, {}
        for way in ways.values():
            with anyio.move_on_after(_RELEASE_SECONDS):
                await way.pool.close()
            way.pool.terminate()

    @asynccontextmanager
    async def _link(self, credential: Credential | None) -> AsyncGenerator[tuple[Link, _Way]]:
        with failures_of(self._name):
            way = await self._way(credential)
        way.held += 1  # no other call has run since: nobody has forgotten it meanwhile
        try:
            with failures_of(self._name):
                link = await self._acquire(way.pool)
            try:
                yield link, way
            finally:
                # A cancelled call gives its connection back, too. One that can't be made clean is hung up by
                # the pool, which is all that is left to do: the call has its answer, or its error, by now.
                with anyio.CancelScope(shield=True), suppress(*DRIVER):
                    await way.pool.release(link, timeout=_RELEASE_SECONDS)
        finally:
            way.held -= 1

    @asynccontextmanager
    async def _anew(self, credential: Credential | None) -> AsyncGenerator[Link]:
        async with self._link(credential) as (link, _):
            yield link

    async def _acquire(self, pool: "asyncpg.Pool[asyncpg.Record]") -> "PoolConnectionProxy[asyncpg.Record]":
        """The pool's own time limit would start a task for each call, and one that is idle needs none."""
        if pool.get_idle_size():
            return await pool.acquire()
        with anyio.fail_after(min(self._source.timeout, _CONNECT_SECONDS)):
            return await pool.acquire()

    async def _way(self, credential: Credential | None) -> _Way:
        # Never None: the driver would take PGPASSWORD or ~/.pgpass, a credential that nobody connected.
        password = credential.secret.reveal() if credential else ""
        login = (credential and credential.login) or self._address.user
        key = hashlib.sha256(canonical([login, password]).encode()).digest()
        if way := self._ways.get(key):
            return way
        async with self._opening:
            if key not in self._ways:
                self._forget_idle()
                pool = await asyncpg.create_pool(
                    host=self._address.host,
                    port=self._address.port,
                    user=login,
                    database=self._address.database,
                    password=password,
                    ssl=self._tls,
                    server_settings={"application_name": "remit"},
                    timeout=min(self._source.timeout, _CONNECT_SECONDS),
                    min_size=0,
                    max_size=_POOL_SIZE,
                    max_queries=_STATEMENTS_PER_CONNECTION,
                    max_inactive_connection_lifetime=_IDLE_SECONDS,
                    connection_class=Connection,
                    statement_cache_size=_KEPT_STATEMENTS,
                    init=self._hold_role,
                    reset=_is_reset,
                )
                self._ways[key] = _Way(pool, Evidences(), Shapes())
            return self._ways[key]

    def _forget_idle(self) -> None:
        """Of users who have gone, where there are many."""
        if len(self._ways) >= _MOST_WAYS:
            self._ways = {key: way for key, way in self._ways.items() if way.held or way.pool.get_size()}

    async def _hold_role(self, link: Link) -> None:
        """Raises `Denied` for a role that can do more than is configured, unless the source says why."""
        if self._source.overprivileged is not None:
            return
        async with transaction(link, opening(self._source.timeout)):
            rows = await link.fetch(EXCESS, *write_parameters(self._rules))
        hold_privileges(self._name, [Excess(row["what"], row["object"]) for row in rows], self._source.tables)
