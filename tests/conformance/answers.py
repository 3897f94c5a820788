"""What a fixture answers: rows for the pipeline, and what the suite expects to see made of them.

Nothing but a table passes redaction and the log, so each part of an answer is a row. Once the reply is on
record, `to_client` turns the rows that are left of it into text, images, resources or questions.
"""

import base64
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Final, NamedTuple

import mcp_types as types
from mcp.shared.exceptions import MCPError

from policies.call import Column, Kind, Table
from tests.conformance.questions import QUESTIONS

IMAGE: Final = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M/wHwAEBgIApD5fRAAAAABJRU5ErkJggg=="
)
"""A PNG of one pixel."""
AUDIO: Final = b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x40\x1f\0\0\1\0\x08\0data\0\0\0\0"
"""A WAV of no samples: 8 kHz, 8 bits, mono."""


class Part(StrEnum):
    TEXT = "text"
    IMAGE = "image"
    AUDIO = "audio"
    RESOURCE = "resource"
    QUESTION = "question"
    STATE = "state"
    CAPABILITY = "capability"


class Row(NamedTuple):
    """`binary` is hex, as in every table. `name` is that of a question, or of a capability of clients."""

    part: Part
    text: str | None = None
    binary: str | None = None
    media_type: str | None = None
    uri: str | None = None
    name: str | None = None


COLUMNS: Final = (
    Column("part", Kind.NAME),
    Column("text", Kind.TEXT),
    Column("binary", Kind.BINARY),
    Column("media_type", Kind.NAME),
    Column("uri", Kind.NAME),
    Column("name", Kind.NAME),
)


def text(said: str) -> Row:
    return Row(Part.TEXT, text=said)


def image() -> Row:
    return Row(Part.IMAGE, binary=IMAGE.hex(), media_type="image/png")


def audio() -> Row:
    return Row(Part.AUDIO, binary=AUDIO.hex(), media_type="audio/wav")


def resource(uri: str, media_type: str, said: str) -> Row:
    return Row(Part.RESOURCE, text=said, media_type=media_type, uri=uri)


def question(name: str) -> Row:
    """Asks the client, which calls again with the answer (2026-07-28). `name` is one of `QUESTIONS`."""
    return Row(Part.QUESTION, name=name)


def state(kept: str) -> Row:
    """What the client hands back, sealed, when it calls again."""
    return Row(Part.STATE, text=kept)


def capability(name: str) -> Row:
    """What the client would have to be capable of."""
    return Row(Part.CAPABILITY, name=name)


def table(rows: Sequence[Row]) -> Table:
    return Table(COLUMNS, tuple(rows))


def to_client(result: types.CallToolResult) -> types.CallToolResult | types.InputRequiredResult:
    """Takes what remit would have sent; its structured half and its `_meta` stay as they are.

    Raises `MCPError` where the client lacks a capability.
    """
    told: Mapping[str, Any] = result.structured_content
    rows = [Row(*cells) for cells in told["rows"]]
    for row in rows:
        if row.part == Part.CAPABILITY:
            raise MCPError(
                code=types.MISSING_REQUIRED_CLIENT_CAPABILITY,
                message=f"This tool needs the client's capability {row.name}.",
                data={"requiredCapabilities": {row.name: {}}},
            )
    asked = {str(row.name): QUESTIONS[str(row.name)] for row in rows if row.part == Part.QUESTION}
    if asked:
        kept = [row.text for row in rows if row.part == Part.STATE]
        return types.InputRequiredResult(input_requests=asked, request_state=kept[0] if kept else None)
    return result.model_copy(update={"content": [_block(row) for row in rows]})


def _block(row: Row) -> types.ContentBlock:
    said, media_type = row.text or "", row.media_type or ""
    match row.part:
        case Part.TEXT:
            return types.TextContent(text=said)
        case Part.IMAGE:
            return types.ImageContent(data=_base64(row), mime_type=media_type)
        case Part.AUDIO:
            return types.AudioContent(data=_base64(row), mime_type=media_type)
        case Part.RESOURCE:
            return types.EmbeddedResource(
                resource=types.TextResourceContents(uri=row.uri or "", mime_type=media_type, text=said)
            )
        case _:
            raise ValueError(f"{row.part} is no content")


def _base64(row: Row) -> str:
    return base64.b64encode(bytes.fromhex(row.binary or "")).decode()
