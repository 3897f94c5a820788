"""The time of redaction grows as the size of what is redacted does, whatever it holds."""

import random
import time

import pytest

from policies.call import Kind
from policies.redaction.redactor import Redactor
from tests.policies.redaction.tables import raw_of
from tests.rounds import SEED, rounds

PIECES = (
    "a", "a@", "1 ", "Aa ", "<", "[", "://x:", '{"a":', '="', "password=", "key: ", "\n", "Aa\n", "é",
    "\u0301",
    "\u200b", "1.", "1:", ",", "|", "\\", "Dr. ", "hi ", "@a ", "+1 ", "-----BEGIN PRIVATE KEY-----", "eyJ",
    "x=y ", "a.b@c.", "<PERSON>", "[secret: x #1]", "insert into a (b) values (", "born ", "x: y\n", "a,b\n",
    "Anna ", "[10:08] a: b\n", "GB12 ", "Bearer ", "curl -u ", "BEGIN ", "€1,",
)  # fmt: skip
SHORT, TIMES = rounds(4_000, 20_000), 4
NOTHING_MUCH = 0.1  # seconds
chosen = random.Random(SEED).sample(PIECES, rounds(8, len(PIECES)))


def seconds(redactor: Redactor, text: str) -> float:
    raw = raw_of({"note": Kind.TEXT}, [[text]])
    begun = time.thread_time()
    redactor.redact(raw)
    return time.thread_time() - begun


@pytest.mark.threat("T40")
@pytest.mark.parametrize("piece", chosen, ids=repr)
def test_a_text_of_four_times_the_size_takes_little_more_than_four_times_as_long(
    redactor: Redactor, piece: str
) -> None:
    count = SHORT // len(piece)
    once, more = seconds(redactor, piece * count), seconds(redactor, piece * count * TIMES)
    assert more < max(NOTHING_MUCH, once * TIMES * 2)
