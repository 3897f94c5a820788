"""Requests to one bucket of S3, under one user's access key."""

import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, NoReturn
from urllib.parse import quote, urlencode

import httpx2

from policies.secret import Credential
from policies.sources import S3Source
from tools.files.refusals import not_found
from tools.outbound.addresses import origins
from tools.outbound.client import Bounds, Transport, client
from tools.outbound.tls import ClientContext
from tools.rest.api import RestApi
from tools.rest.refusals import odd, unreached
from tools.rest.unheard import Unheard, heard, is_refusal
from tools.s3 import refusals
from tools.s3.listing import Page, page_of
from tools.s3.signing import Signed
from tools.s3.versions import Version, version_of
from tools.s3.xml import root_of

_LEAST: Final = 5_000_000  # bytes of one answer, however small files have to be
_NONE: Final[Mapping[str, str]] = {}
FREE: Final[Mapping[str, str]] = {"if-none-match": "*"}
"""On the condition that nothing is there."""


class Api(RestApi):
    """docs.aws.amazon.com/AmazonS3/latest/API: a key is a path, and what is asked of it a query."""

    def __init__(self, name: str, source: S3Source, asking: httpx2.AsyncClient) -> None:
        super().__init__(name, source.url, asking)
        self.bucket = source.bucket

    async def buckets(self) -> Sequence[str]:
        """The names of all that the key may list."""
        root = _root(await self._found("GET", ()))
        return [str(each.text) for each in root.iterfind("{*}Buckets/{*}Bucket/{*}Name")]

    async def keys(self, **query: str) -> Page:
        asked = {"list-type": "2", "encoding-type": "url", **query}
        return page_of(_root(await self._found("GET", (self.bucket,), asked)))

    async def told(self, key: str) -> Mapping[str, str]:
        """What is told of an object. Raises `NotFound`, or `NeedsConnection` where the key is why."""
        if (told := await self.looked_at(key)) is None:
            raise not_found(self._name)
        return told

    async def looked_at(self, key: str) -> Mapping[str, str] | None:
        """The same; None where surely none is. Raises `NotFound` for what is not the user's to see."""
        answer = await self._read("HEAD", self._at(key))
        if answer.status_code == 403:
            # An answer to HEAD says no more. What may be asked by the same key and of as little does.
            await self.keys(prefix=key, **{"max-keys": "1"})
        if answer.status_code == 404:
            return None
        if answer.status_code in {403, 405}:
            raise not_found(self._name)
        if answer.status_code != 200:
            self.refuse(answer, time.time())
        return answer.headers

    async def fetched(self, key: str, etag: str) -> bytes:
        """What an object holds, where that still is what is called so. Raises `StaleConfirmation`."""
        return (await self._found("GET", self._at(key), headers=unchanged(etag))).content

    async def put(self, key: str, headers: Mapping[str, str], content: bytes) -> Version:
        """Makes or replaces an object. Raises as `_acted` does, as the next two do."""
        answer = await self._acted("PUT", key, headers, content)
        with heard():
            return version_of(answer.headers)

    async def copied(self, key: str, to: str, *, etag: str = "", version: str = "") -> Version:
        """Copies an object, as it is called so or in a former version, to where nothing is."""
        source = f"/{self.bucket}/{quote(key, safe='/')}"
        which = f"?versionId={quote(version, safe='')}" if version else ""
        held = {"x-amz-copy-source-if-match": f'"{etag}"'} if etag else {}
        answer = await self._acted("PUT", to, {"x-amz-copy-source": f"{source}{which}", **held, **FREE})
        root = root_of(answer.content)  # S3 begins to answer before it has copied
        if root is None or not root.tag.endswith("CopyObjectResult"):
            raise Unheard
        with heard():
            return version_of({**answer.headers, "etag": root.findtext("{*}ETag") or ""})

    async def deleted(self, key: str, etag: str) -> None:
        await self._acted("DELETE", key, unchanged(etag))

    async def _acted(
        self, method: str, key: str, headers: Mapping[str, str], content: bytes = b""
    ) -> httpx2.Response:
        """Changes an object.

        Raises `Refusal` where nothing was changed, and `Unheard` where nobody can say.
        """
        try:
            answer = await self._sent(method, self._at(key), {}, headers, content)
        except httpx2.HTTPError as error:
            raise Unheard from error
        if answer.status_code in {200, 204}:
            return answer
        if answer.status_code == 403 and refusals.code_of(answer) == "AccessDenied":
            raise refusals.may_not_act()
        if is_refusal(answer.status_code):
            self.refuse(answer, time.time())
        raise Unheard

    def refuse(self, answer: httpx2.Response, now: float) -> NoReturn:
        refusals.refuse(self._name, answer, now)

    def _at(self, key: str) -> tuple[str, ...]:
        return self.bucket, *key.split("/")

    async def _found(
        self,
        method: str,
        path: tuple[str, ...],
        query: Mapping[str, str] = _NONE,
        headers: Mapping[str, str] = _NONE,
    ) -> httpx2.Response:
        """An answer of status 200."""
        answer = await self._read(method, path, query, headers)
        if answer.status_code != 200:
            self.refuse(answer, time.time())
        return answer

    async def _read(
        self,
        method: str,
        path: tuple[str, ...],
        query: Mapping[str, str] = _NONE,
        headers: Mapping[str, str] = _NONE,
    ) -> httpx2.Response:
        try:
            return await self._sent(method, path, query, headers)
        except httpx2.HTTPError as error:
            raise unreached(self._name, error) from error

    async def _sent(
        self,
        method: str,
        path: tuple[str, ...],
        query: Mapping[str, str],
        headers: Mapping[str, str],
        content: bytes = b"",
    ) -> httpx2.Response:
        """What is signed is encoded in one way alone: all but what RFC 3986 calls unreserved."""
        asked = f"?{urlencode(query, quote_via=quote, safe='')}" if query else ""
        return await self._asking.request(
            method, f"{self._url(path)}{asked}", headers=headers, content=content
        )


def _root(answer: httpx2.Response) -> Any:
    root = root_of(answer.content)
    if root is None:
        raise odd("an answer is no XML")
    return root


def unchanged(etag: str) -> Mapping[str, str]:
    """On the condition that what is there is called so."""
    return {"if-match": f'"{etag}"'}


@asynccontextmanager
async def asking(
    name: str, source: S3Source, tls: ClientContext, credential: Credential | None
) -> AsyncGenerator[Api]:
    """Raises `NeedsConnection` for what can be no access key. Without a credential it asks as nobody."""
    size = max(_LEAST, source.max_file_bytes)
    bounds = Bounds(source.timeout, size, longest_pause=source.timeout)
    async with client(Transport(tls, origins((source.url,)), bounds)) as http:
        if credential is not None:
            http.auth = Signed(name, credential, source.region)
        yield Api(name, source, http)
