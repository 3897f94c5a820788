"""Frames that are almost messages."""

import copy
from collections.abc import Iterator, Sequence
from random import Random
from typing import Final

from policies.canonical import Json
from tests.hostile.messages import Message, at, frame, places, well_formed, with_name, with_value, without
from tests.hostile.values import LONG, ROWS

WRONG: Final[Sequence[Json]] = (
    None, True, False, 0, -1, 2**53 + 1, -(2**63), 2**64, 10**300, 1.5, 1e308, "", "x", LONG, [], {}, [[]],
    [None], {"": None}, {"a": {"a": {"a": []}}}, [*"x" * 1000], {str(i): i for i in range(1000)}, "\ud800",
    "\x00",
)  # fmt: skip
NO_NUMBERS: Final = (b"NaN", b"-Infinity", b"1e400", b"1" * 5000, b"-0", b"0x1")
ENCODINGS: Final = ("utf-16", "utf-16-be", "utf-32", "utf-7")


def mutants(era: str, seed: int, count: int) -> Iterator[bytes]:
    """So many; the seed says which."""
    random = Random(seed)
    messages = well_formed(era)
    for _ in range(count):
        message = random.choice(messages)
        for _ in range(random.choice((0, 1, 1, 1, 2, 3))):
            message = _bent(message, random)
        whole = frame(message)
        yield _broken(whole, random) if random.random() < 0.4 else whole


def _bent(message: Message, random: Random) -> Message:
    """Still JSON, with something wrong at one place."""
    everywhere = list(places(message))
    if not everywhere:
        return message
    place = random.choice(everywhere)
    match random.randrange(6):
        case 0 | 1:
            return with_value(message, place, copy.deepcopy(random.choice(WRONG)))
        case 2:
            return with_value(message, place, random.choice(ROWS))
        case 3:
            return without(message, place)
        case 4:
            return with_name(message, place, random.choice(("", "id", "method", "a" * 300, *ROWS)))
        case _:
            return with_value(message, place, copy.deepcopy(at(message, random.choice(everywhere))))


def _broken(whole: bytes, random: Random) -> bytes:
    """No JSON, JSON of two meanings, or too much of it."""
    cut = random.randrange(len(whole) + 1)
    more = whole[:-1]
    match random.randrange(14):
        case 0:
            return whole[:cut]
        case 1:
            return whole + whole
        case 2:
            return b"[" + whole + b"," + whole + b"]"
        case 3:
            return b"\xef\xbb\xbf" + whole
        case 4:
            return whole.decode().encode(random.choice(ENCODINGS))
        case 5:
            return whole[:cut] + bytes([random.randrange(256)]) + whole[cut:]
        case 6:
            return whole[:cut] + b"\x00" + whole[cut:]
        case 7:
            return whole.replace(b'"x"', random.choice(NO_NUMBERS)).replace(b": 1", b": 1e400")
        case 8:
            return whole.replace(b'{"', b'{"id": 7, "id": 8, "', 1)
        case 9:
            return whole.replace(b'"', rb'"\ud800', 1)
        case 10:
            return more + b" " * 10_000 + b"}"
        case 11:
            levels = random.choice((3, 63, 64, 65, 1000, 100_000))
            return more + b', "deep": ' + b"[" * levels + b"]" * levels + b"}"
        case 12:
            return more + b', "wide": [' + b"0," * random.choice((1000, 99_000, 200_000)) + b"0]}"
        case _:
            return more + b', "long": "' + b"\xc3\xa9" * random.choice((1000, 520_000, 600_000)) + b'"}'
