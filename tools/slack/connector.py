"""A Slack source: the channels of one workspace, each user under their own token."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager

from policies.secret import Credential
from policies.sources import SlackSource
from tools.authorization import Authorization
from tools.chat.connector import ChatConnector
from tools.chat.platform import Platform
from tools.connector import Finding
from tools.outbound.tls import ClientContext
from tools.rest import members
from tools.slack import inspection
from tools.slack.api import Api, asking
from tools.slack.scopes import scopes
from tools.slack.words import WORDS
from tools.slack.workspace import Token, Workspace


class SlackConnector(ChatConnector[SlackSource, Api, Token]):
    """One source of kind `slack`. Users type their token: Slack's OAuth answers in a form of its own."""

    authorization: Authorization | None = None
    words = WORDS

    def asking(self, tls: ClientContext, credential: Credential | None) -> AbstractAsyncContextManager[Api]:
        return asking(self.name, self.source, tls, credential)

    async def looked(self, api: Api) -> Token:
        told, found = await api.scopes()
        scopes(self.source).hold(self.name, self.source, found)
        return Token(members.text(told, "user_id"), found)

    def platform(self, api: Api, may: Token) -> Platform:
        return Workspace(self.name, self.source, api, may)

    def findings(self, api: Api, credential: Credential | None) -> AsyncIterator[Finding]:
        return inspection.findings(self.name, self.source, api, credential)
