"""What a form of ours sends back: from our own page, of bounded size, each field once (threats T13, T31)."""

import asyncio
from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request

MOST_BYTES: Final = 16_384
MOST_FIELDS: Final = 8
PATIENCE: Final = 10.0  # seconds for a whole form
FORM: Final = "application/x-www-form-urlencoded"


class FormRefused(Exception):  # noqa: N818 - a refusal is an answer, not a fault
    """`status` is HTTP's; the text says what to do next."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


async def posted(request: Request, origins: frozenset[str]) -> dict[str, str]:
    """The fields of a form that a page of these origins sent. Raises `FormRefused`."""
    _hold_origin(request, origins)
    return await sent(request)


async def sent(request: Request) -> dict[str, str]:
    """The fields of a form, wherever it comes from. Raises `FormRefused`."""
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != FORM:
        raise FormRefused(415, "Send the form of the page itself.")
    try:
        text = (await _body(request)).decode()
        pairs = parse_qsl(
            text, keep_blank_values=True, strict_parsing=True, max_num_fields=MOST_FIELDS, errors="strict"
        )
    except ValueError:
        raise FormRefused(400, "That was not the form of the page. Open the page again.") from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise FormRefused(400, "A field came twice. Open the page again.")
    return fields


def _hold_origin(request: Request, origins: frozenset[str]) -> None:
    """Every browser of today says where a form comes from; most say besides whether that is here."""
    said = request.headers.getlist("origin")
    if len(said) != 1 or said[0].lower() not in origins:
        raise FormRefused(403, "This came from another page. Open this page itself, and answer there.")
    if request.headers.getlist("sec-fetch-site") not in ([], ["same-origin"]):
        raise FormRefused(403, "This came from another page. Open this page itself, and answer there.")


async def _body(request: Request) -> bytes:
    body = bytearray()
    try:
        async with asyncio.timeout(PATIENCE):
            async for piece in request.stream():
                body += piece
                if len(body) > MOST_BYTES:
                    raise FormRefused(413, "That is too long. Write less.")
    except TimeoutError:
        raise FormRefused(408, "The form did not arrive in time. Open the page again.") from None
    except ClientDisconnect:
        raise FormRefused(400, "The form did not arrive whole. Open the page again.") from None
    return bytes(body)
