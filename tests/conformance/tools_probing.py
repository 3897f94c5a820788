"""Tools by which the suite looks into the server: capabilities, changed lists, headers, schemas."""

from collections.abc import Mapping, Sequence
from typing import Final

from mcp.server.subscriptions import PromptsListChanged, ToolsListChanged

from policies.canonical import Json
from tests.conformance.answers import Row, capability, text
from tests.conformance.conversation import Conversation
from tests.conformance.fixture import Arguments, Fixture, answers

REGION: Final[Mapping[str, Json]] = {
    "type": "object",
    "properties": {
        "region": {"type": "string", "description": "Also in Mcp-Param-Region.", "x-mcp-header": "Region"}
    },
    "additionalProperties": False,
}

DRAFT_2020_12: Final[Mapping[str, Json]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {
        "address": {
            "$anchor": "addressDef",
            "type": "object",
            "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
        }
    },
    "properties": {
        "name": {"type": "string"},
        "address": {"$ref": "#/$defs/address"},
        "contactMethod": {"type": "string", "enum": ["phone", "email"]},
        "phone": {"type": "string"},
        "email": {"type": "string"},
    },
    "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
    "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
    "then": {"required": ["phone"]},
    "else": {"required": ["email"]},
    "additionalProperties": False,
}
"""Every keyword that has to reach a client unchanged (SEP-1613, SEP-2106)."""


async def _needs_sampling(conversation: Conversation, arguments: Arguments) -> Sequence[Row]:
    able = conversation.capabilities.sampling is not None
    return [text("This client can sample.") if able else capability("sampling")]


async def _tools_changed(conversation: Conversation, arguments: Arguments) -> Sequence[Row]:
    await conversation.announce(ToolsListChanged())
    return [text("Announced.")]


async def _prompts_changed(conversation: Conversation, arguments: Arguments) -> Sequence[Row]:
    await conversation.announce(PromptsListChanged())
    return [text("Announced.")]


async def _region(conversation: Conversation, arguments: Arguments) -> Sequence[Row]:
    return [text(f"region={arguments.get('region', 'none')}")]


FIXTURES: Final = (
    Fixture("test_missing_capability", "Works for clients that can sample", _needs_sampling),
    Fixture("test_trigger_tool_change", "Announces that the tools changed", _tools_changed),
    Fixture("test_trigger_prompt_change", "Announces that the prompts changed", _prompts_changed),
    Fixture("test_x_mcp_header", "Takes an argument that is in a header too (SEP-2243)", _region, REGION),
    Fixture(
        "json_schema_2020_12_tool",
        "Has a schema with the whole vocabulary",
        answers(text("The arguments fit.")),
        DRAFT_2020_12,
    ),
)
