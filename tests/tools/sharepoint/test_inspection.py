"""What an operator is told of a source of SharePoint."""

import pytest

from tests.tools.rest.calling import inspected
from tests.tools.rest.faults import Fault
from tests.tools.sharepoint.desk import Desk
from tests.tools.sharepoint.gate import ACTS, READS, SELECTED
from tests.tools.sharepoint.site import Site

pytestmark = pytest.mark.anyio


async def test_a_right_source_with_a_right_token_has_nothing_to_mend(site: Site) -> None:
    desk = Desk(site)
    assert await inspected(desk.connector, None) == []
    assert await inspected(desk.connector, desk.token) == []
    desk.connector = desk.with_settings(selected=True)
    assert await inspected(desk.connector, site.give("ada", SELECTED)) == []


async def test_what_is_to_mend_is_said_with_the_remedy(site: Site) -> None:
    desk = Desk(site)
    desk.connector = desk.with_settings(
        folders=[desk.shop.id, "01NOWHERE0000", desk.put("a.txt").id, "root"], acts=[]
    )
    spare, *unseen = await inspected(desk.connector, site.give("ada", ACTS))
    assert "without Files.ReadWrite.All" in spare
    assert [each.split(" is ")[1].startswith("none, or not open") for each in unseen] == [True] * 3
    desk.connector = desk.with_settings()
    (acting,) = await inspected(desk.connector, site.give("ada", READS))
    assert "Files.ReadWrite.All" in acting
    (hidden,) = await inspected(desk.connector, site.give("bob", ACTS))
    assert "the library is none, or not open" in hidden


async def test_a_token_that_ended_and_no_graph_are_told(site: Site) -> None:
    desk = Desk(site)
    site.end(desk.token)
    (ended,) = await inspected(desk.connector, desk.token)
    assert "not taken" in ended
    site.at.faults = [Fault(200, b"{}")]
    (odd,) = await inspected(desk.connector, None)
    assert "answers 200" in odd
