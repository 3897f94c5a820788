"""What the fixtures ask a client, by the name under which it answers."""

from collections.abc import Mapping
from typing import Any, Final

import mcp_types as types

Form = dict[str, Any]


def form(**properties: Any) -> Form:
    """The schema of a form whose fields are all required."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def elicitation(message: str, requested: Form) -> types.ElicitRequest:
    return types.ElicitRequest(
        params=types.ElicitRequestFormParams(message=message, requested_schema=requested)
    )


def sampling(prompt: str, max_tokens: int = 100) -> types.CreateMessageRequest:
    asked = types.SamplingMessage(role="user", content=types.TextContent(text=prompt))
    return types.CreateMessageRequest(
        params=types.CreateMessageRequestParams(messages=[asked], max_tokens=max_tokens)
    )


TEXT: Final[Form] = {"type": "string"}
YES: Final[Form] = {"type": "boolean"}

QUESTIONS: Final[Mapping[str, types.InputRequest]] = {
    "user_name": elicitation("What is your name?", form(name=TEXT)),
    "capital_question": sampling("What is the capital of France?"),
    "client_roots": types.ListRootsRequest(),
    "confirm": elicitation("Please confirm.", form(ok=YES)),
    "greeting": sampling("Generate a greeting.", max_tokens=50),
    "step1": elicitation("Step 1: What is your name?", form(name=TEXT)),
    "step2": elicitation("Step 2: What is your favourite colour?", form(color=TEXT)),
    "user_context": elicitation("What context should the prompt use?", form(context=TEXT)),
    "word": elicitation("Say a word.", form(word=TEXT)),
}

DEFAULTS: Final[Form] = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "default": "John Doe"},
        "age": {"type": "integer", "default": 30},
        "score": {"type": "number", "default": 95.5},
        "status": {"type": "string", "enum": ["active", "inactive", "pending"], "default": "active"},
        "verified": {"type": "boolean", "default": True},
    },
}
"""A default for each primitive type (SEP-1034)."""


def _titled(*values: str) -> list[dict[str, str]]:
    return [{"const": value, "title": value.capitalize()} for value in values]


CHOICES: Final = form(
    untitledSingle={"type": "string", "enum": ["option1", "option2", "option3"]},
    titledSingle={"type": "string", "oneOf": _titled("value1", "value2", "value3")},
    legacyEnum={
        "type": "string",
        "enum": ["opt1", "opt2", "opt3"],
        "enumNames": ["Option One", "Option Two", "Option Three"],
    },
    untitledMulti={"type": "array", "items": {"type": "string", "enum": ["option1", "option2", "option3"]}},
    titledMulti={"type": "array", "items": {"anyOf": _titled("value1", "value2", "value3")}},
)
"""The five ways to offer a choice (SEP-1330)."""
