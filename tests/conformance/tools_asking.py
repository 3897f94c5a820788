"""Tools that ask the client in the middle of a call, as protocols before 2026-07-28 do."""

import json
from collections.abc import Sequence
from typing import Final

import mcp_types as types

from tests.conformance.answers import Row, question, text
from tests.conformance.conversation import Conversation
from tests.conformance.fixture import Arguments, Fixture, takes_text
from tests.conformance.questions import CHOICES, DEFAULTS, TEXT, form

WORD: Final = form(word=TEXT)


def _told(answer: types.ElicitResult) -> Sequence[Row]:
    return [text(f"The user's answer: {answer.action}, {json.dumps(answer.content)}")]


async def _sample(conversation: Conversation, arguments: Arguments) -> Sequence[Row]:
    return [text(f"The model's answer: {await conversation.sample(str(arguments['prompt']))}")]


async def _elicit(conversation: Conversation, arguments: Arguments) -> Sequence[Row]:
    return _told(await conversation.elicit(str(arguments["message"]), form(username=TEXT, email=TEXT)))


async def _elicit_defaults(conversation: Conversation, arguments: Arguments) -> Sequence[Row]:
    return _told(await conversation.elicit("Please look these over.", DEFAULTS))


async def _elicit_choices(conversation: Conversation, arguments: Arguments) -> Sequence[Row]:
    return _told(await conversation.elicit("Please choose.", CHOICES))


async def _elicit_in_either_era(conversation: Conversation, arguments: Arguments) -> Sequence[Row]:
    if not conversation.modern:
        return _told(await conversation.elicit("Say a word.", WORD))
    if "word" not in conversation.answers:
        return [question("word")]
    return [text("A word was said.")]


FIXTURES: Final = (
    Fixture("test_sampling", "Asks the client's model", _sample, takes_text("prompt", "What to ask it.")),
    Fixture("test_elicitation", "Asks the user", _elicit, takes_text("message", "What to ask.")),
    Fixture(
        "test_elicitation_sep1034_defaults", "Asks the user, with suggestions (SEP-1034)", _elicit_defaults
    ),
    Fixture("test_elicitation_sep1330_enums", "Lets the user choose (SEP-1330)", _elicit_choices),
    Fixture("test_streaming_elicitation", "Asks the user for a word", _elicit_in_either_era),
)
