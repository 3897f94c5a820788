"""A GitLab source: some projects of one GitLab, each user under their own token."""

from collections.abc import AsyncIterator, Collection
from contextlib import AbstractAsyncContextManager
from typing import Final

from policies.secret import Credential
from policies.sources import GitlabSource
from tools.authorization import Authorization
from tools.code import comments, proposals
from tools.code.connector import CodeConnector
from tools.code.forge import Forge
from tools.code.words import Words
from tools.connector import Finding
from tools.gitlab import inspection, scopes
from tools.gitlab.api import Api, asking
from tools.gitlab.forge import Gitlab
from tools.gitlab.issues import COLUMNS as ISSUE
from tools.gitlab.reading import COLUMNS as READ
from tools.gitlab.words import WORDS
from tools.outbound.tls import ClientContext

_ACTED: Final = (ISSUE, comments.COLUMNS, proposals.columns(WORDS.number))
COLUMNS: Final = READ | {column.name for answer in _ACTED for column in answer}


class GitlabConnector(CodeConnector[GitlabSource, Api, frozenset[str]]):
    """One source of kind `gitlab`. Scopes of a token never change."""

    @property
    def words(self) -> Words:
        return WORDS

    @property
    def columns(self) -> Collection[str]:
        return COLUMNS

    @property
    def authorization(self) -> Authorization:
        """docs.gitlab.com/api/oauth2. It has no metadata that all of its versions would publish."""
        at = f"{self.source.url.rstrip('/')}/oauth"
        return Authorization(
            issuer=None,
            authorize=f"{at}/authorize",
            token=f"{at}/token",
            revoke=f"{at}/revoke",
            read=(scopes.READ,),
            act=(scopes.ACT,),
        )

    def asking(self, tls: ClientContext, credential: Credential | None) -> AbstractAsyncContextManager[Api]:
        return asking(self.name, self.source, tls, credential)

    async def looked(self, api: Api) -> frozenset[str]:
        found = await scopes.scopes(api)
        scopes.hold(self.name, self.source, found)
        return found

    def forge(self, api: Api, may: frozenset[str]) -> Forge:
        return Gitlab(self.name, self.source, api, may)

    def findings(self, api: Api, credential: Credential | None) -> AsyncIterator[Finding]:
        return inspection.findings(self.name, self.source, api, credential)
