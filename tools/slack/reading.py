"""What each tool that reads asks of Slack, and the table that it makes of the answers."""

from collections.abc import Iterable, Mapping

from policies.call import Table
from policies.canonical import Json
from policies.errors import NotFound
from policies.sources import SlackSource
from tools.chat import columns
from tools.chat.reading import ChatReader, Request, quoted
from tools.rest import members
from tools.rest.lists import Cells, Rows, page_size
from tools.rest.refusals import odd
from tools.slack import refusals
from tools.slack.api import Api
from tools.slack.channels import Channels, is_shared, kind_of
from tools.slack.messages import listed
from tools.slack.moments import micros, moment, ts
from tools.slack.people import People
from tools.slack.texts import readable


class Reader(ChatReader[SlackSource, Api]):
    """Of Slack."""

    async def channels(self, request: Request) -> Table:
        offset, rows, number = int(str(request["offset"])), Rows(self.source, columns.CHANNELS), 0
        people = People(self.api)
        more = False
        async for told in self._open.all():
            number += 1
            if number <= offset:
                continue
            if isinstance(told.get("user"), str):
                await people.meet([members.text(told, "user")])
            if not rows.add(_channel_row(told, people.names)):
                more = True
                break
        return rows.table(str(request["query"]), offset + rows.taken, more=more)

    async def history(self, request: Request) -> Table:
        """The newest first. A cursor is the time of the last one that was shown.

        Slack goes forward from an `oldest` that comes without a `latest`: what is too old is left out here.
        """
        channel, offset = str(request["channel"]), int(str(request["offset"]))
        await self._open.told(channel)
        answer = await self.api.told(
            "conversations.history",
            channel=channel,
            limit=str(page_size(self.source)),
            inclusive="false",
            **({"latest": ts(offset)} if offset else {}),
        )
        found = [told for told in listed(answer) if self._is_kept(told)]
        return await self._messages(request, found, more=answer.get("has_more") is True)

    async def thread(self, request: Request) -> Table:
        """The oldest first. Slack tells the first message on each page."""
        channel, root, offset = str(request["channel"]), str(request["message"]), int(str(request["offset"]))
        await self._open.told(channel)
        answer = await self.api.told(
            "conversations.replies",
            channel=channel,
            ts=root,
            limit=str(page_size(self.source) + 1),
            inclusive="false",
            **({"oldest": ts(oldest)} if (oldest := max(self.oldest, offset)) else {}),
        )
        found = [told for told in listed(answer) if self._is_kept(told) and _at(told) > offset]
        if not found and not offset:
            raise refusals.not_found(self.name)
        return await self._messages(request, found, more=answer.get("has_more") is True)

    async def search(self, request: Request) -> Table:
        """Page by page of Slack's; what is in a channel that is not open is passed over."""
        words, channel = quoted(str(request["search"])), request["channel"]
        known: dict[str, members.Record | None] = {}
        if channel is not None:
            asked = known[str(channel)] = await self._open.told(str(channel))
            words += f" in:#{asked['name']}" if "name" in asked else ""
        size = page_size(self.source)
        page, skipped = divmod(int(str(request["offset"])), size)
        answer = await self.api.told(
            "search.messages", query=words, count=str(size), page=str(page + 1), sort="timestamp"
        )
        block = members.record(answer.get("messages"))
        matches = block.get("matches")
        if not isinstance(matches, list):
            raise odd("a search has no matches")
        paging = members.record(block.get("paging") or {})
        more = members.number(paging, "page") < members.number(paging, "pages") if paging else False
        hits = [
            (told, await self._where(told, known, channel)) for told in map(members.record, matches[skipped:])
        ]
        people, rows, taken = People(self.api), Rows(self.source, columns.HITS), 0
        await people.meet(id_ for told, where in hits if where is not None for id_ in _named(told))
        for told, where in hits:
            if where is not None and not rows.add(_hit_row(told, where, people.names)):
                break
            taken += 1
        more |= taken < len(hits)
        return rows.table(str(request["query"]), int(str(request["offset"])) + taken, more=more)

    async def _where(
        self, told: members.Record, known: dict[str, members.Record | None], only: Json
    ) -> members.Record | None:
        """The channel of a hit that may be shown: an open one, and where `only` is one that very one."""
        if not self._is_kept(told):
            return None
        id_ = members.text(members.record(told.get("channel")), "id")
        if only is not None and id_ != only:
            return None
        if id_ not in known:
            try:
                known[id_] = await self._open.told(id_)
            except NotFound:
                known[id_] = None
        return known[id_]

    async def _messages(self, request: Request, found: Iterable[members.Record], *, more: bool) -> Table:
        people, rows = People(self.api), Rows(self.source, columns.MESSAGES)
        every = list(found)
        await people.meet(id_ for told in every for id_ in _named(told))
        last = int(str(request["offset"]))
        for told in every:
            if not rows.add(_message_row(told, people.names)):
                break
            last = _at(told)
        # Where nothing came that may be told, nothing follows that may: what Slack tells gets no younger.
        more = (more and bool(every)) or rows.taken < len(every)
        return rows.table(str(request["query"]), last, more=more)

    @property
    def _open(self) -> Channels:
        return Channels(self.name, self.source, self.api)

    def _is_kept(self, told: members.Record) -> bool:
        return _at(told) >= self.oldest


def _at(told: members.Record) -> int:
    return micros(members.text(told, "ts"))


def _named(told: members.Record) -> list[str]:
    """The id of its author."""
    author = told.get("user")
    return [author] if isinstance(author, str) else []


def _text(told: members.Record) -> str:
    return members.optional_text(told, "text") or ""


def _author(told: members.Record, names: Mapping[str, str]) -> str | None:
    author = told.get("user")
    if isinstance(author, str):
        return names.get(author)
    return members.optional_text(told, "username")


def _channel_row(told: members.Record, names: Mapping[str, str]) -> Cells:
    count, other = told.get("num_members"), told.get("user")
    return (
        members.text(told, "id"),
        names.get(other) if isinstance(other, str) else members.optional_text(told, "name"),
        kind_of(told),
        _value(told, "topic"),
        _value(told, "purpose"),
        count if isinstance(count, int) else None,
        is_shared(told),
    )


def _value(told: members.Record, name: str) -> str | None:
    inner = told.get(name)
    return (members.optional_text(inner, "value") or None) if isinstance(inner, dict) else None


def _message_row(told: members.Record, names: Mapping[str, str]) -> Cells:
    at, count, files = members.text(told, "ts"), told.get("reply_count"), told.get("files")
    return (
        at,
        _author(told, names),
        moment(at),
        readable(_text(told)),
        count if isinstance(count, int) else 0,
        "edited" in told,
        [_file(each) for each in files] if isinstance(files, list) else [],
    )


def _file(told: Json) -> Json:
    return members.optional_text(members.record(told), "name")


def _hit_row(told: members.Record, where: members.Record, names: Mapping[str, str]) -> Cells:
    at = members.text(told, "ts")
    return (
        members.text(where, "id"),
        members.optional_text(where, "name"),
        at,
        _author(told, names),
        moment(at),
        readable(_text(told)),
    )
