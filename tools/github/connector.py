"""A GitHub source: some repositories of one GitHub, each user under their own token."""

from collections.abc import AsyncIterator, Collection
from contextlib import AbstractAsyncContextManager
from typing import Final

from policies.secret import Credential
from policies.sources import GithubSource
from tools.authorization import PERMITTED, Authorization
from tools.code import comments, proposals
from tools.code.connector import CodeConnector
from tools.code.forge import Forge
from tools.code.words import Words
from tools.connector import Finding
from tools.github import inspection, scopes
from tools.github.api import Api, asking
from tools.github.forge import Github
from tools.github.issues import COLUMNS as ISSUE
from tools.github.reading import COLUMNS as READ
from tools.github.words import WORDS
from tools.outbound.tls import ClientContext

_ACTED: Final = (ISSUE, comments.COLUMNS, proposals.columns(WORDS.number))
COLUMNS: Final = READ | {column.name for answer in _ACTED for column in answer}


class GithubConnector(CodeConnector[GithubSource, Api, frozenset[str] | None]):
    """One source of kind `github`."""

    @property
    def words(self) -> Words:
        return WORDS

    @property
    def columns(self) -> Collection[str]:
        return COLUMNS

    @property
    def authorization(self) -> Authorization:
        """docs.github.com: of a GitHub App, whose tokens have its permissions and no scopes."""
        at = f"{self.source.url.rstrip('/')}/login/oauth"
        return Authorization(
            issuer=None,
            authorize=f"{at}/authorize",
            token=f"{at}/access_token",
            revoke=None,
            read=(PERMITTED,),
            act=(PERMITTED,),
            authentication="client_secret_post",
        )

    def asking(self, tls: ClientContext, credential: Credential | None) -> AbstractAsyncContextManager[Api]:
        return asking(self.name, self.source, tls, credential)

    async def looked(self, api: Api) -> frozenset[str] | None:
        found = await scopes.scopes(api)
        scopes.hold(self.name, self.source, found)
        return found

    def forge(self, api: Api, may: frozenset[str] | None) -> Forge:
        return Github(self.name, self.source, api, may)

    def findings(self, api: Api, credential: Credential | None) -> AsyncIterator[Finding]:
        return inspection.findings(self.name, self.source, api, credential)
