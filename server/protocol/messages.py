"""What remit's own values are in the protocol, and what a request says of who asks."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import mcp_types as types
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from mcp.server.context import ServerRequestContext
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from policies.call import Caller, Channel, Reply, Tier, Token, Tool, Transport
from policies.errors import Denied, LimitReached, Refusal
from server.protocol.kept import links
from server.web.bearer import VERIFIED
from server.web.peers import PEER

if TYPE_CHECKING:
    from policies.canonical import Json

Context: TypeAlias = ServerRequestContext[Any, Any]

META = "remit/call"
CATALOGUE = "remit/catalogue"


def caller(context: Context, transport: Transport) -> Caller:
    params = context.session.client_params
    info = params.client_info if params else None
    request = context.request
    return Caller(
        transport=transport,
        client=f"{info.name} {info.version}"[:128] if info else "",
        token=None if request is None else request.scope.get(VERIFIED),
        channels=channels(context),
        address=None if request is None else request.scope.get(PEER),
    )


def is_modern(context: Context) -> bool:
    """Whether a question ends the call, and its answer comes with the next one (SEP-2322)."""
    return context.protocol_version in MODERN_PROTOCOL_VERSIONS


def channels(context: Context) -> frozenset[Channel]:
    """What the client says that it can show. An `elicitation` without more means forms."""
    capabilities = context.session.client_capabilities
    offered = capabilities.elicitation if capabilities else None
    if offered is None or not (is_modern(context) or context.session.can_send_request):
        return frozenset()
    found: set[Channel] = set()
    if offered.form is not None or offered.url is None:
        found.add(Channel.FORM)
    if offered.url is not None:
        found.add(Channel.LINK)
    return frozenset(found)


def principal(token: Token) -> AuthenticatedUser:
    """Whom the SDK lets go on with a session: without a subject all users of a client were one (T05).

    It would keep the bearer's own text, and gets none (threat T03).
    """
    return AuthenticatedUser(
        AccessToken(
            token="",
            client_id=token.client,
            scopes=sorted(token.scopes),
            expires_at=int(token.expires),
            subject=token.subject,
            claims={"iss": token.issuer},
        )
    )


def state_of(params: types.CallToolRequestParams) -> Mapping[str, str]:
    """What we gave the client to bring back (server/protocol/sealing.py); empty where that is nothing."""
    try:
        state = json.loads(params.request_state or "{}")
    except ValueError:
        return {}
    return cast("Mapping[str, str]", state) if isinstance(state, dict) else {}


def wants_progress(context: Context) -> bool:
    return context.meta is not None and context.meta.get("progress_token") is not None


def definition(tool: Tool, meta: dict[str, Any] | None) -> types.Tool:
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=dict(tool.input_schema),
        output_schema=dict(tool.output_schema),
        annotations=types.ToolAnnotations(
            read_only_hint=tool.tier is Tier.READ,
            destructive_hint=tool.tier is not Tier.READ,
            idempotent_hint=tool.tier is Tier.READ,
            open_world_hint=False,
        ),
        _meta=meta,
    )


def success(reply: Reply) -> types.CallToolResult:
    facts: dict[str, Json] = {"id": reply.call}
    if reply.action:
        facts |= {"action": reply.action, "replayed": reply.replayed}
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=reply.text), *links(reply)],
        structured_content=dict(reply.structured),
        _meta={META: facts},
    )


def refused(refusal: Refusal, call: str, more: str = "") -> types.CallToolResult:
    """The code goes into `_meta`: structured content would have to fit the tool's output schema.

    `more` is data, and redacted: it stands below the refusal.
    """
    facts: dict[str, Json] = {"id": call, "code": refusal.code}
    if isinstance(refusal, Denied):
        facts["rule"] = refusal.rule
    told = f"{refusal.code}: {refusal.message}"
    if isinstance(refusal, LimitReached):
        facts["retry_after"] = refusal.retry_after
    return types.CallToolResult(
        content=[types.TextContent(type="text", text="\n".join(filter(None, (told, more))))],
        _meta={META: facts},
        is_error=True,
    )
