"""The bytes of a pretend Drive: what is downloaded, exported and uploaded."""

import csv
import re
from collections.abc import Iterator, Mapping
from email import message_from_bytes
from email.policy import HTTP
from html import escape
from io import StringIO
from typing import Any, Final

from starlette.responses import Response, StreamingResponse

from tests.tools.drive.answers import Refused, invalid
from tests.tools.drive.call import Media
from tests.tools.drive.world import DOCUMENT, SPREADSHEET, File

EXPORTS: Final[Mapping[str, tuple[str, ...]]] = {
    DOCUMENT: ("text/plain", "text/markdown", "text/html"),
    SPREADSHEET: ("text/csv", "text/tab-separated-values"),
}
"""Without those that are no text."""
_EXPORTED_AT_MOST: Final = 10 * 2**20
_PIECE: Final = 2**16


def downloaded(content: bytes, size: int, mime: str, asked: str | None) -> Response:
    """With zeros behind, if it is said to be longer than it is: they are only made as they are read."""
    start, stop, status, headers = 0, size, 200, {"accept-ranges": "bytes"}
    if asked is not None:
        start, stop = _range(asked, size)
        status = 206
        headers["content-range"] = f"bytes {start}-{stop - 1}/{size}"
    headers |= {"content-length": str(stop - start), "content-type": mime}
    return StreamingResponse(_pieces(content, start, stop), status, headers)


def exported(file: File, mime: str) -> Response:
    if file.mime not in EXPORTS:
        raise Refused(403, "fileNotExportable", "Export only supports Docs Editors files.")
    if mime not in EXPORTS[file.mime]:
        raise Refused(400, "badRequest", "The requested conversion is not supported.", "convertTo")
    if file.claimed > _EXPORTED_AT_MOST:
        raise Refused(403, "exportSizeLimitExceeded", "This file is too large to be exported.")
    text = file.content.decode()
    match mime:
        case "text/plain":
            text = "\ufeff" + re.sub(r"\r?\n", "\r\n", text)
        case "text/html":
            text = f"<html><body><p>{escape(text)}</p></body></html>"
        case "text/tab-separated-values":
            rows = csv.reader(StringIO(text))
            text = "\n".join("\t".join(re.sub(r"[\t\r\n]+", " ", cell) for cell in row) for row in rows)
        case _:
            pass
    return Response(text.encode(), headers={"content-type": mime})


def uploaded(way: str, kind: str, body: bytes) -> tuple[bytes, Media]:
    """What is said of it in JSON, and itself. Raises `Refused`."""
    if way == "media":
        return b"{}", Media(kind, body)
    if way != "multipart" or not kind.startswith("multipart/related"):
        raise invalid("uploadType")
    whole = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body, policy=HTTP)
    parts: list[Any] = list(whole.iter_parts())
    if len(parts) != 2 or parts[0].get_content_type() != "application/json":
        raise Refused(400, "badContent", "Malformed multipart body.")
    said, content = (bytes(part.get_payload(decode=True)) for part in parts)
    return said, Media(parts[1].get_content_type(), content)


def _pieces(content: bytes, start: int, stop: int) -> Iterator[bytes]:
    for at in range(start, stop, _PIECE):
        end = min(at + _PIECE, stop)
        yield content[at:end].ljust(end - at, b"\0")


def _range(asked: str, size: int) -> tuple[int, int]:
    found = re.fullmatch(r"bytes=(\d+)-(\d*)", asked)
    start = int(found[1]) if found else size
    stop = min(int(found[2]) + 1, size) if found and found[2] else size
    if start >= stop:
        raise Refused(
            416,
            "requestedRangeNotSatisfiable",
            "Request range not satisfiable",
            headers={"content-range": f"bytes */{size}"},
        )
    return start, stop
