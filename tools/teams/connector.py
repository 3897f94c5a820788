"""A Teams source: the teams of one tenant, each user under their own token."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager

from policies.secret import Credential
from policies.sources import TeamsSource
from tools.authorization import Authorization
from tools.chat.connector import ChatConnector
from tools.chat.platform import Platform
from tools.connector import Finding
from tools.outbound.tls import ClientContext
from tools.rest import members
from tools.teams import inspection
from tools.teams.api import Api, asking
from tools.teams.scopes import OPENID, scopes
from tools.teams.tenant import Tenant, Token
from tools.teams.words import WORDS


class TeamsConnector(ChatConnector[TeamsSource, Api, Token]):
    """One source of kind `teams`."""

    words = WORDS

    @property
    def authorization(self) -> Authorization:
        """learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow. Nothing there takes back a
        token, and what it calls itself has the tenant's id in it, where the settings may have a domain.
        """
        at = f"{self.source.authority.rstrip('/')}/{self.source.tenant}/oauth2/v2.0"
        asked = scopes(self.source)
        reading = (*asked.reading, *asked.optional)
        return Authorization(
            issuer=None,
            authorize=f"{at}/authorize",
            token=f"{at}/token",
            revoke=None,
            read=reading,
            act=(*reading, *asked.acting),
            authentication="client_secret_post",
            besides=("offline_access",),
            disregarded=OPENID,
        )

    def asking(self, tls: ClientContext, credential: Credential | None) -> AbstractAsyncContextManager[Api]:
        return asking(self.name, self.source, tls, credential)

    async def looked(self, api: Api) -> Token:
        told = await api.record("me", **{"$select": "id"})
        scopes(self.source).hold(self.name, self.source, api.scopes)
        return Token(members.text(told, "id"), api.scopes)

    def platform(self, api: Api, may: Token) -> Platform:
        return Tenant(self.name, self.source, api, may)

    def findings(self, api: Api, credential: Credential | None) -> AsyncIterator[Finding]:
        return inspection.findings(self.name, self.source, api, credential)
