"""What a source is reached with goes nowhere but there: to no page, answer, command, log, entry or dump."""

import io
import logging
import sys
from datetime import UTC, datetime
from pathlib import Path

import anyio.from_thread
import pytest

from server import cli
from server.cli import COMMANDS
from server.commands.credential import listed
from tests.databases import Databases
from tests.leaks import leaks
from tests.server.every_command import SERVING, commands
from tests.server.oidc.issuer import Signer
from tests.server.walk import Walk, logged, place, walk

LINES = '{"id": 1, "sql": "SELECT id FROM orders", "text": "Mail bob@example.com"}\n'
YES = frozenset({"undo", "keys"})
"""Commands that ask for a yes."""


@pytest.mark.threat("T37")
def test_what_a_source_is_reached_with_is_shown_by_no_tool_page_or_command_and_kept_readable_nowhere(
    tmp_path: Path,
    databases: Databases,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr("server.logs.configure", lambda: None)
    with (
        anyio.from_thread.start_blocking_portal() as portal,
        portal.wrap_async_context_manager(place(tmp_path, databases, Signer.ec("key"), "sqlite")) as at,
    ):
        walked = portal.call(walk, at, "modern", at.token(), at.token(exp=1))
        assert "to connect" in walked.asked
        connections = portal.call(listed, at.configuration.document)
        (connection,) = (each for each in connections if each.source == "ledger")
        values = values_of(walked, connection.id) | {"config": str(at.configuration.file)}
        ran: set[str] = set()
        for arguments in commands(values):
            ran.add(arguments[0])
            given = "yes\n" if arguments[0] in YES else LINES
            monkeypatch.setattr(sys, "argv", ["remit", *arguments])
            monkeypatch.setattr(sys, "stdin", io.StringIO(given))
            assert cli.main() in {0, 1}, arguments
            said = capsys.readouterr()
            walked.sinks[" ".join(arguments)] = (said.out + said.err).encode()
        assert ran == COMMANDS.keys() - SERVING
        sinks = {**walked.sinks, **at.files(), "the log": logged(caplog.records)}
        found = leaks(sinks, at.account.password, *at.shared)
        assert at.code_token.encode() in sinks.pop("what went to GitLab")
        assert at.lake_token.encode() in sinks.pop("what went to Snowflake")
        assert at.hub_token.encode() in sinks.pop("what went to GitHub")
        assert at.chat_token.encode() in sinks.pop("what went to Slack")
        assert at.drive_token.encode() in sinks.pop("what went to Drive")
        assert at.docs_token.encode() in sinks.pop("what went to SharePoint")
        assert at.s3_key.id.encode() in sinks["what went to S3"]  # and the secret stays, as it signs
        assert at.team_token.encode() in sinks.pop("what went to Teams")
        found += leaks(sinks, *at.tokens)
    assert found == []


def values_of(walked: Walk, connection: str) -> dict[str, str]:
    return {
        "source": "ledger",
        "source disable source": "payroll",
        "tenant": "acme",
        "user": "ada",
        "role": "reporting",
        "tool": "ledger_query",
        "why": "a test",
        "autonomous on tool": "ledger_write",
        "autonomous off tool": "ledger_write",
        "scope": "orders",
        "until": datetime.now(UTC).date().isoformat(),
        "undo id": walked.done["ledger_write"][0],
        "credential revoke id": connection,
        "id": "nothing",
    }
