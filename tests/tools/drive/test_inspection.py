"""What remit doctor says of a source of Drive."""

import pytest

from tests.tools.drive.desk import Desk
from tests.tools.drive.site import Site
from tests.tools.rest.faults import Fault

pytestmark = pytest.mark.anyio


async def test_a_source_that_is_as_it_should_be_has_nothing_to_mend(site: Site) -> None:
    desk = Desk(site)
    assert await desk.connector.inspect(None) == []
    assert await desk.connector.inspect(desk.credential) == []


async def test_a_folder_that_is_none_a_token_that_ended_and_no_drive_are_told(site: Site) -> None:
    desk = Desk(site)
    desk.connector = desk.with_settings(folders=[desk.shop.id, "1" * 30, desk.put("a.txt").id])
    found = await desk.connector.inspect(desk.credential)
    assert [each.what.split(" is ")[1] for each in found] == ["none, or not open to this account"] * 2
    site.end(desk.token)
    (ended,) = await desk.connector.inspect(desk.credential)
    assert "not taken" in ended.what
    site.gate.faults = [Fault(200, b"{}")]
    (odd,) = await desk.connector.inspect(None)
    assert "answers 200" in odd.what
