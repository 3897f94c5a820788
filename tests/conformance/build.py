"""remit with the suite's fixtures behind it: the test build.

The application, the catalogue and the pipeline are remit's own. What is added is what remit does not offer
(resources, prompts, completion) and, after a call is on record, the content that the suite expects.
"""

from typing import Any

import mcp_types as types
from mcp.server.context import ServerRequestContext

from policies.call import Transport
from server.assembly import Service
from server.protocol.app import App
from server.protocol.http import Transports
from tests.conformance import prompts, resources, utilities
from tests.conformance.answers import to_client
from tests.conformance.conversation import CURRENT, Conversation
from tests.conformance.events import KeptEvents

RETRY = 500  # milliseconds; longer than a call takes to end, so its answer is kept before the client is back


class FixtureApp(App):
    """`called` has the tool of every tools/call that reached the application."""

    def __init__(self, service: Service) -> None:
        super().__init__(service, "conformance", Transport.HTTP)
        self.called: list[str] = []
        self.add_request_handler("tools/call", types.CallToolRequestParams, self._call_fixture)
        for room in (resources, prompts, utilities):
            room.mount(self)

    async def _call_fixture(
        self, context: ServerRequestContext[Any, Any], params: types.CallToolRequestParams
    ) -> types.CallToolResult | types.InputRequiredResult:
        self.called.append(params.name)
        bus = self._listeners._bus  # pyright: ignore[reportPrivateUsage] - remit announces only its tools
        CURRENT.set(Conversation(context, params, bus))
        result = await self._call_tool(context, params)
        if isinstance(result, types.InputRequiredResult):
            return result
        return result if result.is_error else to_client(result)


class FixtureTransports(Transports):
    """Keeps what a stream carries until its client has it, which remit does not offer (SEP-1699)."""

    def __init__(self, app: FixtureApp) -> None:
        super().__init__(app)
        self._streams.event_store = KeptEvents()
        self._streams.retry_interval = RETRY
