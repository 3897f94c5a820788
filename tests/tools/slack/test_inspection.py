"""What an operator is told of a Slack source."""

import pytest

from policies.secret import Credential, Secret
from tests.tools.rest.faults import Fault
from tests.tools.slack.desk import Desk

pytestmark = pytest.mark.anyio


async def said(desk: Desk, token: str | None) -> list[str]:
    credential = None if token is None else Credential(Secret(token), connection="connection-1")
    return [f"{found.what} {found.remedy}" for found in await desk.connector.inspect(credential)]


async def test_a_right_source_with_a_right_token_has_nothing_to_mend(desk: Desk) -> None:
    desk.connector = desk.with_settings(retention_days=365)
    assert await said(desk, None) == []
    assert await said(desk, desk.token) == []


async def test_without_a_word_on_retention_that_is_said(desk: Desk) -> None:
    (found,) = await said(desk, None)
    assert "retention_days" in found


async def test_what_a_token_may_do_too_much_or_too_little_is_said_with_the_remedy(desk: Desk) -> None:
    desk.connector = desk.with_settings(retention_days=365, acts=[])
    (found,) = await said(desk, desk.workspace.give("ada", acts=True))
    assert "without chat:write" in found
    desk.connector = desk.with_settings(retention_days=365, private=True)
    lacking, acting = await said(desk, desk.workspace.give("ada"))
    assert "groups:history, groups:read" in lacking
    assert "chat:write" in acting


async def test_a_token_that_has_ended_is_said(desk: Desk) -> None:
    desk.connector = desk.with_settings(retention_days=365)
    desk.workspace.gate.end(desk.token)
    (found,) = await said(desk, desk.token)
    assert "not taken" in found


async def test_what_does_not_answer_as_slack_does_is_said(desk: Desk) -> None:
    desk.connector = desk.with_settings(retention_days=365)
    desk.workspace.gate.faults = [Fault(200, b'{"ok": false}')]
    (found,) = await said(desk, None)
    assert "does not answer as Slack does" in found
