"""What platforms of chat have in common where they are read."""

import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, Generic, TypeVar

from policies.call import Table
from policies.canonical import Json
from policies.errors import InvalidArgument
from policies.sources import ChatSource
from tools.chat import toolset
from tools.rest.api import RestApi

Request = Mapping[str, Json]

S = TypeVar("S", bound=ChatSource)
A = TypeVar("A", bound=RestApi)
_DAY: Final = 86_400_000_000  # microseconds


class ChatReader(ABC, Generic[S, A]):
    """One source under one user's token. Every method raises `Refusal`."""

    def __init__(self, name: str, source: S, api: A) -> None:
        self.name = name
        self.source = source
        self.api = api

    async def read(self, request: Request) -> Table:
        """Carries out the request of a plan: of it and of nothing else."""
        reads: Mapping[str, Callable[[Request], Awaitable[Table]]] = {
            toolset.CHANNELS: self.channels,
            toolset.HISTORY: self.history,
            toolset.THREAD: self.thread,
            toolset.SEARCH: self.search,
        }
        return await reads[str(request["verb"])](request)

    @abstractmethod
    async def channels(self, request: Request) -> Table: ...

    @abstractmethod
    async def history(self, request: Request) -> Table: ...

    @abstractmethod
    async def thread(self, request: Request) -> Table: ...

    @abstractmethod
    async def search(self, request: Request) -> Table: ...

    @property
    def oldest(self) -> int:
        """In microseconds since 1970: what is older is in no answer."""
        days = self.source.retention_days
        return 0 if days is None else time.time_ns() // 1000 - days * _DAY


def quoted(text: str) -> str:
    """As words that stand together, and never as a filter of the platform's."""
    if '"' in text or not text.isprintable():
        raise InvalidArgument("search: leave out quotes.")
    return f'"{text}"'
