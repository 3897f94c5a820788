"""The prompts that the suite gets. remit has none of its own, so they are the test build's alone."""

from base64 import b64encode
from typing import Any, Final

import mcp_types as types
from mcp.server import Server
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError

from tests.conformance.answers import IMAGE
from tests.conformance.questions import QUESTIONS

Context = ServerRequestContext[Any, Any]


def _prompt(name: str, description: str, *arguments: str) -> types.Prompt:
    return types.Prompt(
        name=name,
        description=description,
        arguments=[
            types.PromptArgument(name=argument, description="Put into the prompt", required=True)
            for argument in arguments
        ],
    )


PROMPTS: Final = (
    _prompt("test_simple_prompt", "One message"),
    _prompt("test_prompt_with_arguments", "Two arguments", "arg1", "arg2"),
    _prompt("test_prompt_with_embedded_resource", "A resource within", "resourceUri"),
    _prompt("test_prompt_with_image", "An image within"),
    _prompt("test_input_required_result_prompt", "Asks first (SEP-2322)"),
)


def mount(server: Server[Any]) -> None:
    server.add_request_handler("prompts/list", types.PaginatedRequestParams, _list)
    server.add_request_handler("prompts/get", types.GetPromptRequestParams, _get)


async def _list(context: Context, params: types.PaginatedRequestParams) -> types.ListPromptsResult:
    return types.ListPromptsResult(prompts=list(PROMPTS))


async def _get(
    context: Context, params: types.GetPromptRequestParams
) -> types.GetPromptResult | types.InputRequiredResult:
    given = params.arguments or {}
    match params.name:
        case "test_simple_prompt":
            return _messages(types.TextContent(text="This is a simple prompt for testing."))
        case "test_prompt_with_arguments":
            return _messages(types.TextContent(text=f"arg1='{given['arg1']}', arg2='{given['arg2']}'"))
        case "test_prompt_with_embedded_resource":
            resource = types.TextResourceContents(
                uri=given["resourceUri"],
                mime_type="text/plain",
                text="Embedded resource content for testing.",
            )
            return _messages(
                types.EmbeddedResource(resource=resource), types.TextContent(text="Read the resource above.")
            )
        case "test_prompt_with_image":
            picture = types.ImageContent(data=b64encode(IMAGE).decode(), mime_type="image/png")
            return _messages(picture, types.TextContent(text="Look at the image above."))
        case "test_input_required_result_prompt":
            if "user_context" in (params.input_responses or {}):
                return _messages(types.TextContent(text="Use the context that the user gave."))
            return types.InputRequiredResult(input_requests={"user_context": QUESTIONS["user_context"]})
        case _:
            raise MCPError(code=types.INVALID_PARAMS, message="There is no such prompt.")


def _messages(*contents: types.ContentBlock) -> types.GetPromptResult:
    return types.GetPromptResult(
        messages=[types.PromptMessage(role="user", content=content) for content in contents]
    )
