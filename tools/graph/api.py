"""Requests to Microsoft Graph under one user's token."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import ClassVar, Final, TypeVar
from urllib.parse import parse_qsl, urlsplit

import httpx2

from policies.secret import Credential
from policies.sources import GraphSource
from tools.graph.refusals import SKIP
from tools.graph.scopes import told_by
from tools.outbound.addresses import origins
from tools.outbound.client import Bounds, Transport, client
from tools.outbound.tls import ClientContext
from tools.rest import members
from tools.rest.api import MAX_JSON, RestApi, bearer
from tools.rest.refusals import odd

_NEXT: Final = "@odata.nextLink"
_LONGEST_MARK: Final = 4096  # characters


@dataclass(frozen=True, slots=True)
class Page:
    """`mark` is Graph's own of the page that follows, "" where none does."""

    items: list[members.Record] = field(repr=False)
    mark: str


class GraphApi(RestApi):
    """`scopes` are those that the token says of itself."""

    prefix: ClassVar[tuple[str, ...]] = ("v1.0",)

    def __init__(self, name: str, address: str, asking: httpx2.AsyncClient, scopes: frozenset[str]) -> None:
        super().__init__(name, address, asking)
        self.scopes = scopes

    async def record(self, *path: str, **query: str) -> members.Record:
        return members.record(await self.value(*path, **query))

    async def entries(self, *path: str, mark: str = "", **query: str) -> Page:
        """A page of a list, from a mark on. Of the link to the next one its mark alone is taken."""
        told = await self.record(*path, **query, **({SKIP: mark} if mark else {}))
        items = told.get("value")
        if not isinstance(items, list):
            raise odd("a list is no list")
        return Page([members.record(each) for each in items], _mark(members.optional_text(told, _NEXT)))


A = TypeVar("A", bound=GraphApi)


def _mark(link: str | None) -> str:
    if link is None:
        return ""
    for name, value in parse_qsl(urlsplit(link).query):
        if name.lower() == SKIP and 0 < len(value) <= _LONGEST_MARK:
            return value
    raise odd("a page leads on, and does not say where")


@asynccontextmanager
async def asking(
    made: Callable[[str, str, httpx2.AsyncClient, frozenset[str]], A],
    name: str,
    source: GraphSource,
    tls: ClientContext,
    credential: Credential | None,
    *,
    size: int,
) -> AsyncGenerator[A]:
    """`size` counts the bytes of the largest thing that may be read.

    Raises `NeedsConnection` for what can be no token. Without a credential it asks as nobody.
    """
    # Without it Graph says of what is newer than its first version only that it is not known.
    headers = {"accept": "application/json", "prefer": "include-unknown-enum-members"}
    scopes = frozenset[str]()
    if credential is not None:
        headers["authorization"] = bearer(name, credential)
        scopes = told_by(headers["authorization"].removeprefix("Bearer "))
    bounds = Bounds(source.timeout, max(MAX_JSON, size), longest_pause=source.timeout)
    async with client(Transport(tls, origins((source.url,)), bounds), headers=headers) as http:
        yield made(name, source.url, http, scopes)
