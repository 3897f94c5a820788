from collections.abc import Iterator
from typing import Any

import pytest

from tests.loopback import listening
from tests.tools.drive.desk import Desk
from tests.tools.drive.google import Google, client
from tests.tools.drive.site import Site
from tests.tools.drive.spec import DriveSpec


@pytest.fixture(scope="session")
def drive_spec() -> DriveSpec:
    return DriveSpec.shipped()


@pytest.fixture(scope="session")
def _site() -> Iterator[Site]:
    with listening(Site) as site:
        yield site


@pytest.fixture
def site(_site: Site) -> Site:
    _site.renew()
    return _site


@pytest.fixture
def google(site: Site) -> Iterator[Google]:
    made: list[Any] = []

    def with_token(token: str) -> Any:
        made.append(client(site.url, token or None))
        return made[-1]

    yield with_token
    for each in made:
        each.close()


@pytest.fixture
def desk(site: Site, drive_spec: DriveSpec) -> Iterator[Desk]:
    """Whatever is asked is held against Google's own description."""
    yield Desk(site)
    asked = site.gate.asked
    assert [fault for each in asked for fault in drive_spec.faults(each.method, each.target, each.body)] == []
