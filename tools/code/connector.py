"""A source of code: some places of one forge."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import TypeVar

from policies.call import Tool
from policies.sources import CodeSource
from tools.code.acting import Actor
from tools.code.forge import Forge
from tools.code.requests import request_of
from tools.code.toolset import toolset
from tools.code.words import Words
from tools.connector import Session
from tools.rest.api import RestApi
from tools.rest.connector import RestConnector
from tools.rest.session import RestSession

S = TypeVar("S", bound=CodeSource)
A = TypeVar("A", bound=RestApi)
M = TypeVar("M")


class CodeConnector(RestConnector[S, A, M]):
    @property
    @abstractmethod
    def words(self) -> Words: ...

    @abstractmethod
    def forge(self, api: A, may: M) -> Forge: ...

    @property
    def tools(self) -> Sequence[Tool]:
        return toolset(self.name, self.source, self.words)

    def session(self, api: A, may: M, own: str) -> Session:
        forge = self.forge(api, may)
        return RestSession(
            self.name,
            self.source,
            self.version,
            own,
            asked=lambda call, values: request_of(forge, self.source, call, values),
            read=forge.read,
            actor=Actor(self.name, self.source, forge),
        )
