"""What an operator is told of a Slack source."""

import pytest

from tests.tools.rest.calling import inspected
from tests.tools.rest.faults import Fault
from tests.tools.slack.desk import Desk

pytestmark = pytest.mark.anyio


async def test_a_right_source_with_a_right_token_has_nothing_to_mend(desk: Desk) -> None:
    desk.connector = desk.with_settings(retention_days=365)
    assert await inspected(desk.connector, None) == []
    assert await inspected(desk.connector, desk.token) == []


async def test_without_a_word_on_retention_that_is_said(desk: Desk) -> None:
    (found,) = await inspected(desk.connector, None)
    assert "retention_days" in found


async def test_what_a_token_may_do_too_much_or_too_little_is_said_with_the_remedy(desk: Desk) -> None:
    desk.connector = desk.with_settings(retention_days=365, acts=[])
    (found,) = await inspected(desk.connector, desk.workspace.give("ada", acts=True))
    assert "without chat:write" in found
    desk.connector = desk.with_settings(retention_days=365, private=True)
    lacking, acting = await inspected(desk.connector, desk.workspace.give("ada"))
    assert "groups:history, groups:read" in lacking
    assert "chat:write" in acting


async def test_a_token_that_has_ended_is_said(desk: Desk) -> None:
    desk.connector = desk.with_settings(retention_days=365)
    desk.workspace.gate.end(desk.token)
    (found,) = await inspected(desk.connector, desk.token)
    assert "not taken" in found


async def test_what_does_not_answer_as_slack_does_is_said(desk: Desk) -> None:
    desk.connector = desk.with_settings(retention_days=365)
    desk.workspace.gate.faults = [Fault(200, b'{"ok": false}')]
    (found,) = await inspected(desk.connector, None)
    assert "does not answer as Slack does" in found
