"""A Snowflake source: one database, in one role and one warehouse, each user under their own token."""

import hashlib
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from policies.call import Tool, User
from policies.canonical import canonical
from policies.errors import ConfigurationError, NeedsConnection, Refusal
from policies.secret import Credential
from policies.sources import SnowflakeSource
from tools.authorization import Authorization
from tools.connector import Finding, Session
from tools.outbound.expiry import ending
from tools.outbound.tls import Tls, client_context
from tools.rest.tokens import Known
from tools.snowflake import inspection
from tools.snowflake.api import Api, asking
from tools.snowflake.grants import held_by, hold, hold_itself
from tools.snowflake.session import Settings, SnowflakeSession
from tools.sql.rules import Rules
from tools.sql.statements import Statements
from tools.sql.toolset import toolset


class SnowflakeConnector:
    """One source of kind `snowflake`. `root` is the folder of the configuration."""

    def __init__(self, name: str, source: SnowflakeSource, root: Path) -> None:
        """Raises `ConfigurationError` without a role or a warehouse, and for TLS that can't be used."""
        for setting, value in (("role", source.role), ("warehouse", source.warehouse)):
            if value is None:
                raise ConfigurationError(
                    f"it has no {setting}",
                    where=f"sources.{name}",
                    remedy=f'Write {setting} = "...": each call is made with it. docs/snowflake.md.',
                )
        self._name = name
        self._source = source
        self._rules = Rules.of(source)
        self._tls = client_context(Tls.of(f"sources.{name}", source, root))
        self._tools = toolset(name, source)
        version = hashlib.sha256(canonical(source.model_dump(mode="json")).encode()).hexdigest()
        self._settings = Settings(name, source, self._rules, version, Statements(self._rules))
        self._roles = Known[None](name, source.timeout)

    @property
    def tools(self) -> Sequence[Tool]:
        return self._tools

    @property
    def authorization(self) -> Authorization:
        """docs.snowflake.com/en/user-guide/oauth-custom. The scope is the role: no token has another one."""
        at = f"{self._source.url}/oauth"
        scopes = (f"session:role:{(self._source.role or '').upper()}", "refresh_token")
        return Authorization(
            issuer=None,
            authorize=f"{at}/authorize",
            token=f"{at}/token-request",
            revoke=None,
            read=scopes,
            act=scopes,
        )

    @asynccontextmanager
    async def open(self, user: User | None, credential: Credential | None) -> AsyncGenerator[Session]:
        """Raises `NeedsConnection` too, where Snowflake does not take the token any more."""
        del user  # claims come with the call; the token is who asks
        if credential is None:
            raise NeedsConnection(self._name)
        async with asking(self._name, self._source, self._tls, credential) as api:
            await self._roles.of(credential, lambda: self._hold_role(api))
            yield SnowflakeSession(api, self._settings, credential.connection)

    async def _hold_role(self, api: Api) -> None:
        held = await held_by(api, self._source)
        hold_itself(self._name, self._source, held)
        if self._source.overprivileged is None:
            hold(self._name, held, self._rules)

    async def inspect(self, credential: Credential | None) -> Sequence[Finding]:
        found: list[Finding] = []
        try:
            async with asking(self._name, self._source, self._tls, credential) as api:
                found += [
                    each
                    async for each in inspection.findings(
                        self._name, self._source, self._rules, api, credential
                    )
                ]
        except Refusal as refusal:
            what = f"{refusal.message} ({refusal.detail})"
            found.append(Finding(self._name, what, "docs/snowflake.md: the account and TLS.", fatal=False))
        return [*found, *ending(self._name, self._tls, datetime.now(UTC))]

    async def close(self) -> None:
        """Nothing stays open between calls."""
