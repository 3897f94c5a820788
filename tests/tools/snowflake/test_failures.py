"""What Snowflake's failures become: a code, a sentence with the next step, and nothing of its own text."""

import re

import pytest

from policies.errors import Refusal
from tests.tools.snowflake.gate import Fault, failing, saying
from tests.tools.snowflake.lab import Lab

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T35")]


@pytest.mark.parametrize(
    ("fault", "code", "says"),
    [
        (failing(401, "390318"), "needs_connection", "connect"),
        (failing(403, "390422"), "denied", "does not let you in"),
        (failing(408, "000630"), "upstream_failed", "did not answer within 5 s"),
        (failing(422, "000630"), "upstream_failed", "did not answer within 5 s"),
        (failing(422, "100038"), "upstream_failed", "error 100038: a text is no valid number"),
        (failing(422, "001003"), "upstream_failed", "error 001003: the statement's syntax is wrong"),
        (failing(422, "999999"), "upstream_failed", "error 999999: it could not do this"),
        (failing(429, retry_after="7"), "limit_reached", "Come back in 7 s"),
        (failing(429), "limit_reached", "Come back in 60 s"),
        (failing(500), "upstream_failed", "failed. Try again later"),
        (failing(503, retry_after="30"), "upstream_failed", "Try again in 30 s"),
        (saying(b"", 302, location="https://elsewhere.example/"), "upstream_failed", "failed"),
        (saying(b"<html>"), "upstream_failed", "in a form that remit does not know"),
        (saying(b'{"statementHandle": "../x"}'), "upstream_failed", "in a form that remit does not know"),
        (saying(b'{"statementHandle": "1", "statementHandle": "2"}'), "upstream_failed", "does not know"),
        (saying(b'{"statementHandle": "1", "data": []}'), "upstream_failed", "does not know"),
        # Its head may get out, or not.
        (saying(b"{", content_length="900"), "upstream_failed", "broke off its answer|can't be reached"),
        (saying(b"x" * 64, content_encoding="gzip"), "upstream_failed", "broke off its answer"),
        (saying(b"x", content_encoding="br"), "upstream_failed", "broke off its answer"),
    ],
)
async def test_a_failure_is_told_in_our_words(lab: Lab, fault: Fault, code: str, says: str) -> None:
    lab.gate.faults.append(fault)
    with pytest.raises(Refusal) as raised:
        await lab.query("SELECT id FROM orders")
    assert raised.value.code == code
    assert re.search(says, raised.value.message, re.IGNORECASE)
    assert "LEAK" not in f"{raised.value.message}{raised.value.detail}"
