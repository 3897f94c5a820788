"""State that a client carries from one round of a call to the next: sealed, and good for its bearer alone.

Any worker opens what another has sealed: the key comes from the store's root key, and the audience is the
server's name. A seal binds user, tool, arguments and a time; it is not single-use (threats T05, T19).
"""

import secrets
from typing import Any

import mcp_types as types
from mcp.server.context import CallNext, HandlerResult
from mcp.server.request_state import RequestStateBoundary, RequestStateSecurity
from mcp.shared.exceptions import MCPError

from policies.call import Token, Transport
from policies.canonical import canonical
from policies.errors import AuditUnavailable, Refusal
from server.assembly import Service
from server.digests import printable
from server.protocol.messages import Context, caller

GOOD_FOR = 600.0  # seconds


class Boundary:
    """What stands between handlers and clients: a handler sees only state that it made itself.

    State that is forged, foreign, too old or for another call is refused, and the refusal is on record.
    """

    def __init__(self, service: Service, transport: Transport) -> None:
        self._service = service
        self._transport = transport
        self._seal = RequestStateBoundary(
            RequestStateSecurity(
                keys=[service.keys.derive("sealed state")],
                ttl=GOOD_FOR,
                bind_principal=lambda context: _bearer(context, transport),
            ),
            default_audience=service.name,
        )

    async def __call__(self, ctx: Context, call_next: CallNext) -> HandlerResult:
        opened = False

        async def inside(unsealed: Context) -> HandlerResult:
            nonlocal opened
            opened = True
            return await call_next(unsealed)

        try:
            return await self._seal(ctx, inside)
        except MCPError:
            if not opened:
                await self._record(ctx)
            raise

    async def _record(self, context: Context) -> None:
        """Raises `MCPError` where that can't be done."""
        params: Any = context.params or {}
        who = caller(context, self._transport)
        try:
            user = await self._service.identity.identify(who)
            tenant, name = printable(user.tenant), printable(user.id)
        except Refusal:
            tenant = name = ""
        try:
            await self._service.pipeline.audit.put(
                tenant,
                lambda _: {
                    "event": "refused",
                    "call": secrets.token_hex(16),
                    "transport": self._transport,
                    "client": printable(who.client),
                    "tenant": tenant,
                    "user": name,
                    "tool": printable(str(params.get("name", ""))),
                    "code": "invalid_request_state",
                },
            )
        except AuditUnavailable as unavailable:
            raise MCPError(code=types.INTERNAL_ERROR, message=unavailable.message) from unavailable


def _bearer(context: Context, transport: Transport) -> str:
    token: Token | None = caller(context, transport).token
    return canonical(["local"] if token is None else [token.issuer, token.client, token.subject])
