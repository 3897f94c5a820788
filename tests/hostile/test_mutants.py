"""Frames that are almost messages, over every transport, in both eras (threats T30, T31).

`make test` sends the same few each time. `make fuzz` sends others, for FUZZ_SECONDS over each transport; the
seed of those that made the server fail is in the failure, and FUZZ_SEED starts there.
"""

import os
import time
from collections.abc import Iterator

import pytest
from mcp_types import jsonrpc_message_adapter

from policies.frames import BadFrame, message
from tests.hostile.conftest import Listening
from tests.hostile.conversations import Conversation, OverStdio, conversation
from tests.hostile.messages import HANDSHAKE, MODERN
from tests.hostile.mutants import mutants
from tests.hostile.target import Target
from tests.hostile.values import LONG, is_quoted

pytestmark = pytest.mark.threat("T30", "T31")

SECONDS = float(os.environ.get("FUZZ_SECONDS", "0"))
FIRST = int(os.environ.get("FUZZ_SEED", "0"))
SEEDS = 2
OF_A_SEED = 200


def seeds() -> Iterator[int]:
    end = time.monotonic() + SECONDS
    seed = FIRST
    while seed < FIRST + SEEDS or time.monotonic() < end:
        yield seed
        seed += 1


def send_mutants(conversation: Conversation, calm: Target) -> None:
    seed = FIRST
    for seed in seeds():
        try:
            answers = conversation.exchange(mutants(conversation.era, seed, OF_A_SEED))
            assert not is_quoted(LONG, answers)
            calm.assert_calm()
        except BaseException as error:
            error.add_note(f"FUZZ_SEED={seed}")
            raise
    if SECONDS:
        print(f"seeds {FIRST} to {seed}, {OF_A_SEED} frames each")


@pytest.mark.timeout(120 + 2 * SECONDS)
@pytest.mark.parametrize("transport", [MODERN, HANDSHAKE, "sse"])
def test_a_listening_server_answers_what_is_almost_a_message(listening: Listening, transport: str) -> None:
    with conversation(listening.port, transport) as speaking:
        send_mutants(speaking, listening.target)


@pytest.mark.timeout(120 + 2 * SECONDS)
def test_a_server_on_stdio_answers_what_is_almost_a_message(speaking: tuple[Target, str]) -> None:
    send_mutants(OverStdio(*speaking), speaking[0])


@pytest.mark.parametrize("era", [MODERN, HANDSHAKE])
def test_what_is_taken_for_a_message_is_one_to_the_sdk_too(era: str) -> None:
    taken = 0
    for seed in range(10):
        for frame in mutants(era, seed, OF_A_SEED):
            try:
                message(frame)
            except BadFrame:
                continue
            jsonrpc_message_adapter.validate_json(frame)
            taken += 1
    assert taken > 500
