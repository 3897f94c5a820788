"""Hangs up on clients that hold a connection and don't use it (threats T31, T40).

uvicorn waits as long as a client likes: for its request, for the rest of it, and for it to read an answer.
"""

import asyncio
from typing import Final

from uvicorn.protocols.http.h11_impl import H11Protocol

PATIENCE: Final = 30.0  # seconds from one answer to the whole head of the next request; and to read on


class Connection(H11Protocol):
    """One connection of a client. A body has its own bound (server/web/bodies.py)."""

    _idle: asyncio.TimerHandle | None = None
    _unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_request()

    def on_response_complete(self) -> None:
        answered = self.cycle
        super().on_response_complete()
        if self.cycle is answered:  # else the next request had come already
            self._await_request()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread = self.loop.call_later(PATIENCE, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        _forget(self._unread)

    def connection_lost(self, exc: Exception | None) -> None:
        _forget(self._idle)
        _forget(self._unread)
        super().connection_lost(exc)

    def _await_request(self) -> None:
        _forget(self._idle)
        self._idle = self.loop.call_later(PATIENCE, self._give_up, self.cycle)

    def _give_up(self, last: object) -> None:
        if self.cycle is last:
            self.transport.abort()


def _forget(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
