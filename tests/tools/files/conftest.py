from collections.abc import Iterator
from typing import Any

import pytest

from tests.graph_spec import GraphSpec
from tests.loopback import listening
from tests.tools.drive.desk import Desk as DriveDesk
from tests.tools.drive.site import Site as DriveSite
from tests.tools.drive.spec import DriveSpec
from tests.tools.files.desk import FileDesk
from tests.tools.sharepoint.desk import Desk as SharepointDesk
from tests.tools.sharepoint.site import Site as SharepointSite


@pytest.fixture(scope="session")
def _drive() -> Iterator[DriveSite]:
    with listening(DriveSite) as site:
        yield site


@pytest.fixture(scope="session")
def _sharepoint() -> Iterator[SharepointSite]:
    with listening(SharepointSite) as site:
        yield site


@pytest.fixture(params=["drive", "sharepoint"])
def desk(
    request: pytest.FixtureRequest, _drive: DriveSite, _sharepoint: SharepointSite, graph_spec: GraphSpec
) -> Iterator[FileDesk[Any]]:
    """Of each store in turn. Whatever is asked is held against the vendor's own description."""
    is_drive = request.param == "drive"
    site, spec = (_drive, DriveSpec.shipped()) if is_drive else (_sharepoint, graph_spec)
    site.renew()
    made: FileDesk[Any] = DriveDesk(_drive) if is_drive else SharepointDesk(_sharepoint)
    yield made
    asked = [each for each in made.far.asked if not each.target.startswith("/store/")]
    assert [fault for each in asked for fault in spec.faults(each.method, each.target, each.body)] == []
