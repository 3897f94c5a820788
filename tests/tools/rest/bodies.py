"""What comes with a request to a pretend system."""

from starlette.types import Receive


async def body_of(receive: Receive) -> bytes:
    body = b""
    while (piece := await receive()).get("more_body"):
        body += piece.get("body", b"")
    return body + bytes(piece.get("body", b""))
