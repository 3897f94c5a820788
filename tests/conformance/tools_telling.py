"""Tools that tell the client something while they run: log messages, progress, a stream that ends early."""

from collections.abc import Sequence
from typing import Final

from tests.conformance.answers import Row, text
from tests.conformance.conversation import Conversation
from tests.conformance.fixture import Arguments, Fixture


async def _log_thrice(conversation: Conversation, arguments: Arguments) -> Sequence[Row]:
    for message in ("Tool execution started", "Tool processing data", "Tool execution completed"):
        await conversation.log(message)
    return [text("Logged three times.")]


async def _log_once(conversation: Conversation, arguments: Arguments) -> Sequence[Row]:
    await conversation.log("Called")
    return [text("Logged once, for who asked for it.")]


async def _progress(conversation: Conversation, arguments: Arguments) -> Sequence[Row]:
    for percent in (0, 50, 100):
        await conversation.progress(percent)
    return [text("Done.")]


async def _hang_up(conversation: Conversation, arguments: Arguments) -> Sequence[Row]:
    await conversation.log("Before the stream ends")
    await conversation.hang_up()
    return [text("You came back for this.")]


FIXTURES: Final = (
    Fixture("test_tool_with_logging", "Logs three messages", _log_thrice),
    Fixture("test_logging_tool", "Logs one message", _log_once),
    Fixture("test_tool_with_progress", "Reports its progress", _progress),
    Fixture("test_reconnection", "Ends its stream before its answer (SEP-1699)", _hang_up),
)
