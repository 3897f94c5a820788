"""What is thrown at a server is gone when it has answered (threats T31, T40).

A round is some 15 MB of messages. The first few fill caches; six more grew the process by 1 to 3 MB, and 120
by 5. A server that kept a fifth of what it is sent would be over the bound.
"""

import time
from collections.abc import Callable

import pytest

from tests.hostile.conftest import Listening
from tests.hostile.conversations import Conversation, OverStdio, conversation
from tests.hostile.messages import HANDSHAKE, MODERN, with_text_everywhere
from tests.hostile.mutants import mutants
from tests.hostile.target import Target
from tests.hostile.test_connections import REFUSED, written
from tests.hostile.test_mutants import SECONDS
from tests.hostile.wire import said_until_hung_up

pytestmark = [pytest.mark.threat("T31", "T40"), pytest.mark.timeout(120 + 2 * SECONDS)]

FIRST = 3
MORE = 3
GROWTH = 8_000_000  # bytes


def assert_flat(target: Target, throw_everything: Callable[[], None]) -> None:
    for _ in range(FIRST):
        throw_everything()
    before = target.memory()
    end = time.monotonic() + SECONDS
    rounds = 0
    while rounds < MORE or time.monotonic() < end:
        throw_everything()
        rounds += 1
    grown = target.memory() - before
    print(f"{rounds} rounds: {grown / 1e6:+.1f} MB of {before / 1e6:.0f}")
    assert grown < GROWTH


def say_much(conversation: Conversation) -> None:
    conversation.exchange(mutants(conversation.era, 7, 100))
    texts = [frame for frames in with_text_everywhere(conversation.era) for frame in frames]
    conversation.exchange(texts[::40])


def test_a_listening_server_keeps_nothing(listening: Listening) -> None:
    def throw_everything() -> None:
        for transport in (MODERN, HANDSHAKE, "sse"):
            with conversation(listening.port, transport) as speaking:
                say_much(speaking)
        for pieces in REFUSED.values():
            said_until_hung_up(listening.port, written(pieces, listening.port))

    assert_flat(listening.target, throw_everything)


def test_a_server_on_stdio_keeps_nothing(speaking: tuple[Target, str]) -> None:
    over = OverStdio(*speaking)

    def throw_everything() -> None:
        say_much(over)
        for _ in range(3):
            over.write(b"x" * 5_000_000)

    assert_flat(over.target, throw_everything)
