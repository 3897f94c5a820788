"""Messages: what Graph tells of one, and the user's own as records, in one channel or thread."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from policies.canonical import Json
from policies.change import Fields
from policies.errors import NotFound
from tools.chat.platform import Post
from tools.rest import members, records
from tools.rest.refusals import odd
from tools.rest.unheard import heard
from tools.teams.api import Api
from tools.teams.moments import micros, moment
from tools.teams.places import is_chat, path, path_of
from tools.teams.texts import is_plain, normal, readable

SIZE: Final = 50  # messages of a page, the most that Graph hands out
_PAGES: Final = 5
_MESSAGE: Final = "message"  # and no event, such as that somebody joined


@dataclass(frozen=True, slots=True)
class Messages:
    """See `tools.rest.records.Records`. `me` is the id of whose token it is, and `where` that of the channel.

    Where `gone` names a message that was deleted, to make one is to put it back.
    """

    api: Api
    me: str
    where: str
    thread: str | None
    gone: str | None

    async def read(self, key: Fields) -> Fields | None:
        post = await own(self.api, self.me, self.where, str(key["message"]))
        return post.fields if post is not None and post.thread == self.thread else None

    async def find(self, after: Fields, since: str | None) -> Sequence[tuple[Fields, Fields]]:
        if self.gone is not None:
            key: Fields = {"message": self.gone}
            fields = await self.read(key)
            return [] if fields is None else [(key, fields)]
        return [
            ({"message": id_of(told)}, fields_of(told))
            for told in await self._recent(since)
            if is_own(told, self.me)
            and members.optional_text(told, "replyToId") == self.thread
            and records.is_it(after, fields_of(told), moment(sent_at(told)), since)
        ]

    async def make(self, after: Fields) -> tuple[Fields, Fields]:
        if self.gone is not None:
            await self.api.send("POST", *self._itself(self.gone), "undoSoftDelete")
            return {"message": self.gone}, after
        answer = await self.api.send("POST", *self._list, body=_plainly(after))
        with heard():
            told = members.record(answer)
            return {"message": id_of(told)}, fields_of(told)

    async def write(self, key: Fields, after: Fields) -> Fields:
        """Graph answers nothing: what stands then is read."""
        message = str(key["message"])
        await self.api.send("PATCH", *path_of(self.where, message), body=_plainly(after))
        with heard():
            fields = await self.read(key)
            if fields is None:
                raise odd("a message that was edited is not there")
            return fields

    async def remove(self, key: Fields) -> None:
        await self.api.send("POST", *self._itself(str(key["message"])), "softDelete")

    @property
    def _list(self) -> tuple[str, ...]:
        at = (*path(self.where), "messages")
        return at if self.thread is None else (*at, self.thread, "replies")

    def _itself(self, message: str) -> tuple[str, ...]:
        """Where Graph has what is done to it: chats are deleted from as those of a user."""
        at = path_of(self.where, message)
        return ("users", self.me, *at) if is_chat(self.where) else at

    async def _recent(self, since: str | None) -> list[members.Record]:
        """Graph tells a channel's by what was last said below each, and the newest first elsewhere."""
        found: list[members.Record] = []
        mark = ""
        for _ in range(_PAGES):
            page = await self.api.entries(*self._list, mark=mark, **{"$top": str(SIZE)})
            found += [told for told in page.items if is_said(told)]
            mark = page.mark
            if not mark:
                break
            if since is not None and self.thread and moment(sent_at(page.items[-1])) < since:
                break
        return found


async def own(api: Api, me: str, where: str, message: str) -> Post | None:
    """One message of the user's own; None for one that there is not, and for somebody else's."""
    told = await one(api, where, message)
    if told is None or not is_own(told, me):
        return None
    loses = "" if _is_plain(told) else "its format, links, mentions and files are not put back"
    return Post(fields_of(told), members.optional_text(told, "replyToId"), loses=loses)


async def one(api: Api, where: str, message: str) -> members.Record | None:
    """A message or a reply, whoever wrote it: None where it was deleted."""
    try:
        told = await api.record(*path_of(where, message))
    except NotFound:
        return None
    return told if id_of(told) == message and is_said(told) else None


def id_of(told: members.Record) -> str:
    """A reply's is below that of the message that it replies to."""
    root, own_id = members.optional_text(told, "replyToId"), members.text(told, "id")
    return own_id if root is None else f"{root}/{own_id}"


def is_own(told: members.Record, me: str) -> bool:
    user = _sender(told).get("user")
    return isinstance(user, dict) and user.get("id") == me


def is_said(told: members.Record) -> bool:
    """By somebody, and not deleted."""
    return told.get("messageType") == _MESSAGE and told.get("deletedDateTime") is None


def sent_at(told: members.Record) -> int:
    """Microseconds since 1970."""
    return micros(members.text(told, "createdDateTime"))


def author(told: members.Record) -> str | None:
    """A person, or an app."""
    for kind in ("user", "application"):
        who = _sender(told).get(kind)
        if isinstance(who, dict):
            return members.optional_text(who, "displayName")
    return None


def text_of(told: members.Record) -> str:
    """As people read it, below its subject where it has one."""
    subject = members.optional_text(told, "subject")
    text = str(fields_of(told)["text"])
    return f"{subject}\n{text}" if subject else text


def fields_of(told: members.Record) -> Fields:
    content, is_html = _body(told)
    return {"text": readable(content, _mentions(told)) if is_html else normal(content)}


def _is_plain(told: members.Record) -> bool:
    content, is_html = _body(told)
    return not is_html or is_plain(content)


def _body(told: members.Record) -> tuple[str, bool]:
    """And whether it is HTML."""
    body = members.record(told.get("body"))
    content = members.optional_text(body, "content") or ""
    return content, members.word(body, "contentType", ("text", "html")) == "html"


def _mentions(told: members.Record) -> Mapping[str, str]:
    """The ids of the people, by what the body calls each mention."""
    found: dict[str, str] = {}
    listed = told.get("mentions")
    for each in listed if isinstance(listed, list) else ():
        mention = members.record(each)
        who = members.record(mention.get("mentioned") or {}).get("user")
        id_ = who.get("id") if isinstance(who, dict) else None
        if isinstance(id_, str):
            found[str(mention.get("id"))] = id_
    return found


def _sender(told: members.Record) -> members.Record:
    sender = told.get("from")
    return sender if isinstance(sender, dict) else {}


def _plainly(after: Fields) -> Json:
    """As text: nothing that stands in it is obeyed."""
    return {"contentType": "text", "content": after["text"]}
