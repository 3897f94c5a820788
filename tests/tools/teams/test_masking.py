"""What people wrote and who they are, in messages of Teams, on its way out."""

import json
from typing import Any

import pytest

from policies.redaction.redactor import Redactor
from policies.structured import structured
from tests.tools.teams.desk import Desk

pytestmark = pytest.mark.anyio

KEY = "AKIA" + "Q4J7XN2M5TRWP3ZK"
LEAKS = (KEY, "Peter Parker", "peter.parker@", "Ada Lovelace", "Bob Stone")


@pytest.fixture(scope="module")
def redactor() -> Redactor:
    return Redactor()


@pytest.mark.threat("T27")
@pytest.mark.parametrize("verb", ["history", "thread", "search"])
async def test_people_and_secrets_leave_in_neither_half(desk: Desk, redactor: Redactor, verb: str) -> None:
    bob = desk.team.users["bob"]
    mention = {"id": 0, "mentionText": "Bob Stone", "mentioned": {"user": {"id": bob["id"]}}}
    written = (
        '<p>Peter Parker asks <at id="0">Bob Stone</at>: write to '
        '<a href="mailto:peter.parker@acme.example">him</a>, the key is '
        f"<code>AKIA<b>{KEY[4:]}</b></code></p>"
    )
    message = desk.team.post("ada", "shop", written, kind="html", mentions=[mention])
    asked: dict[str, dict[str, Any]] = {
        "history": {"channel": desk.place["channel"]},
        "thread": {"channel": desk.place["channel"], "message": message},
        "search": {"search": "Peter Parker"},
    }
    raw = await desk.raw(verb, **asked[verb])
    assert all(leak in json.dumps(raw.table.rows) for leak in LEAKS if leak != "Bob Stone")
    redacted = redactor.redact(raw)
    for half in (redacted.text, json.dumps(structured(redacted), ensure_ascii=False)):
        assert not [leak for leak in LEAKS if leak in half]
    assert {"PERSON", "EMAIL_ADDRESS", "aws_access_key_id"} <= set(redacted.masked)
    assert message in redacted.text
