"""Tools that end with a question and run again with its answer, as protocol 2026-07-28 does (SEP-2322)."""

from collections.abc import Sequence
from typing import Final

import mcp_types as types

from tests.conformance.answers import Row, question, state, text
from tests.conformance.conversation import Conversation
from tests.conformance.fixture import Act, Arguments, Fixture

NONCE: Final = "asked for a confirmation"


def _asks(*names: str, keeping: str | None = None) -> Act:
    """Ends with these questions until each has an answer, and where it left state behind, that too."""

    async def act(conversation: Conversation, arguments: Arguments) -> Sequence[Row]:
        answered = all(name in conversation.answers for name in names)
        if answered and conversation.state == keeping:
            said = "; ".join(_said(conversation.answers[name]) for name in names)
            return [text(f"{'' if keeping is None else 'state-ok: '}{said}")]
        kept = [] if keeping is None else [state(keeping)]
        return [*map(question, names), *kept]

    return act


def _said(answer: types.InputResponse) -> str:
    match answer:
        case types.ElicitResult():
            return f"the user chose to {answer.action}"
        case types.ListRootsResult():
            return f"there are {len(answer.roots)} roots"
        case _:
            return "the model answered"


async def _two_rounds(conversation: Conversation, arguments: Arguments) -> Sequence[Row]:
    """Name, then colour; out of order, it begins again."""
    match conversation.state:
        case "first" if "step1" in conversation.answers:
            return [question("step2"), state("second")]
        case "second" if "step2" in conversation.answers:
            return [text("Both questions have their answers.")]
        case _:
            return [question("step1"), state("first")]


async def _what_the_client_can(conversation: Conversation, arguments: Arguments) -> Sequence[Row]:
    able = {
        "greeting": conversation.capabilities.sampling is not None,
        "user_name": conversation.capabilities.elicitation is not None,
    }
    return [*(question(name) for name, can in able.items() if can), state("asked")]


FIXTURES: Final = (
    Fixture("test_input_required_result_elicitation", "Asks the user for a name", _asks("user_name")),
    Fixture("test_input_required_result_sampling", "Asks the client's model", _asks("capital_question")),
    Fixture("test_input_required_result_list_roots", "Asks for the roots", _asks("client_roots")),
    Fixture(
        "test_input_required_result_request_state",
        "Asks for a confirmation, and keeps state",
        _asks("confirm", keeping=NONCE),
    ),
    Fixture(
        "test_input_required_result_multiple_inputs",
        "Asks three questions at once",
        _asks("user_name", "greeting", "client_roots", keeping=NONCE),
    ),
    Fixture("test_input_required_result_multi_round", "Asks twice", _two_rounds),
    Fixture(
        "test_input_required_result_tampered_state",
        "Asks, and takes back only its own state",
        _asks("confirm", keeping=NONCE),
    ),
    Fixture(
        "test_input_required_result_capabilities",
        "Asks only what the client can answer",
        _what_the_client_can,
    ),
)
