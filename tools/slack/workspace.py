"""Slack as a platform of chat."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from policies.call import Table
from policies.canonical import Json
from policies.errors import InvalidArgument
from policies.sources import SlackSource
from tools.chat.platform import Channel, Post
from tools.rest.records import Records
from tools.slack import texts
from tools.slack.api import Api
from tools.slack.channels import Channels
from tools.slack.messages import Messages, one, own
from tools.slack.reading import Reader
from tools.slack.scopes import scopes


@dataclass(frozen=True, slots=True)
class Token:
    """Whose it is, by id, and what it may do."""

    user: str
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Workspace:
    """See `tools.chat.platform.Platform`."""

    name: str
    source: SlackSource
    api: Api
    token: Token
    puts_back: ClassVar[bool] = False

    async def read(self, request: Mapping[str, Json]) -> Table:
        return await Reader(self.name, self.source, self.api).read(request)

    async def channel(self, id: str) -> Channel:  # noqa: A002 - as the tools call it
        return await Channels(self.name, self.source, self.api).of(id)

    async def has_thread(self, channel: Channel, message: str) -> bool:
        told = await one(self.api, channel, message)
        return told is not None and told.get("thread_ts") in {None, message}

    async def own(self, channel: Channel, message: str) -> Post | None:
        return await own(self.api, self.token.user, channel, message)

    def messages(self, channel: Channel, thread: str | None, gone: str | None) -> Records:
        del gone  # Slack puts nothing back: its text is posted anew
        return Messages(self.api, self.token.user, channel, thread)

    def written(self, text: str) -> str:
        sent = texts.sent(text)
        if not sent:
            raise InvalidArgument("text: write something.")
        return sent

    def followed(self, text: str) -> Iterator[str]:
        if texts.tells_everybody(text):
            yield "Slack tells everybody in the channel, or in a group, of it"

    def hold_acting(self) -> None:
        scopes(self.source).hold_acting(self.name, self.token.scopes)
