"""A Teams source: the teams of one tenant, each user under their own token."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager

from policies.secret import Credential
from policies.sources import TeamsSource
from tools.authorization import Authorization
from tools.chat.connector import ChatConnector
from tools.chat.platform import Platform
from tools.connector import Finding
from tools.graph.api import asking
from tools.graph.entra import authorization
from tools.outbound.tls import ClientContext
from tools.rest import members
from tools.teams import inspection
from tools.teams.api import Api
from tools.teams.scopes import scopes
from tools.teams.tenant import Tenant, Token
from tools.teams.words import WORDS


class TeamsConnector(ChatConnector[TeamsSource, Api, Token]):
    """One source of kind `teams`."""

    words = WORDS

    @property
    def authorization(self) -> Authorization:
        return authorization(self.source, scopes(self.source))

    def asking(self, tls: ClientContext, credential: Credential | None) -> AbstractAsyncContextManager[Api]:
        return asking(Api, self.name, self.source, tls, credential, size=self.source.max_bytes)

    async def looked(self, api: Api) -> Token:
        told = await api.record("me", **{"$select": "id"})
        scopes(self.source).hold(self.name, self.source, api.scopes)
        return Token(members.text(told, "id"), api.scopes)

    def platform(self, api: Api, may: Token) -> Platform:
        return Tenant(self.name, self.source, api, may)

    def findings(self, api: Api, credential: Credential | None) -> AsyncIterator[Finding]:
        return inspection.findings(self.name, self.source, api, credential)
