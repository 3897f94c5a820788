"""What people wrote and who they are, in messages of Slack, on its way out."""

import json
from typing import Any

import pytest

from policies.redaction.redactor import Redactor
from policies.structured import structured
from tests.tools.slack.desk import Desk

pytestmark = pytest.mark.anyio

KEY = "AKIA" + "Q4J7XN2M5TRWP3ZK"
LEAKS = (KEY, "Peter Parker", "peter.parker@", "Ada Lovelace")


@pytest.fixture(scope="module")
def redactor() -> Redactor:
    return Redactor()


@pytest.mark.threat("T27")
@pytest.mark.parametrize("verb", ["history", "thread", "search"])
async def test_people_and_secrets_leave_in_neither_half(desk: Desk, redactor: Redactor, verb: str) -> None:
    bob = desk.workspace.user("bob")
    written = (
        f"Peter Parker asks <@{bob}>: write to <mailto:peter.parker@acme.example|him>, the key is `{KEY}`"
    )
    message = desk.workspace.post("ada", "shop", written)
    asked: dict[str, dict[str, Any]] = {
        "history": {"channel": desk.place["channel"]},
        "thread": {"channel": desk.place["channel"], "message": message},
        "search": {"search": "Peter Parker"},
    }
    raw = await desk.raw(verb, **asked[verb])
    assert all(leak in json.dumps(raw.table.rows) for leak in LEAKS)
    redacted = redactor.redact(raw)
    for half in (redacted.text, json.dumps(structured(redacted), ensure_ascii=False)):
        assert not [leak for leak in LEAKS if leak in half]
    assert {"PERSON", "EMAIL_ADDRESS", "aws_access_key_id"} <= set(redacted.masked)
    assert message in redacted.text
