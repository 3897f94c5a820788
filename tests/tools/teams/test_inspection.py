"""What an operator is told of a Teams source."""

import pytest

from tests.tools.rest.calling import inspected
from tests.tools.rest.faults import Fault
from tests.tools.teams.desk import Desk

pytestmark = pytest.mark.anyio


async def test_a_right_source_with_a_right_token_has_nothing_to_mend(desk: Desk) -> None:
    desk.connector = desk.with_settings(retention_days=365)
    assert await inspected(desk.connector, None) == []
    assert await inspected(desk.connector, desk.token) == []


async def test_what_is_to_mend_is_said_with_the_remedy(desk: Desk) -> None:
    (found,) = await inspected(desk.connector, None)
    assert "retention_days" in found
    desk.connector = desk.with_settings(retention_days=365, acts=[])
    (found,) = await inspected(desk.connector, desk.team.give("ada", acts=True))
    assert "without ChannelMessage.ReadWrite, ChannelMessage.Send" in found
    desk.connector = desk.with_settings(retention_days=365)
    lacking, acting = await inspected(
        desk.connector, desk.team.gate.give("ada", ["User.Read", "Team.ReadBasic.All"])
    )
    assert "Channel.ReadBasic.All, ChannelMessage.Read.All" in lacking
    assert "ChannelMessage.Send" in acting


async def test_a_token_that_has_ended_is_said(desk: Desk) -> None:
    desk.connector = desk.with_settings(retention_days=365)
    desk.team.gate.end(desk.token)
    (found,) = await inspected(desk.connector, desk.token)
    assert "not taken" in found


async def test_what_does_not_answer_as_graph_does_is_said(desk: Desk) -> None:
    desk.connector = desk.with_settings(retention_days=365)
    desk.team.gate.faults = [Fault(200, b"{}")]
    (found,) = await inspected(desk.connector, None)
    assert "not as Graph does" in found
