"""Requests to Drive, under one user's token."""

import json
import secrets
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import ClassVar, Final, NoReturn

import httpx2

from policies.canonical import Json, canonical
from policies.secret import Credential
from policies.sources import DriveSource
from tools.drive import refusals
from tools.outbound.addresses import origins
from tools.outbound.client import Bounds, Transport, client
from tools.outbound.tls import ClientContext
from tools.rest import members
from tools.rest.api import MAX_JSON, RestApi, bearer
from tools.rest.unheard import heard

V3: Final = ("drive", "v3")
_PLAIN: Final = "text/plain; charset=UTF-8"
_ALL_DRIVES: Final = {"supportsAllDrives": "true"}


class Api(RestApi):
    """developers.google.com/workspace/drive/api/reference/rest/v3."""

    prefix: ClassVar[tuple[str, ...]] = V3

    async def list(self, q: str, fields: str, size: int, token: str, order: str = "") -> members.Record:
        """One page of files."""
        return members.record(
            await self.value(
                "files",
                q=q,
                fields=f"nextPageToken,files({fields})",
                pageSize=str(size),
                corpora="allDrives",
                includeItemsFromAllDrives="true",
                **_ALL_DRIVES,
                **({"pageToken": token} if token else {}),
                **({"orderBy": order} if order else {}),
            )
        )

    async def file(self, id: str, fields: str) -> members.Record:  # noqa: A002 - as Drive calls it
        return members.record(await self.value("files", id, fields=fields, **_ALL_DRIVES))

    async def downloaded(self, id: str) -> bytes:  # noqa: A002 - as above
        return await self.content("files", id, alt="media", **_ALL_DRIVES)

    async def exported(self, id: str, media: str) -> bytes:  # noqa: A002 - as above
        return await self.content("files", id, "export", mimeType=media)

    async def changed(self, id: str, fields: str, body: Mapping[str, Json], **query: str) -> members.Record:  # noqa: A002
        """Raises `Refusal` where nothing was changed, and `Unheard` where nobody can say."""
        return await self._done(
            "PATCH", (*V3, "files", id), {"fields": fields, **query}, canonical(body).encode()
        )

    async def uploaded(self, id: str, fields: str, text: str, media: str) -> members.Record:  # noqa: A002
        """In the place of what it holds. Raises as `changed` does."""
        asked = {"fields": fields, "uploadType": "media"}
        return await self._done("PATCH", ("upload", *V3, "files", id), asked, text.encode(), media)

    async def made(self, fields: str, body: Mapping[str, Json], text: str) -> members.Record:
        """RFC 2387: what is said of it, then what it holds. Raises as `changed` does."""
        edge = secrets.token_hex(16)
        parts = (
            f"--{edge}\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n{json.dumps(dict(body))}\r\n"
            f"--{edge}\r\nContent-Type: {_PLAIN}\r\n\r\n{text}\r\n--{edge}--"
        )
        asked = {"fields": fields, "uploadType": "multipart"}
        media = f"multipart/related; boundary={edge}"
        return await self._done("POST", ("upload", *V3, "files"), asked, parts.encode(), media)

    def refuse(self, answer: httpx2.Response, now: float) -> NoReturn:
        refusals.refuse(self._name, answer, now)

    async def _done(
        self,
        method: str,
        path: tuple[str, ...],
        query: Mapping[str, str],
        content: bytes,
        media: str = "application/json",
    ) -> members.Record:
        answer = await self.sent(method, path, content, {"content-type": media}, {**_ALL_DRIVES, **query})
        with heard():
            return members.record(self.read(answer))


@asynccontextmanager
async def asking(
    name: str, source: DriveSource, tls: ClientContext, credential: Credential | None
) -> AsyncGenerator[Api]:
    """Raises `NeedsConnection` for what can be no token. Without a credential it asks as nobody."""
    headers = {"accept": "*/*"}
    if credential is not None:
        headers["authorization"] = bearer(name, credential)
    bounds = Bounds(source.timeout, max(MAX_JSON, source.max_file_bytes), longest_pause=source.timeout)
    async with client(Transport(tls, origins((source.url,)), bounds), headers=headers) as http:
        yield Api(name, source.url, http)
