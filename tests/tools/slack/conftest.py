from collections.abc import Iterator

import pytest

from tests.backlot import Backlot
from tests.loopback import listening
from tests.tools.slack.desk import Desk
from tests.tools.slack.workspace import Site, Workspace


@pytest.fixture(scope="session")
def _site() -> Iterator[Site]:
    with listening(Site) as site:
        yield site


@pytest.fixture
def workspace(_site: Site, backlot: Backlot) -> Workspace:
    return Workspace(_site, backlot)


@pytest.fixture
def desk(workspace: Workspace) -> Desk:
    return Desk(workspace)
