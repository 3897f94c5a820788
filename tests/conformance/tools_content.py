"""Tools that answer with each kind of content, and one that fails."""

from collections.abc import Sequence
from typing import Final

from policies.errors import UpstreamFailed
from tests.conformance.answers import Row, audio, image, resource, text
from tests.conformance.conversation import Conversation
from tests.conformance.fixture import Arguments, Fixture, answers


async def _fail(conversation: Conversation, arguments: Arguments) -> Sequence[Row]:
    raise UpstreamFailed("This tool intentionally returns an error for testing.")


FIXTURES: Final = (
    Fixture(
        "test_simple_text", "Answers with text", answers(text("This is a simple text response for testing."))
    ),
    Fixture("test_image_content", "Answers with an image", answers(image())),
    Fixture("test_audio_content", "Answers with a sound", answers(audio())),
    Fixture(
        "test_embedded_resource",
        "Answers with a resource",
        answers(resource("test://embedded-resource", "text/plain", "This is an embedded resource content.")),
    ),
    Fixture(
        "test_multiple_content_types",
        "Answers with text, an image and a resource",
        answers(
            text("Multiple content types test:"),
            image(),
            resource("test://mixed-content-resource", "application/json", '{"test":"data","value":123}'),
        ),
    ),
    Fixture("test_error_handling", "Fails", _fail),
)
