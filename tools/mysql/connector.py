"""A MySQL source: the connections of each credential, and a look at the account of every new one."""

import hashlib
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

import anyio

from policies.call import Tool, User
from policies.canonical import canonical
from policies.errors import Denied, Refusal
from policies.secret import Credential, Secret
from policies.sources import MysqlSource
from tools.authorization import Authorization
from tools.connector import Finding, Session
from tools.mysql.failures import failures_of
from tools.mysql.inspection import inspect_link
from tools.mysql.link import Link, Login
from tools.mysql.pool import Pool
from tools.mysql.privileges import held_by, hold
from tools.mysql.session import MysqlSession, Settings
from tools.outbound.expiry import ending
from tools.outbound.tls import ClientContext
from tools.sql.address import Form, parse_address, tls_context
from tools.sql.rules import Rules
from tools.sql.statements import Statements
from tools.sql.toolset import toolset

_ADDRESS: Final = Form(
    "MySQL",
    frozenset({"mysql", "mariadb"}),
    host="/run/mysqld/mysqld.sock",
    port=3306,
    example="mysql://user@host:3306/database",
    docs="docs/mysql.md",
)
_MOST_POOLS: Final = 100  # credentials whose connections are remembered after they have closed


class MysqlConnector:
    """One source of kind `mysql`. `root` is the folder of the configuration."""

    authorization: Authorization | None = None

    def __init__(self, name: str, source: MysqlSource, root: Path) -> None:
        """Raises `ConfigurationError` for an address or a TLS file that can't be used."""
        self._name = name
        self._source = source
        self._rules = Rules.of(source)
        self._address = parse_address(name, source, _ADDRESS)
        tls = tls_context(name, source, self._address, root)
        self._tls = tls if isinstance(tls, ClientContext) else None
        self._tools = toolset(name, source)
        version = hashlib.sha256(canonical(source.model_dump(mode="json")).encode()).hexdigest()
        self._settings = Settings(name, source, self._rules, version, Statements(self._rules))
        self._pools: dict[bytes, Pool] = {}

    @property
    def tools(self) -> Sequence[Tool]:
        return self._tools

    @asynccontextmanager
    async def open(self, user: User | None, credential: Credential | None) -> AsyncGenerator[Session]:
        del user  # claims come with the call; the credential is what reaches the database
        async with self._link(credential) as link:
            yield MysqlSession(
                link,
                self._settings,
                partial(self._link, credential),
                own=credential.connection if credential else "",
            )

    async def inspect(self, credential: Credential | None) -> Sequence[Finding]:
        found: list[Finding]
        try:
            async with self._link(credential) as link:
                with failures_of(self._name), anyio.fail_after(self._source.timeout):
                    found = await inspect_link(self._name, self._source, self._rules, link)
        except Refusal as refusal:
            what = f"{refusal.message} ({refusal.detail})"
            remedy = "docs/mysql.md: the account, the address and TLS."
            # A server that is down may come back; an account that may write stays one.
            found = [Finding(self._name, what, remedy, fatal=isinstance(refusal, Denied))]
        return [*found, *(ending(self._name, self._tls, datetime.now(UTC)) if self._tls else ())]

    async def close(self) -> None:
        pools, self._pools = self._pools, {}
        for pool in pools.values():
            await pool.close()

    @asynccontextmanager
    async def _link(self, credential: Credential | None) -> AsyncGenerator[Link]:
        pool = self._pool(credential)
        with failures_of(self._name):
            link = await pool.take()
        try:
            yield link
        finally:
            pool.give_back(link)

    def _pool(self, credential: Credential | None) -> Pool:
        # Never None: a driver would take one from elsewhere, that nobody connected.
        password = credential.secret if credential else Secret("")
        user = (credential and credential.login) or self._address.user
        login = Login(self._address, user, password, self._tls, self._source.timeout)
        if (key := login.key) not in self._pools:
            if len(self._pools) >= _MOST_POOLS:
                self._pools = {each: pool for each, pool in self._pools.items() if not pool.is_idle}
            self._pools[key] = Pool(login, self._hold_account)
        return self._pools[key]

    async def _hold_account(self, link: Link) -> None:
        """Raises `Denied` for an account that can do more than is configured, unless the source says why."""
        if self._source.overprivileged is None:
            hold(self._name, await held_by(link), self._rules)
