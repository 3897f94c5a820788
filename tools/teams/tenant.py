"""Teams as a platform of chat."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from policies.call import Table
from policies.canonical import Json
from policies.errors import InvalidArgument
from policies.sources import TeamsSource
from tools.chat.platform import Channel, Post
from tools.rest.records import Records
from tools.teams import messages, texts
from tools.teams.api import Api
from tools.teams.channels import Channels
from tools.teams.places import is_chat
from tools.teams.reading import Reader
from tools.teams.scopes import scopes


@dataclass(frozen=True, slots=True)
class Token:
    """Whose it is, by id, and what it may do."""

    user: str
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Tenant:
    """See `tools.chat.platform.Platform`."""

    name: str
    source: TeamsSource
    api: Api
    token: Token
    puts_back: ClassVar[bool] = True

    async def read(self, request: Mapping[str, Json]) -> Table:
        return await Reader(self.name, self.source, self.api).read(request)

    async def channel(self, id: str) -> Channel:  # noqa: A002 - as the tools call it
        return (await Channels(self.name, self.source, self.api).told(id)).channel

    async def has_thread(self, channel: Channel, message: str) -> bool:
        if is_chat(channel.id):
            raise InvalidArgument(f"channel: a chat has no threads. Use {self.name}_post.")
        told = await messages.one(self.api, channel.id, message)
        return told is not None and told.get("replyToId") is None

    async def own(self, channel: Channel, message: str) -> Post | None:
        return await messages.own(self.api, self.token.user, channel.id, message)

    def messages(self, channel: Channel, thread: str | None, gone: str | None) -> Records:
        return messages.Messages(self.api, self.token.user, channel.id, thread, gone)

    def written(self, text: str) -> str:
        sent = texts.normal(text)
        if not sent:
            raise InvalidArgument("text: write something.")
        return sent

    def followed(self, text: str) -> Iterator[str]:
        """Nothing: a text mentions nobody."""
        del text
        yield from ()

    def hold_acting(self) -> None:
        scopes(self.source).hold_acting(self.name, self.token.scopes)
