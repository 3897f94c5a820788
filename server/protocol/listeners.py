"""Tells clients of both eras that their list of tools has changed (threat T26)."""

from collections import Counter
from weakref import WeakSet

import anyio
import mcp_types as types
from mcp.server.connection import Connection
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler, ToolsListChanged
from mcp.shared.exceptions import MCPError
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from policies.call import User
from server.protocol.messages import Context

PATIENCE = 5.0  # seconds that one client may take to hear of it
MOST = 4096  # streams of one process
MOST_OF_A_USER = 64


class Listeners:
    """In protocol 2026-07-28 a client opens a stream for changes; before it, every session hears of them."""

    def __init__(self) -> None:
        self._bus = InMemorySubscriptionBus()
        self._handler = ListenHandler(self._bus, max_subscriptions=MOST)
        self._streams: Counter[tuple[str, str]] = Counter()
        self._sessions: WeakSet[Connection] = WeakSet()

    async def listen(
        self, context: Context, params: types.SubscriptionsListenRequestParams, user: User
    ) -> types.SubscriptionsListenResult:
        """Lasts as long as the client listens. Raises `MCPError` for one stream too many."""
        who = (user.tenant, user.id)
        if self._streams[who] >= MOST_OF_A_USER:
            raise MCPError(
                code=types.INVALID_REQUEST,
                message=f"You have {MOST_OF_A_USER} streams open already. Close one, then listen again.",
            )
        self._streams[who] += 1
        try:
            return await self._handler(context, params)
        finally:
            self._streams[who] -= 1
            self._streams += Counter()  # forgets those who have none

    def has_seen(self, context: Context) -> None:
        """This client has a list, so it wants to know when that is no longer true."""
        if context.protocol_version not in MODERN_PROTOCOL_VERSIONS:
            # A private name of the SDK: nowhere else does it keep the sessions of the handshake era.
            self._sessions.add(context.session._connection)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]

    async def tell(self) -> None:
        await self._bus.publish(ToolsListChanged())
        async with anyio.create_task_group() as tasks:
            for session in [*self._sessions]:
                tasks.start_soon(_tell, session)

    def close(self) -> None:
        """Ends every stream, as the protocol has it: a client may listen elsewhere."""
        self._handler.close()


async def _tell(session: Connection) -> None:
    with anyio.move_on_after(PATIENCE):
        await session.send_tool_list_changed()
