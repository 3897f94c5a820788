"""Sending the person behind a client to the page on which they connect a source (threats T01, T02).

A client with URL mode opens the page itself, and the call goes on once the source is connected. To any
other the address comes with the refusal. Only the person whom the call is for can use it.
"""

from collections.abc import Awaitable, Callable
from typing import Final

import anyio
import mcp_types as types
from mcp.shared.exceptions import MCPError

from policies.call import Channel, Request, Tier, User
from policies.canonical import canonical
from policies.errors import NeedsConnection
from server.connecting import Connecting
from server.protocol.asking import ANSWERED_WITHIN, HELD
from server.protocol.messages import META, Context, channels, is_modern, refused, state_of

CONNECT: Final = "connect"
TIER: Final = "tier"
SINCE: Final = "since"


class Inviting:
    def __init__(self, connecting: Connecting, address: Callable[[], str]) -> None:
        """`address` says where people reach our pages now."""
        self._connecting = connecting
        self._address = address

    async def came_back(
        self, params: types.CallToolRequestParams, user: Callable[[], Awaitable[User]]
    ) -> bool:
        """Whether a call comes back from an invitation; then it waits a while for what is done there."""
        state = state_of(params)
        if CONNECT not in state:
            return False
        tier, since = Tier(state.get(TIER, Tier.READ)), int(state.get(SINCE, 0))
        await self._connecting.wait(await user(), state[CONNECT], tier, since, HELD)
        return True

    async def invite(
        self, context: Context, needed: NeedsConnection, request: Request, user: User, *, again: bool
    ) -> types.CallToolResult | types.InputRequiredResult | None:
        """What the call ends with, or None where the person may have connected the source meanwhile.

        Who was sent to the page once in this call is not sent `again`, but told the way.
        """
        tier = Tier.ACT if needed.acting else Tier.READ
        since = await self._connecting.connections.now()
        offer = await self._connecting.offer(user, needed.source, request.caller.client, tier)
        page = f"{self._address().rstrip('/')}/connect/{offer}"
        if again or Channel.LINK not in channels(context):
            return _told(needed, request.id, page)
        if is_modern(context):
            params = types.ElicitRequestURLParams(message=needed.message, url=page, elicitation_id=offer)
            return types.InputRequiredResult(
                input_requests={CONNECT: types.ElicitRequest(params=params)},
                request_state=canonical({CONNECT: needed.source, TIER: tier.value, SINCE: str(since)}),
            )
        try:
            with anyio.fail_after(ANSWERED_WITHIN):
                await context.session.elicit_url(needed.message, page, offer, context.request_id)
        except (MCPError, TimeoutError):
            return _told(needed, request.id, page)
        await self._connecting.wait(user, needed.source, tier, since, HELD)
        return None


def _told(needed: NeedsConnection, call: str, page: str) -> types.CallToolResult:
    result = refused(
        needed, call, f"Show the user this link, and call again when they have connected it: {page}"
    )
    assert result.meta is not None
    result.meta[META]["url"] = page
    return result
