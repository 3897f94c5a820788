"""A GitLab source: some projects of one GitLab, each user under their own token."""

import hashlib
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from policies.call import Tool, User
from policies.canonical import canonical
from policies.errors import ConfigurationError, NeedsConnection, Refusal
from policies.secret import Credential
from policies.sources import GitlabSource
from tools.authorization import Authorization
from tools.code import comments, proposals
from tools.code.session import CodeSession
from tools.code.toolset import toolset
from tools.connector import Finding, Session
from tools.gitlab import inspection, scopes
from tools.gitlab.api import Api, asking
from tools.gitlab.forge import Gitlab
from tools.gitlab.issues import COLUMNS as ISSUE
from tools.gitlab.reading import COLUMNS as READ
from tools.gitlab.words import WORDS
from tools.outbound.expiry import ending
from tools.outbound.tls import Tls, client_context
from tools.rest.tokens import Known

_ACTED: Final = (ISSUE, comments.COLUMNS, proposals.columns(WORDS.number))
COLUMNS: Final = READ | {column.name for answer in _ACTED for column in answer}
"""Those of all answers, by name."""


class GitlabConnector:
    """One source of kind `gitlab`. `root` is the folder of the configuration."""

    def __init__(self, name: str, source: GitlabSource, root: Path) -> None:
        """Raises `ConfigurationError` for a TLS file that can't be used, and a column that no answer has."""
        for rules in source.redaction.all_rules:
            if strange := sorted(rules.columns.keys() - COLUMNS):
                raise ConfigurationError(
                    f"redaction names the column {strange[0]}, which no answer has",
                    where=f"sources.{name}.redaction",
                    remedy=f"They have: {', '.join(sorted(COLUMNS))}.",
                )
        self._name = name
        self._source = source
        self._tls = client_context(Tls.of(f"sources.{name}", source, root))
        self._tools = toolset(name, source, WORDS)
        self._version = hashlib.sha256(canonical(source.model_dump(mode="json")).encode()).hexdigest()
        self._scopes = Known[frozenset[str]](name, source.timeout)

    @property
    def tools(self) -> Sequence[Tool]:
        return self._tools

    @property
    def authorization(self) -> Authorization:
        """docs.gitlab.com/api/oauth2. It has no metadata that all of its versions would publish."""
        at = f"{self._source.url.rstrip('/')}/oauth"
        return Authorization(
            issuer=None,
            authorize=f"{at}/authorize",
            token=f"{at}/token",
            revoke=f"{at}/revoke",
            read=(scopes.READ,),
            act=(scopes.ACT,),
        )

    @asynccontextmanager
    async def open(self, user: User | None, credential: Credential | None) -> AsyncGenerator[Session]:
        """Raises `NeedsConnection` too, where GitLab does not take the token any more."""
        del user  # the token is the user
        if credential is None:
            raise NeedsConnection(self._name)
        async with asking(self._name, self._source, self._tls, credential) as api:
            may = await self._scopes.of(credential, lambda: self._looked(api))
            forge = Gitlab(self._name, self._source, api, may)
            yield CodeSession(self._name, self._source, self._version, forge, credential.connection)

    async def _looked(self, api: Api) -> frozenset[str]:
        found = await scopes.scopes(api)
        scopes.hold(self._name, self._source, found)
        return found

    async def inspect(self, credential: Credential | None) -> Sequence[Finding]:
        found: list[Finding] = []
        try:
            async with asking(self._name, self._source, self._tls, credential) as api:
                found += [
                    each async for each in inspection.findings(self._name, self._source, api, credential)
                ]
        except Refusal as refusal:
            what = f"{refusal.message} ({refusal.detail})"
            found.append(Finding(self._name, what, "docs/gitlab.md: the address and TLS.", fatal=False))
        return [*found, *ending(self._name, self._tls, datetime.now(UTC))]

    async def close(self) -> None:
        """Nothing stays open between calls."""
