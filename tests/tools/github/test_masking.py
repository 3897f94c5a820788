"""What people wrote and who they are, in files and issues of GitHub, on its way out."""

import json

import pytest

from policies.canonical import Json
from policies.errors import ConfigurationError
from policies.redaction.redactor import Redactor
from policies.structured import structured
from tests.tools.github.hub import FILES, TOKEN_IN_FILE, Desk

pytestmark = pytest.mark.anyio

KEY_IN_ISSUE = "AKIA" + "Q4J7XN2M5TRWP3ZK"
LEAKS = (TOKEN_IN_FILE, KEY_IN_ISSUE, "Peter Parker", "peter.parker@", '"ada"', '"bob"')


@pytest.fixture(scope="module")
def redactor() -> Redactor:
    return Redactor()


@pytest.mark.threat("T27")
@pytest.mark.parametrize(
    ("verb", "arguments", "masked"),
    [
        ("read", {"path": "scripts/deploy.sh"}, {"github_pat"}),
        ("search", {"search": "GITHUB_TOKEN"}, {"github_pat"}),
        ("issues", {}, {"PERSON"}),
        ("issue", {"issue": 1}, {"PERSON", "EMAIL_ADDRESS", "aws_access_key_id"}),
        ("proposals", {}, {"PERSON"}),
        ("proposal", {"pull_request": 2}, {"PERSON", "github_pat", "aws_access_key_id"}),
        ("log", {"job": 501}, {"github_pat"}),
    ],
)
async def test_people_and_secrets_leave_in_neither_half(
    desk: Desk, redactor: Redactor, verb: str, arguments: dict[str, Json], masked: set[str]
) -> None:
    said = f"Write to peter.parker@acme.example.\nThe key is {KEY_IN_ISSUE}."
    desk.shop.run("POST", "/issues", title="Login fails for Peter Parker", body=said, assignees=["ada"])
    desk.shop.run("POST", "/issues/1/comments", body=f"Not any more: {KEY_IN_ISSUE}")
    desk.shop.propose({"token.sh": FILES["scripts/deploy.sh"]}, body=said)
    commit = desk.shop.run("GET", "/git/ref/heads/main")["object"]["sha"]
    log = f"2026-05-04T10:20:30.1234567Z {TOKEN_IN_FILE[:9]}\x1b[0m{TOKEN_IN_FILE[9:]}\r\n"
    desk.shop.gate.actions.run(desk.shop.path, commit, log.encode())
    raw = await desk.raw(verb, repository=desk.shop.path, **arguments)
    assert any(leak in json.dumps(raw.table.rows) for leak in LEAKS)
    redacted = redactor.redact(raw)
    for half in (redacted.text, json.dumps(structured(redacted), ensure_ascii=False)):
        assert not [leak for leak in LEAKS if leak in half]
    assert masked <= set(redacted.masked)


async def test_what_is_needed_for_the_next_question_is_not_masked(desk: Desk, redactor: Redactor) -> None:
    (row,) = redactor.redact(await desk.raw("repositories")).table.rows
    assert row[0] == desk.shop.path
    folder = redactor.redact(await desk.raw("read", repository=desk.shop.path, path="src/")).table
    assert folder.rows[0][1] == "src/basket.py"
    raw = await desk.raw("read", repository=desk.shop.path, path="small.txt")
    assert redactor.redact(raw).table.rows[0][1] == raw.table.rows[0][1]


async def test_a_rule_for_a_column_that_no_answer_has_stops_the_start(desk: Desk) -> None:
    with pytest.raises(ConfigurationError, match="autor_name"):
        desk.with_settings(redaction={"roles": {"lead": {"columns": {"autor_name": "keep"}}}})
