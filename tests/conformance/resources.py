"""The four resources that the suite reads. remit has none of its own, so they are the test build's alone."""

import json
import re
from base64 import b64encode
from typing import Any, Final

import mcp_types as types
from mcp.server import Server
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError

from tests.conformance.answers import IMAGE

Context = ServerRequestContext[Any, Any]

TEXT: Final = types.Resource(
    uri="test://static-text", name="text", description="A text", mime_type="text/plain"
)
BINARY: Final = types.Resource(
    uri="test://static-binary", name="binary", description="An image", mime_type="image/png"
)
WATCHED: Final = types.Resource(
    uri="test://watched-resource",
    name="watched",
    description="A text to subscribe to",
    mime_type="text/plain",
)
TEMPLATE: Final = types.ResourceTemplate(
    uri_template="test://template/{id}/data",
    name="template",
    description="Data by its id",
    mime_type="application/json",
)


def mount(server: Server[Any]) -> None:
    server.add_request_handler("resources/list", types.PaginatedRequestParams, _list)
    server.add_request_handler("resources/templates/list", types.PaginatedRequestParams, _templates)
    server.add_request_handler("resources/read", types.ReadResourceRequestParams, _read)
    server.add_request_handler("resources/subscribe", types.SubscribeRequestParams, _subscribe)
    server.add_request_handler("resources/unsubscribe", types.UnsubscribeRequestParams, _subscribe)


async def _list(context: Context, params: types.PaginatedRequestParams) -> types.ListResourcesResult:
    return types.ListResourcesResult(resources=[TEXT, BINARY, WATCHED])


async def _templates(
    context: Context, params: types.PaginatedRequestParams
) -> types.ListResourceTemplatesResult:
    return types.ListResourceTemplatesResult(resource_templates=[TEMPLATE])


async def _read(context: Context, params: types.ReadResourceRequestParams) -> types.ReadResourceResult:
    return types.ReadResourceResult(contents=[_contents(str(params.uri))])


async def _subscribe(context: Context, params: types.RequestParams) -> types.EmptyResult:
    return types.EmptyResult()


def _contents(uri: str) -> types.TextResourceContents | types.BlobResourceContents:
    if uri == TEXT.uri:
        return types.TextResourceContents(
            uri=uri, mime_type=TEXT.mime_type, text="This is the content of the static text resource."
        )
    if uri == BINARY.uri:
        return types.BlobResourceContents(uri=uri, mime_type=BINARY.mime_type, blob=b64encode(IMAGE).decode())
    if uri == WATCHED.uri:
        return types.TextResourceContents(uri=uri, mime_type=WATCHED.mime_type, text="Watched.")
    if found := re.fullmatch(r"test://template/(\w+)/data", uri):
        data = json.dumps({"id": found[1], "templateTest": True, "data": f"Data for ID: {found[1]}"})
        return types.TextResourceContents(uri=uri, mime_type=TEMPLATE.mime_type, text=data)
    raise MCPError(code=types.INVALID_PARAMS, message="Resource not found", data={"uri": uri})
