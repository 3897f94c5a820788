"""What each tool that reads asks of Graph, and the table that it makes of the answers."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final
from urllib.parse import parse_qs, urlsplit

from policies.call import Table
from policies.canonical import Json
from policies.errors import NotFound
from policies.sources import TeamsSource
from tools.chat import columns
from tools.chat.reading import ChatReader, Request, quoted
from tools.graph.api import Page
from tools.rest import members
from tools.rest.at_once import at_once
from tools.rest.lists import Cells, Rows, page_size
from tools.rest.refusals import too_little
from tools.teams import refusals
from tools.teams.api import Api
from tools.teams.channels import Channels, Open
from tools.teams.messages import author, id_of, is_said, one, sent_at, text_of
from tools.teams.moments import moment
from tools.teams.places import path, place_of
from tools.teams.scopes import SEARCH

_PAGES: Final = 10  # of Graph's, for one of ours that would be empty
_HITS: Final = 25  # the most of one page (learn.microsoft.com/graph/search-concept-overview)
_TEAM: Final = 1_000  # channels of one, at the most
_CHATS: Final = 1_000_000 * _TEAM  # behind any team


class Reader(ChatReader[TeamsSource, Api]):
    """Of Teams."""

    def __init__(self, name: str, source: TeamsSource, api: Api) -> None:
        super().__init__(name, source, api)
        self._open = Channels(name, source, api)

    async def channels(self, request: Request) -> Table:
        """By teams, then chats. A cursor counts a team, and its channels that were told; or chats."""
        rows, query = Rows(self.source, columns.CHANNELS), str(request["query"])
        offset = int(str(request["offset"]))
        if offset < _CHATS:
            offset = await self._of_teams(rows, offset)
            if offset < _CHATS or not self.source.direct:
                return rows.table(query, offset, more=offset < _CHATS)
        mark, skipped = str(request.get("mark", "")), offset - _CHATS
        chats, following = await self._open.chats(mark)
        taken = rows.take([_channel_row(each) for each in chats[skipped:]])
        if skipped + taken < len(chats):
            return rows.table(query, _CHATS + skipped + taken, more=True, mark=mark)
        return rows.table(query, _CHATS, more=bool(following), mark=following)

    async def _of_teams(self, rows: Rows, offset: int) -> int:
        """The offset to go on from."""
        number, skipped = divmod(offset, _TEAM)
        for asked, team in enumerate([*await self._open.teams()][number:]):
            if asked == _PAGES:
                return number * _TEAM
            found = [_channel_row(each) for each in await self._open.of(team)][skipped:]
            taken = rows.take(found)
            if taken < len(found):
                return number * _TEAM + skipped + taken
            number, skipped = number + 1, 0
        return _CHATS

    async def history(self, request: Request) -> Table:
        """What was last said below first. What is too old is left out, and may stand before what is not."""
        where = await self._open.told(str(request["channel"]))

        async def page(mark: str) -> Page:
            return await self._page(where, (), mark)

        return await self._messages(request, where, page)

    async def thread(self, request: Request) -> Table:
        """The first message, then the replies to it, the newest first."""
        where, root = await self._open.told(str(request["channel"])), str(request["message"])

        async def page(mark: str) -> Page:
            first = [] if mark else [await self.api.record(*path(where.id), "messages", root)]
            found = await self._page(where, (root, "replies"), mark)
            return Page([*first, *found.items], found.mark)

        table = await self._messages(request, where, page)
        if not table.rows and not table.truncated and "mark" not in request:
            raise refusals.not_found(self.name)
        return table

    async def search(self, request: Request) -> Table:
        """Page by page of Graph's; what is in a channel that is not open is passed over."""
        if self.api.scopes and SEARCH not in self.api.scopes:
            raise too_little(self.name)
        words, only = quoted(str(request["search"])), request["channel"]
        known: dict[str, Open | None] = {}
        if only is not None:
            known[str(only)] = await self._open.told(str(only))
        rows, offset, more = Rows(self.source, columns.HITS), int(str(request["offset"])), True
        size = min(page_size(self.source), _HITS)
        for _ in range(_PAGES):
            hits, more = await self._hits(words, offset, size)
            found = await self._found(hits, known, only)
            taken = rows.take(found)
            offset += taken
            if rows.taken or taken < len(found) or not more:
                more = more or taken < len(found)
                break
        return rows.table(str(request["query"]), offset, more=more)

    async def _hits(self, words: str, offset: int, size: int) -> tuple[Sequence[members.Record], bool]:
        """The messages that were found, so far as search says what they are, and whether there are more."""
        asked: Json = {
            "entityTypes": ["chatMessage"],
            "query": {"queryString": words},
            "from": offset,
            "size": size,
        }
        told = members.record(await self.api.inquire("search", "query", requests=[asked]))
        for answer in _records(told, "value"):
            for container in _records(answer, "hitsContainers"):
                hits = [members.record(hit.get("resource")) for hit in _records(container, "hits")]
                return hits, members.flag(container, "moreResultsAvailable") and bool(hits)
        return [], False

    async def _found(
        self, hits: Sequence[members.Record], known: dict[str, Open | None], only: Json
    ) -> Sequence[Cells | None]:
        """Each hit as Graph tells it in its channel: search has an extract of it alone, in which a secret may
        be cut in two, and may have it still where it was deleted. None for one that is not to be told.
        """
        places = [place_of(hit) for hit in hits]

        async def look(id_: str) -> None:
            try:
                known[id_] = await self._open.told(id_)
            except NotFound:
                known[id_] = None

        wanted = {id_ for id_ in places if id_ is not None and only in {None, id_}}
        if wanted:
            await self._open.teams()  # once, before all ask for them at the same time
        await at_once(sorted(wanted - known.keys()), look)
        rows: list[Cells | None] = [None] * len(hits)

        async def read(number: int) -> None:
            where = known[places[number] or ""]
            told = None if where is None else await self._whole(where, hits[number])
            if where is not None and told is not None and self._is_told(told, where):
                rows[number] = _hit_row(where, told)

        await at_once([number for number, id_ in enumerate(places) if id_ in wanted], read)
        return rows

    async def _whole(self, where: Open, hit: members.Record) -> members.Record | None:
        key, root = members.text(hit, "id"), _root(hit)
        for message in (key if root in {None, key} else f"{root}/{key}", key):
            told = await one(self.api, where.id, message)
            if told is not None:
                return told
        return None

    async def _page(self, where: Open, below: tuple[str, ...], mark: str) -> Page:
        size = str(page_size(self.source))
        return await self.api.entries(*path(where.id), "messages", *below, mark=mark, **{"$top": size})

    async def _messages(self, request: Request, where: Open, page: Callable[[str], Awaitable[Page]]) -> Table:
        """A page of Graph's that has something to tell. A cursor is Graph's mark of it, and counts within."""
        rows, query = Rows(self.source, columns.MESSAGES), str(request["query"])
        mark, offset = str(request.get("mark", "")), int(str(request["offset"]))
        for _ in range(_PAGES):
            found = await page(mark)
            told = found.items[offset:]
            shown = [_message_row(each) if self._is_told(each, where) else None for each in told]
            taken = rows.take(shown)
            if taken < len(shown):
                return rows.table(query, offset + taken, more=True, mark=mark)
            mark, offset = found.mark, 0
            if rows.taken or not mark:
                break
        return rows.table(query, 0, more=bool(mark), mark=mark)

    def _is_told(self, told: members.Record, where: Open) -> bool:
        """Whether somebody said it, in this very channel, and not too long ago."""
        return is_said(told) and place_of(told) == where.id and sent_at(told) >= self.oldest


def _root(hit: members.Record) -> str | None:
    """Of the thread that a hit is in: search says it in the link to it alone."""
    told = members.optional_text(hit, "replyToId")
    if told is not None:
        return told
    link = hit.get("webLink") or hit.get("webUrl")
    query = parse_qs(urlsplit(link).query) if isinstance(link, str) else {}
    return next((value for value in query.get("parentMessageId", []) if value.isdecimal()), None)


def _records(told: members.Record, name: str) -> list[members.Record]:
    listed = told.get(name)
    return [members.record(each) for each in listed] if isinstance(listed, list) else []


def _channel_row(channel: Open) -> Cells:
    return (
        channel.id,
        channel.name,
        channel.kind,
        None,
        channel.purpose,
        channel.members,
        channel.is_shared,
    )


def _message_row(told: members.Record) -> Cells:
    return (
        id_of(told),
        author(told),
        moment(sent_at(told)),
        text_of(told),
        None,
        told.get("lastEditedDateTime") is not None,
        [members.optional_text(each, "name") for each in _records(told, "attachments")],
    )


def _hit_row(where: Open, told: members.Record) -> Cells:
    return where.id, where.name, id_of(told), author(told), moment(sent_at(told)), text_of(told)
