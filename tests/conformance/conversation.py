"""The way from a fixture to the client in the middle of a call.

The pipeline knows no client, and remit's own connectors have none to talk to. So the request waits in a
context variable, which the call carries along on its way to the fixture.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final

import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.server.subscriptions import ServerEvent, SubscriptionBus
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from tests.conformance.questions import Form, sampling


@dataclass(frozen=True, slots=True)
class Conversation:
    context: ServerRequestContext[Any, Any]
    params: types.CallToolRequestParams
    bus: SubscriptionBus

    @property
    def modern(self) -> bool:
        """Whether a question ends the call, and the answer comes with the next one."""
        return self.context.protocol_version in MODERN_PROTOCOL_VERSIONS

    @property
    def answers(self) -> Mapping[str, types.InputResponse]:
        """What the client found out since the call before, by the name of the question."""
        return self.params.input_responses or {}

    @property
    def state(self) -> str | None:
        """What the call before left with the client; its seal held."""
        return self.params.request_state

    @property
    def capabilities(self) -> types.ClientCapabilities:
        return self.context.session.client_capabilities or types.ClientCapabilities()

    async def log(self, message: str) -> None:
        await self.context.session.send_log_message(  # pyright: ignore[reportDeprecated] - it still has to work
            "info", message, related_request_id=self.context.request_id
        )

    async def progress(self, percent: int) -> None:
        await self.context.session.report_progress(percent, 100, f"{percent} of 100")

    async def elicit(self, message: str, form: Form) -> types.ElicitResult:
        return await self.context.session.elicit_form(message, form, self.context.request_id)

    async def sample(self, prompt: str) -> str:
        params = sampling(prompt).params
        answer = await self.context.session.create_message(  # pyright: ignore[reportDeprecated] - as above
            params.messages, max_tokens=params.max_tokens, related_request_id=self.context.request_id
        )
        return answer.content.text if isinstance(answer.content, types.TextContent) else answer.content.type

    async def hang_up(self) -> None:
        """Ends the response's stream. What follows waits until the client comes back for it."""
        assert self.context.close_sse_stream, "this transport has no stream to close"
        await self.context.close_sse_stream()

    async def announce(self, event: ServerEvent) -> None:
        await self.bus.publish(event)


CURRENT: Final[ContextVar[Conversation]] = ContextVar("conversation")
