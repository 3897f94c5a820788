"""A source behind a REST API, each user under their own token."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Generic, TypeVar

from policies.call import Tool, User
from policies.canonical import canonical
from policies.errors import ConfigurationError, NeedsConnection, Refusal
from policies.secret import Credential
from policies.sources import RestSource
from tools.connector import Finding, Session
from tools.outbound.expiry import ending
from tools.outbound.tls import ClientContext, Tls, client_context
from tools.rest.api import RestApi
from tools.rest.tokens import Known

S = TypeVar("S", bound=RestSource)
A = TypeVar("A", bound=RestApi)
M = TypeVar("M")


class RestConnector(ABC, Generic[S, A, M]):
    """One source. `root` is the folder of the configuration.

    Of a kind of system: `A` is how it is asked, and `M` what it says that a token may do.
    """

    def __init__(self, name: str, source: S, root: Path) -> None:
        """Raises `ConfigurationError` for a TLS file that can't be used, and a column that no answer has."""
        for rules in source.redaction.all_rules:
            if strange := sorted(rules.columns.keys() - {*self.columns}):
                raise ConfigurationError(
                    f"redaction names the column {strange[0]}, which no answer has",
                    where=f"sources.{name}.redaction",
                    remedy=f"They have: {', '.join(sorted(self.columns))}.",
                )
        self.name = name
        self.source = source
        self.tls = client_context(Tls.of(f"sources.{name}", source, root))
        self.version = hashlib.sha256(canonical(source.model_dump(mode="json")).encode()).hexdigest()
        self._scopes = Known[M](name, source.timeout)

    @property
    @abstractmethod
    def tools(self) -> Sequence[Tool]: ...

    @property
    @abstractmethod
    def columns(self) -> Collection[str]:
        """Those of all answers, by name."""

    @abstractmethod
    def asking(self, tls: ClientContext, credential: Credential | None) -> AbstractAsyncContextManager[A]:
        """Without a credential it asks as nobody. Raises `NeedsConnection` for what can be no token."""

    @abstractmethod
    async def looked(self, api: A) -> M:
        """What the token may do. Raises `Denied` where that is too much or too little."""

    @abstractmethod
    def session(self, api: A, may: M, own: str) -> Session:
        """`own` is the user's own connection."""

    @abstractmethod
    def findings(self, api: A, credential: Credential | None) -> AsyncIterator[Finding]:
        """What an operator should mend, or know. Raises `Refusal` where the system does not answer."""

    @asynccontextmanager
    async def open(self, user: User | None, credential: Credential | None) -> AsyncGenerator[Session]:
        """Raises `NeedsConnection` too, where the system does not take the token any more."""
        del user  # the token is the user
        if credential is None:
            raise NeedsConnection(self.name)
        async with self.asking(self.tls, credential) as api:
            may = await self._scopes.of(credential, lambda: self.looked(api))
            yield self.session(api, may, credential.connection)

    async def inspect(self, credential: Credential | None) -> Sequence[Finding]:
        found: list[Finding] = []
        try:
            async with self.asking(self.tls, credential) as api:
                found += [each async for each in self.findings(api, credential)]
        except Refusal as refusal:
            what = f"{refusal.message} ({refusal.detail})"
            remedy = f"docs/{self.source.kind}.md: the address and TLS."
            found.append(Finding(self.name, what, remedy, fatal=False))
        return [*found, *ending(self.name, self.tls, datetime.now(UTC))]

    async def close(self) -> None:
        """Nothing stays open between calls."""
