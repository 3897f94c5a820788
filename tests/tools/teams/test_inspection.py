"""What an operator is told of a Teams source."""

import pytest

from policies.secret import Credential, Secret
from tests.tools.rest.faults import Fault
from tests.tools.teams.desk import Desk

pytestmark = pytest.mark.anyio


async def said(desk: Desk, token: str | None) -> list[str]:
    credential = None if token is None else Credential(Secret(token), connection="connection-1")
    return [f"{found.what} {found.remedy}" for found in await desk.connector.inspect(credential)]


async def test_a_right_source_with_a_right_token_has_nothing_to_mend(desk: Desk) -> None:
    desk.connector = desk.with_settings(retention_days=365)
    assert await said(desk, None) == []
    assert await said(desk, desk.token) == []


async def test_what_is_to_mend_is_said_with_the_remedy(desk: Desk) -> None:
    (found,) = await said(desk, None)
    assert "retention_days" in found
    desk.connector = desk.with_settings(retention_days=365, acts=[])
    (found,) = await said(desk, desk.team.give("ada", acts=True))
    assert "without ChannelMessage.ReadWrite, ChannelMessage.Send" in found
    desk.connector = desk.with_settings(retention_days=365)
    lacking, acting = await said(desk, desk.team.gate.give("ada", ["User.Read", "Team.ReadBasic.All"]))
    assert "Channel.ReadBasic.All, ChannelMessage.Read.All" in lacking
    assert "ChannelMessage.Send" in acting


async def test_a_token_that_has_ended_is_said(desk: Desk) -> None:
    desk.connector = desk.with_settings(retention_days=365)
    desk.team.gate.end(desk.token)
    (found,) = await said(desk, desk.token)
    assert "not taken" in found


async def test_what_does_not_answer_as_graph_does_is_said(desk: Desk) -> None:
    desk.connector = desk.with_settings(retention_days=365)
    desk.team.gate.faults = [Fault(200, b"{}")]
    (found,) = await said(desk, None)
    assert "not as Graph does" in found
