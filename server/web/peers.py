"""Notes where a request comes from: what a header says counts only from a proxy of ours."""

from collections.abc import Sequence
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from policies.networks import Network, caller_address

PEER: Final = "remit.peer"
"""The place of the caller's address in the ASGI scope: an `Address`, or None where it is not known."""


class Peers:
    """ASGI middleware around everything."""

    def __init__(self, app: ASGIApp, proxies: Sequence[Network]) -> None:
        self._app = app
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            peer = scope["client"][0] if scope.get("client") else ""
            said = [
                value.decode("latin-1")
                for name, value in scope["headers"]
                if name.lower() == b"x-forwarded-for"
            ]
            scope = {**scope, PEER: caller_address(peer, said, self._proxies)}
        await self._app(scope, receive, send)
