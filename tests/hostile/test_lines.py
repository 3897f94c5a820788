"""Broken lines on standard input: each is answered, and costs the next one nothing (threats T30, T31)."""

import json
import os
from pathlib import Path

import pytest

from policies.frames import MAX_BYTES
from tests.hostile.conversations import OverStdio
from tests.hostile.messages import MODERN, SQL, call, frame, hello, modern
from tests.hostile.target import BOUND, Target, assert_log_verifies, organisation, started
from tests.hostile.values import VALUES

pytestmark = pytest.mark.threat("T30", "T31")

GOOD = frame(modern(call(sql=SQL)))
LINES: dict[str, bytes] = {
    "a line of just too much": b'{"a": "' + b"x" * (MAX_BYTES - 9) + b'"} ',
    "a line of ten megabytes": b"x" * 10 * MAX_BYTES,
    "every byte": bytes(byte for byte in range(256) if byte != 10),
    "a file": b"\x7fELF" + os.urandom(100_000).translate(None, b"\n"),
    "NULs": b"\x00" * 100_000,
    "escapes": b"\x1b[2J\x1b]0;owned\x07" * 1000,
    "two messages": GOOD + GOOD,
    "two messages with CR between": GOOD + b"\r" + GOOD,
    "a header": b"Content-Length: 5",
    "another encoding": GOOD.decode().encode("utf-16-le").replace(b"\n", b" "),
    "a mark of bytes": b"\xef\xbb\xbf" + GOOD,
    "an end of another system": b"\x1a",
    "half of UTF-8": b'{"jsonrpc": "2.0", "method": "\xc3"}',
}


def assert_refused(speaking: OverStdio) -> None:
    answer = json.loads(speaking.heard.get(timeout=BOUND))
    assert answer["id"] is None
    assert answer["error"]["code"] in {-32700, -32600}
    assert len(json.dumps(answer)) < 300


def test_a_line_that_is_no_message_is_refused(speaking: tuple[Target, str]) -> None:
    over = OverStdio(*speaking)
    over.exchange([])
    for line in LINES.values():
        over.write(line)
        assert_refused(over)
    for ending in (b"\r\n", b" \t\r\n", b"\n\n\r\n\n"):
        over.ask("odd", end=ending)
        over.heard_until("odd")
    for _ in range(3000):
        over.write(b"x")
    assert over.exchange([]).count(b"-32700") == 3000


def test_bad_lines_before_the_first_message_decide_nothing(tmp_path: Path) -> None:
    with started(organisation(tmp_path), "--stdio") as target:
        over = OverStdio(target, MODERN)
        for line in (b"\x00\xff", b"[]", frame({**hello(), "id": "\udc00"}), frame({**hello(), "id": None})):
            over.write(line)
            assert_refused(over)
        over.exchange([])
        target.assert_calm()


@pytest.mark.parametrize("last", [GOOD, GOOD[:30], b"x" * 2 * MAX_BYTES])
def test_a_client_that_leaves_midway_ends_the_server_in_good_order(tmp_path: Path, last: bytes) -> None:
    configuration = organisation(tmp_path)
    with started(configuration, "--stdio") as target:
        over = OverStdio(target, MODERN)
        over.write(*(frame(modern(call(number, sql=text))) for number, text in enumerate(VALUES)))
        over.write(last, end=b"")
        assert target.process.stdin
        target.process.stdin.close()
        assert target.process.wait(timeout=60) == 0
        target.assert_calm_to_the_end(VALUES)
    assert_log_verifies(configuration)


def test_a_client_that_does_not_read_and_leaves_ends_the_server(tmp_path: Path) -> None:
    configuration = organisation(tmp_path)
    with started(configuration, "--stdio") as target:
        assert target.process.stdin
        assert target.process.stdout
        target.process.stdin.write(GOOD + b"\n" + GOOD + b"\n")
        target.process.stdin.flush()
        target.process.stdout.readline()
        target.process.stdout.close()
        target.process.stdin.write((GOOD + b"\n") * 50)
        target.process.stdin.close()
        assert target.process.wait(timeout=60) == 0
        target.assert_calm_to_the_end()
    assert_log_verifies(configuration)
