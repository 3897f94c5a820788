"""A source of chat: the channels of one workspace that the user is in."""

from abc import abstractmethod
from collections.abc import Collection, Sequence
from typing import ClassVar, TypeVar

from policies.call import Tool
from policies.sources import ChatSource
from tools.chat import columns
from tools.chat.acting import Actor
from tools.chat.platform import Platform
from tools.chat.requests import request_of
from tools.chat.toolset import toolset
from tools.chat.words import Words
from tools.connector import Session
from tools.rest.api import RestApi
from tools.rest.connector import RestConnector
from tools.rest.session import RestSession

S = TypeVar("S", bound=ChatSource)
A = TypeVar("A", bound=RestApi)
M = TypeVar("M")


class ChatConnector(RestConnector[S, A, M]):
    words: ClassVar[Words]

    @abstractmethod
    def platform(self, api: A, may: M) -> Platform: ...

    @property
    def tools(self) -> Sequence[Tool]:
        return toolset(self.name, self.source, self.words)

    @property
    def columns(self) -> Collection[str]:
        return columns.ALL

    def session(self, api: A, may: M, own: str) -> Session:
        platform = self.platform(api, may)
        return RestSession(
            self.name,
            self.source,
            self.version,
            own,
            asked=request_of,
            read=platform.read,
            actor=Actor(self.name, self.source, platform),
        )
