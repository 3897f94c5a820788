"""A PostgreSQL source: one pool per credential, and a look at the role of every new connection."""

import hashlib
import hmac
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

import anyio
import asyncpg

from policies.call import Tool, User, canonical
from policies.document import Source
from policies.errors import ConfigurationError, Denied, Refusal
from policies.secret import Secret
from tools.connector import Finding, Session
from tools.postgres.address import parse_address, tls_context
from tools.postgres.failures import DRIVER, failures_of
from tools.postgres.inspection import inspect_link
from tools.postgres.privileges import EXCESS, Excess, hold_privileges
from tools.postgres.row_security import Signer
from tools.postgres.session import PostgresSession
from tools.postgres.transactions import Link, opening, read_only
from tools.sql.rules import Rules
from tools.sql.toolset import toolset

_POOL_SIZE: Final = 10
_CONNECT_SECONDS: Final = 10.0
_IDLE_SECONDS: Final = 60.0
_RELEASE_SECONDS: Final = 2.0
_STATEMENTS_PER_CONNECTION: Final = 10_000  # then a new one, and its role is looked at again


class PostgresConnector:
    """One source of kind `postgres`. `root` is the folder of the configuration."""

    def __init__(self, name: str, source: Source, root: Path, row_security_key: Secret | None) -> None:
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
        self._address = parse_address(name, source.dsn)
        self._tls = tls_context(name, source, root)
        self._tools = toolset(name, source)
        self._version = hashlib.sha256(canonical(source.model_dump(mode="json")).encode()).hexdigest()
        self._signer = (
            Signer(hmac.new(row_security_key.reveal().encode(), digestmod="sha256"))
            if row_security_key
            else None
        )
        self._pools: dict[bytes, asyncpg.Pool[asyncpg.Record]] = {}
        self._pooling = anyio.Lock()

    @property
    def tools(self) -> Sequence[Tool]:
        return self._tools

    @asynccontextmanager
    async def open(self, user: User, credential: Secret | None) -> AsyncGenerator[Session]:
        del user  # claims come with the call; the credential is what reaches the database
        async with self._link(credential) as link:
            yield PostgresSession(link, self._source, self._rules, self._version, self._signer)

    async def inspect(self, credential: Secret | None) -> Sequence[Finding]:
        try:
            async with self._link(credential) as link:
                with failures_of(self._name), anyio.fail_after(self._source.timeout):
                    async with read_only(link, opening(self._source.timeout)):
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
        pools, self._pools = self._pools, {}
        for pool in pools.values():
            with anyio.move_on_after(_RELEASE_SECONDS):
                await pool.close()
            pool.terminate()

    @asynccontextmanager
    async def _link(self, credential: Secret | None) -> AsyncGenerator[Link]:
        with failures_of(self._name):
            pool = await self._pool(credential)
            link = await pool.acquire(timeout=min(self._source.timeout, _CONNECT_SECONDS))
        try:
            yield link
        finally:
            # A cancelled call gives its connection back, too. One that can't be made clean is hung up by the
            # pool, which is all that is left to do: the call has its answer, or its error, by now.
            with anyio.CancelScope(shield=True), suppress(*DRIVER):
                await pool.release(link, timeout=_RELEASE_SECONDS)

    async def _pool(self, credential: Secret | None) -> "asyncpg.Pool[asyncpg.Record]":
        # Never None: the driver would take PGPASSWORD or ~/.pgpass, a credential that nobody connected.
        password = credential.reveal() if credential else ""
        key = hashlib.sha256(password.encode()).digest()
        async with self._pooling:
            if key not in self._pools:
                self._pools[key] = await asyncpg.create_pool(
                    host=self._address.host,
                    port=self._address.port,
                    user=self._address.user,
                    database=self._address.database,
                    password=password,
                    ssl=self._tls,
                    server_settings={"application_name": "remit"},
                    timeout=min(self._source.timeout, _CONNECT_SECONDS),
                    min_size=0,
                    max_size=_POOL_SIZE,
                    max_queries=_STATEMENTS_PER_CONNECTION,
                    max_inactive_connection_lifetime=_IDLE_SECONDS,
                    # Poolers lose prepared statements, and what passes here is rarely the same twice.
                    statement_cache_size=0,
                    init=self._hold_role,
                )
            return self._pools[key]

    async def _hold_role(self, link: Link) -> None:
        """Raises `Denied` for a role that can do more than read, unless the configuration says why it may."""
        if self._source.overprivileged is not None:
            return
        async with read_only(link, opening(self._source.timeout)):
            rows = await link.fetch(EXCESS)
        hold_privileges(self._name, [Excess(row["what"], row["object"]) for row in rows], self._source.tables)
