"""What stands before an S3 in tests: it passes everything on as it is, counts, and fails on demand."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx2
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from tests.loopback import HERE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.seaweedfs import Seaweed
    from tests.tools.rest.faults import Fault


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that came. `target` is its path as on the wire, and `query` what is behind it."""

    method: str
    target: str
    query: str


class Gate:
    """An ASGI application at `url`. `faults` are taken in turn, one a request; `losses` are answers to what
    was changed, in the place of the right one, and `refusing` are those in the place of changing anything:
    None lets one pass. `between` is what somebody else does after the first change.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.behind: Seaweed | None = None
        self.clear()

    def clear(self) -> None:
        self.faults: list[Fault] = []
        self.losses: list[Fault | None] = []
        self.refusing: list[Fault | None] = []
        self.between: Callable[[], object] | None = None
        self.asked: list[Asked] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = b""
        while (piece := await receive()).get("more_body"):
            body += piece.get("body", b"")
        answer = await self._answer(scope, body + piece.get("body", b""))
        await answer(scope, receive, send)

    async def _answer(self, scope: Scope, body: bytes) -> Response:
        method, target, query = scope["method"], scope["raw_path"].decode(), scope["query_string"].decode()
        self.asked.append(Asked(method, target, query))
        if self.faults:
            return self.faults.pop(0).answer()
        changes = method in {"PUT", "DELETE", "POST"}
        if changes and self.refusing and (refused := self.refusing.pop(0)):
            return refused.answer()
        assert self.behind is not None
        # The host is signed, so it stays what the client called it.
        async with httpx2.AsyncClient(timeout=30, **HERE) as client:
            told = await client.request(
                method,
                f"{self.behind.url}{target}{'?' * bool(query)}{query}",
                content=body,
                headers=scope["headers"],
            )
        if changes and told.is_success and self.between:
            self.between()
            self.between = None
        if changes and told.is_success and self.losses and (lost := self.losses.pop(0)):
            return lost.answer()
        left_out = {"content-length", "transfer-encoding", "date", "server", "connection"}
        headers = {name: value for name, value in told.headers.items() if name not in left_out}
        answer = Response(told.content, told.status_code, headers)
        if method == "HEAD":
            answer.headers["content-length"] = told.headers.get("content-length", "0")
        return answer
