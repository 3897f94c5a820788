"""Keeps what was sent, so that a client whose stream ended gets the rest (SEP-1699)."""

from dataclasses import dataclass

from mcp.server.streamable_http import EventCallback, EventMessage, EventStore
from mcp_types import JSONRPCMessage


@dataclass(frozen=True, slots=True)
class Sent:
    stream: str
    message: JSONRPCMessage | None


class KeptEvents(EventStore):
    """In memory. An event's id is its number."""

    def __init__(self) -> None:
        self._sent: list[Sent] = []

    async def store_event(self, stream_id: str, message: JSONRPCMessage | None) -> str:
        self._sent.append(Sent(stream_id, message))
        return str(len(self._sent) - 1)

    async def replay_events_after(self, last_event_id: str, send_callback: EventCallback) -> str | None:
        last = int(last_event_id) if last_event_id.isdecimal() else len(self._sent)
        if last >= len(self._sent):
            return None
        stream = self._sent[last].stream
        for number, sent in enumerate(self._sent[last + 1 :], last + 1):
            if sent.stream == stream and sent.message is not None:
                await send_callback(EventMessage(sent.message, str(number)))
        return stream
