"""Requests to Microsoft Graph for one library, under one user's token."""

from collections.abc import Mapping
from typing import ClassVar, Final, NoReturn

import httpx2

from policies.canonical import Json, canonical
from policies.sources import SharepointSource
from tools.graph.api import GraphApi, Page
from tools.outbound.errors import BlockedAddress
from tools.rest import members
from tools.rest.unheard import heard
from tools.sharepoint import refusals
from tools.sharepoint.entries import FIELDS
from tools.sharepoint.names import words

_SELECT: Final = "$select"
_TOP: Final = "$top"
# By default what is there already would be replaced.
_FAIL: Final = {"@microsoft.graph.conflictBehavior": "fail"}
_PEOPLE: Final = "id,roles,link,invitation,grantedToV2,grantedToIdentitiesV2"
_TEXT: Final = "text/plain"
_PARTS: Final = 20  # pages of who can read something


class Api(GraphApi):
    """learn.microsoft.com/graph/api/resources/driveitem."""

    plain: ClassVar[str] = ":()='"  # as Graph writes paths, and calls of functions, in its addresses
    definite: ClassVar[frozenset[int]] = frozenset({507})

    def __init__(
        self,
        name: str,
        address: str,
        asking: httpx2.AsyncClient,
        scopes: frozenset[str],
        *,
        source: SharepointSource,
    ) -> None:
        super().__init__(name, address, asking, scopes)
        self._library = ("drives", source.drive)
        self._hosts = source.content

    async def library(self) -> members.Record:
        return await self.record(*self._library, **{_SELECT: "id"})

    async def item(self, id: str, fields: str = FIELDS) -> members.Record:  # noqa: A002 - as Graph calls it
        return await self.record(*self._library, "items", id, **{_SELECT: fields})

    async def is_none(self, id: str) -> bool:  # noqa: A002 - as above
        """Whether there is no such item, which is another answer than that nobody may see it."""
        return await self.status(*self.prefix, *self._library, "items", id) == 404

    async def named(self, folder: str, name: str) -> members.Record:
        return await self.record(*self._library, "items", f"{folder}:", name, **{_SELECT: FIELDS})

    async def children(self, folder: str | None, size: int, mark: str) -> Page:
        """Without a folder, those of the library's root."""
        path = (*self._library, *_at(folder), "children")
        return await self.entries(*path, mark=mark, **{_SELECT: FIELDS, _TOP: str(size)})

    async def found(self, search: str, folder: str | None, size: int, mark: str) -> Page:
        path = (*self._library, *_at(folder), f"search(q='{words(search)}')")
        return await self.entries(*path, mark=mark, **{_SELECT: FIELDS, _TOP: str(size)})

    async def content_of(self, id: str) -> bytes:  # noqa: A002 - as above
        return await self.elsewhere(*self._library, "items", id, "content")

    async def permissions(self, id: str) -> list[members.Record] | None:  # noqa: A002 - as above
        """None where there are more than are read."""
        found: list[members.Record] = []
        mark = ""
        for _ in range(_PARTS):
            path = (*self._library, "items", id, "permissions")
            page = await self.entries(*path, mark=mark, **{_SELECT: _PEOPLE})
            found += page.items
            mark = page.mark
            if not mark:
                return found
        return None

    async def made(self, folder: str, name: str, text: str) -> members.Record:
        """Where nothing is called so yet. Raises as `send` does, as the next three do."""
        path = ("items", f"{folder}:", f"{name}:", "content")
        return await self._told("PUT", path, text.encode(), query=_FAIL)

    async def replaced(self, id: str, tag: str, text: str) -> members.Record:  # noqa: A002 - as above
        return await self._told("PUT", ("items", id, "content"), text.encode(), tag=tag)

    async def moved(self, id: str, tag: str, folder: str, name: str) -> members.Record:  # noqa: A002 - as above
        body: Json = {"name": name, "parentReference": {"id": folder}}
        path, content = ("items", id), canonical(body).encode()
        return await self._told("PATCH", path, content, media=self.media, query=_FAIL, tag=tag)

    async def deleted(self, id: str, tag: str) -> None:  # noqa: A002 - as above
        await self.sent("DELETE", (*self.prefix, *self._library, "items", id), b"", {"if-match": tag})

    def led(self, there: str) -> httpx2.URL:
        """And to one of the hosts that the configuration names. Raises `BlockedAddress`."""
        url = super().led(there)
        host = url.host.lower()
        own = httpx2.URL(self._address)
        if (url.scheme, host, url.port) != (own.scheme, own.host, own.port) and not any(
            host.endswith(each[1:]) if each.startswith("*.") else host == each for each in self._hosts
        ):
            raise BlockedAddress(f"blocked_address: {host} is not among the hosts of content")
        return url

    def refuse(self, answer: httpx2.Response, now: float) -> NoReturn:
        refusals.refuse(self._name, answer, now)

    async def _told(
        self,
        method: str,
        path: tuple[str, ...],
        content: bytes,
        *,
        media: str = _TEXT,
        query: Mapping[str, str] | None = None,
        tag: str = "",
    ) -> members.Record:
        headers = {"content-type": media, **({"if-match": tag} if tag else {})}
        answer = await self.sent(method, (*self.prefix, *self._library, *path), content, headers, query)
        with heard():
            return members.record(self.read(answer))


def _at(folder: str | None) -> tuple[str, ...]:
    return ("root",) if folder is None else ("items", folder)
