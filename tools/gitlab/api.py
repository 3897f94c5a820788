"""Requests to GitLab's REST API v4 under one user's token."""

import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import quote

import httpx2

from policies.canonical import Json, canonical
from policies.errors import NeedsConnection
from policies.frames import BadFrame, parse
from policies.secret import Credential
from policies.sources import GitlabSource
from tools.gitlab import refusals
from tools.outbound.addresses import origins
from tools.outbound.client import Bounds, Transport, client
from tools.outbound.tls import ClientContext
from tools.rest.listed import Listed
from tools.rest.refusals import odd, unreached
from tools.rest.unheard import Unheard, heard

MAX_JSON: Final = 8_000_000  # bytes: 50 issues, each with a long description
V4: Final = ("api", "v4")
_LONGEST_TOKEN: Final = 4096  # characters


class Api:
    """Raises `Refusal` wherever GitLab does not answer as it should.

    Segments of a path are encoded one by one: nothing in one can end it. Where an answer leads is never
    followed, neither a redirect nor the link to a next page.
    """

    def __init__(self, name: str, address: str, asking: httpx2.AsyncClient) -> None:
        self._name = name
        self._address = address.rstrip("/")
        self._asking = asking

    async def value(self, *path: str, **query: str) -> Json:
        answer = await self.ask("GET", *V4, *path, **query)
        return self.read(answer)

    async def page(self, *path: str, **query: str) -> Listed:
        answer = await self.ask("GET", *V4, *path, **query)
        items = self.read(answer)
        if not isinstance(items, list):
            raise odd("a list is no list")
        return Listed(items, _goes_on(answer.headers))

    async def head(self, *path: str, **query: str) -> Mapping[str, str]:
        return (await self.ask("HEAD", *V4, *path, **query)).headers

    async def content(self, *path: str, **query: str) -> bytes:
        return (await self.ask("GET", *V4, *path, **query)).content

    async def send(self, method: str, *path: str, **body: Json) -> Json:
        """Changes something, and gives what GitLab answers: None where it says nothing.

        Raises `Refusal` where nothing was changed, and `Unheard` where nobody can say.
        """
        try:
            answer = await self._asking.request(
                method,
                self._url((*V4, *path)),
                content=canonical(body).encode(),
                headers={"content-type": "application/json"},
            )
        except httpx2.HTTPError as error:
            raise Unheard from error
        if answer.status_code == 204:
            return None
        if answer.status_code >= 500:
            raise Unheard
        if answer.status_code not in {200, 201}:
            refusals.refuse(self._name, answer, answer.content, time.time())
        with heard():
            return self.read(answer)

    async def ask(self, method: str, *path: str, **query: str) -> httpx2.Response:
        """An answer of status 200."""
        try:
            answer = await self._asking.request(method, self._url(path), params=query or None)
        except httpx2.HTTPError as error:
            raise unreached(self._name, error) from error
        if answer.status_code != 200:
            refusals.refuse(self._name, answer, answer.content, time.time())
        return answer

    async def status(self, *path: str) -> int:
        """Of an answer, whatever it is."""
        try:
            return (await self._asking.request("GET", self._url(path))).status_code
        except httpx2.HTTPError as error:
            raise unreached(self._name, error) from error

    def read(self, answer: httpx2.Response) -> Json:
        try:
            return parse(answer.content, MAX_JSON)
        except BadFrame as error:
            raise odd(error.message) from error

    def _url(self, path: tuple[str, ...]) -> str:
        return "/".join([self._address, *(quote(segment, safe="") for segment in path)])


def _goes_on(headers: httpx2.Headers) -> bool:
    """By whichever kind of pagination: offset says the number of the next page, keyset links to it alone."""
    told = headers.get("x-next-page")
    return bool(told.strip()) if told is not None else 'rel="next"' in headers.get("link", "")


@asynccontextmanager
async def asking(
    name: str, source: GitlabSource, tls: ClientContext, credential: Credential | None
) -> AsyncGenerator[Api]:
    """Raises `NeedsConnection` for what can be no token. Without a credential it asks as nobody."""
    headers = {"accept": "application/json"}
    if credential is not None:
        headers["authorization"] = f"Bearer {_token(name, credential)}"
    bounds = Bounds(source.timeout, max(MAX_JSON, source.max_bytes), longest_pause=source.timeout)
    async with client(Transport(tls, origins((source.url,)), bounds), headers=headers) as http:
        yield Api(name, source.url, http)


def _token(name: str, credential: Credential) -> str:
    token = credential.secret.reveal()
    if not token.isascii() or not token.isprintable() or " " in token or not 0 < len(token) <= _LONGEST_TOKEN:
        raise NeedsConnection(name, refused=True)
    return token
