"""The user's own messages as records: in one channel, or in one thread of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from policies.change import Fields
from policies.errors import NotFound
from tools.chat.platform import Channel, Post
from tools.rest import members, records
from tools.rest.unheard import heard
from tools.slack.api import Api
from tools.slack.moments import micros, moment, ts
from tools.slack.texts import normal

_SIZE: Final = 200
_PAGES: Final = 5
# Nothing is shown of where a link leads, and no name is taken for a mention.
_PLAINLY: Final[Fields] = {"unfurl_links": False, "unfurl_media": False, "link_names": False}


@dataclass(frozen=True, slots=True)
class Messages:
    """See `tools.rest.records.Records`. `me` is the id of whose token it is."""

    api: Api
    me: str
    channel: Channel
    thread: str | None

    async def read(self, key: Fields) -> Fields | None:
        post = await own(self.api, self.me, self.channel, str(key["message"]))
        return post.fields if post is not None and post.thread == self.thread else None

    async def find(self, after: Fields, since: str | None) -> Sequence[tuple[Fields, Fields]]:
        return [
            ({"message": members.text(told, "ts")}, _fields(told))
            for told in await self._recent(since)
            if _is_own(told, self.me)
            and _thread(told) == self.thread
            and records.is_it(after, _fields(told), moment(members.text(told, "ts")), since)
        ]

    async def make(self, after: Fields) -> tuple[Fields, Fields]:
        thread: Fields = {"thread_ts": self.thread} if self.thread else {}
        answer = await self.api.act(
            "chat.postMessage", channel=self.channel.id, text=after["text"], **thread, **_PLAINLY
        )
        with heard():
            return {"message": members.text(answer, "ts")}, _fields(members.record(answer.get("message")))

    async def write(self, key: Fields, after: Fields) -> Fields:
        answer = await self.api.act(
            "chat.update", channel=self.channel.id, ts=key["message"], text=after["text"], link_names=False
        )
        with heard():
            return {"text": normal(members.text(answer, "text"))}

    async def remove(self, key: Fields) -> None:
        await self.api.act("chat.delete", channel=self.channel.id, ts=key["message"])

    async def _recent(self, since: str | None) -> list[members.Record]:
        method = "conversations.replies" if self.thread else "conversations.history"
        where = {"channel": self.channel.id, **({"ts": self.thread} if self.thread else {})}
        found: list[members.Record] = []
        cursor: dict[str, str] = {}
        for _ in range(_PAGES):
            answer = await self.api.told(method, limit=str(_SIZE), **where, **cursor)
            told = listed(answer)
            found += told
            if self.thread:
                cursor = {"oldest": members.text(told[-1], "ts")} if told else {}
            else:
                cursor = {"latest": members.text(told[-1], "ts")} if told else {}
            if not told or answer.get("has_more") is not True:
                break
            if since is not None and not self.thread and moment(members.text(told[-1], "ts")) < since:
                break
        return found


async def own(api: Api, me: str, channel: Channel, message: str) -> Post | None:
    """One message of the user's own; None for one that there is not, and for somebody else's."""
    told = await one(api, channel, message)
    if told is None or not _is_own(told, me):
        return None
    return Post(_fields(told), _thread(told), _stays(told))


async def one(api: Api, channel: Channel, message: str) -> members.Record | None:
    """A message or a reply, whoever wrote it."""
    bounds = {"oldest": ts(micros(message) - 1), "latest": ts(micros(message) + 1)}
    try:
        answer = await api.told(
            "conversations.replies", channel=channel.id, ts=message, limit="10", inclusive="true", **bounds
        )
    except NotFound:
        return None
    return next((told for told in listed(answer) if told.get("ts") == message), None)


def listed(answer: members.Record) -> list[members.Record]:
    told = answer.get("messages")
    return [members.record(each) for each in told] if isinstance(told, list) else []


def _is_own(told: members.Record, me: str) -> bool:
    return told.get("user") == me


def _thread(told: members.Record) -> str | None:
    """None for one that is no reply."""
    root = told.get("thread_ts")
    return root if isinstance(root, str) and root != told.get("ts") else None


def _fields(told: members.Record) -> Fields:
    return {"text": normal(members.optional_text(told, "text") or "")}


def _stays(told: members.Record) -> str:
    if told.get("files"):
        return "its files are not put back"
    if told.get("reply_count"):
        return "the replies to it would hang on nothing"
    return ""
