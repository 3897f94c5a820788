"""Where a client shows MCP Apps (SEP-1865), the difference of an action is shown inline.

The view is a resource, the same for everybody. What it shows comes with the answer of a call, in `_meta`,
which is for the client and not for the model, and only to a client that says it shows such views.
"""

from collections.abc import Mapping
from typing import Any, Final

import mcp_types as types
from mcp.server.apps import APP_MIME_TYPE, EXTENSION_ID, client_supports_apps
from mcp.server.caching import CacheableMethod, CacheHint
from mcp.shared.exceptions import MCPError

from policies.call import Tier, Tool
from policies.canonical import Json
from policies.question import Question
from server.pages.view import URI, difference, view
from server.protocol.messages import Context

DIFFERENCE: Final = "remit/difference"
ADVERTISED: Final[Mapping[str, dict[str, Any]]] = {EXTENSION_ID: {}}
CACHED: Final[Mapping[CacheableMethod, CacheHint]] = {
    "resources/list": CacheHint(ttl_ms=3_600_000, scope="public"),
    "resources/read": CacheHint(ttl_ms=3_600_000, scope="public"),
}
_VIEW: Final = types.Resource(
    uri=URI,
    name="action",
    title="What would be done",
    description="Shows an action before it is done. It confirms nothing.",
    mime_type=APP_MIME_TYPE,
)
_NO_ORIGINS: Final[dict[str, Any]] = {"ui": {"csp": {}, "prefersBorder": True}}


def shown_with(tool: Tool) -> dict[str, Any] | None:
    """The `_meta` of a tool's definition. The view itself may call no tool."""
    if tool.tier is Tier.READ:
        return None
    return {"ui": {"resourceUri": URI, "visibility": ["model"]}}


def shown(context: Context, question: Question) -> dict[str, Json]:
    """What goes into the `_meta` of an answer that waits."""
    if not client_supports_apps(context):
        return {}
    return {DIFFERENCE: difference(question.title, question.effect, question.risk)}


async def listed(_: Context, __: types.PaginatedRequestParams | None) -> types.ListResourcesResult:
    return types.ListResourcesResult(resources=[_VIEW])


async def read(_: Context, params: types.ReadResourceRequestParams) -> types.ReadResourceResult:
    if str(params.uri) != URI:
        raise MCPError(
            code=types.INVALID_PARAMS,
            message=f"There is no such resource. There are {URI}, and results that an answer says are kept.",
        )
    contents = types.TextResourceContents(uri=URI, mime_type=APP_MIME_TYPE, text=view(), _meta=_NO_ORIGINS)
    return types.ReadResourceResult(contents=[contents])
