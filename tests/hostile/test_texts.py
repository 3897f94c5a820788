"""A hostile text wherever a text belongs, over every transport, in both eras (threats T30, T34)."""

from urllib.parse import quote

import pytest

from tests.hostile.conftest import Listening
from tests.hostile.conversations import ACCEPT, Conversation, OverStdio, conversation
from tests.hostile.messages import HANDSHAKE, MODERN, frame, hello, with_text_everywhere
from tests.hostile.target import Target
from tests.hostile.values import VALUES, is_quoted
from tests.hostile.wire import Http

JSON = (b"content-type", b"application/json")
CLOSE = (b"connection", b"close")

pytestmark = pytest.mark.threat("T30", "T34")


def say_everything(conversation: Conversation) -> None:
    for frames in with_text_everywhere(conversation.era):
        answers = conversation.exchange(frames)
        for text in VALUES:
            assert not is_quoted(text, answers), text[:80]


@pytest.mark.parametrize("transport", [MODERN, HANDSHAKE, "sse"])
def test_a_listening_server_answers_and_gives_no_hostile_text_back(
    listening: Listening, transport: str
) -> None:
    with conversation(listening.port, transport) as speaking:
        say_everything(speaking)


def test_a_server_on_stdio_answers_and_gives_no_hostile_text_back(speaking: tuple[Target, str]) -> None:
    say_everything(OverStdio(*speaking))


def test_a_client_may_call_itself_what_it_likes(listening: Listening) -> None:
    with Http(listening.port) as http:
        for text in VALUES:
            answer = http.post("/mcp", frame(hello(text, text)), [ACCEPT])
            assert answer.status in {200, 400}
            assert not is_quoted(text, answer.body)
            if session := answer.header("mcp-session-id"):
                ending = [(b"mcp-session-id", session.encode())]
                assert http.send(http.written("DELETE", "/mcp", b"", ending)).status == 200


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "OPTIONS", "HEAD", "PUT"])
def test_no_address_makes_it_fail(listening: Listening, method: str) -> None:
    with Http(listening.port) as http:
        for text in VALUES:
            escaped = quote(text[:20_000], errors="surrogatepass")
            for address in (f"/{escaped}", f"/mcp?{escaped}={escaped}", f"/messages/?session_id={escaped}"):
                raw = http.written(method, address, frame(hello()), [ACCEPT, JSON, CLOSE])
                answer = http.send(raw)
                assert 200 <= answer.status < 500, address[:80]
                assert not is_quoted(text, answer.body)
