from collections.abc import Iterator

import pytest

from tests.backlot import Backlot
from tests.loopback import listening
from tests.tools.teams.desk import Desk
from tests.tools.teams.team import Site, Team


@pytest.fixture(scope="session")
def _site() -> Iterator[Site]:
    with listening(Site) as site:
        yield site


@pytest.fixture
def team(_site: Site, backlot: Backlot) -> Team:
    return Team(_site, backlot)


@pytest.fixture
def desk(team: Team) -> Desk:
    return Desk(team)
