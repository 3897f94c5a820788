"""One address for a pretend system, which each test gets anew."""

from typing import Generic, TypeVar

from starlette.types import ASGIApp, Receive, Scope, Send

G = TypeVar("G", bound=ASGIApp)


class Behind(Generic[G]):
    """An address, and behind it whatever `gate` is now."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.gate: G | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.gate is not None
        await self.gate(scope, receive, send)
