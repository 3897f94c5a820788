"""A source of files: folders of one store, each user under their own token."""

from abc import abstractmethod
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TypeVar

from policies.call import Tool
from policies.sources import FileSource
from tools.connector import Session
from tools.documents.opening import Opener
from tools.files import columns
from tools.files.acting import Actor
from tools.files.reading import Reader
from tools.files.requests import request_of
from tools.files.store import Store
from tools.files.toolset import toolset
from tools.rest.api import RestApi
from tools.rest.connector import RestConnector
from tools.rest.session import RestSession

S = TypeVar("S", bound=FileSource)
A = TypeVar("A", bound=RestApi)
M = TypeVar("M")


class FileConnector(RestConnector[S, A, M]):
    def __init__(self, name: str, source: S, root: Path) -> None:
        super().__init__(name, source, root)
        self._opener = Opener()

    @abstractmethod
    def store(self, api: A, may: M) -> Store: ...

    @property
    def tools(self) -> Sequence[Tool]:
        return toolset(self.name, self.source)

    @property
    def columns(self) -> Collection[str]:
        return columns.ALL

    def session(self, api: A, may: M, own: str) -> Session:
        store = self.store(api, may)
        return RestSession(
            self.name,
            self.source,
            self.version,
            own,
            asked=request_of,
            read=Reader(self.source, store, self._opener).read,
            actor=Actor(self.name, self.source, store),
        )
