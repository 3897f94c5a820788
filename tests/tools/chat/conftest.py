from collections.abc import Iterator

import pytest

from tests.backlot import Backlot
from tests.loopback import listening
from tests.tools.chat.desk import ChatDesk
from tests.tools.slack.desk import Desk as SlackDesk
from tests.tools.slack.workspace import Site as SlackSite
from tests.tools.slack.workspace import Workspace
from tests.tools.teams.desk import Desk as TeamsDesk
from tests.tools.teams.team import Site as TeamsSite
from tests.tools.teams.team import Team


@pytest.fixture(scope="session")
def _slack() -> Iterator[SlackSite]:
    with listening(SlackSite) as site:
        yield site


@pytest.fixture(scope="session")
def _teams() -> Iterator[TeamsSite]:
    with listening(TeamsSite) as site:
        yield site


@pytest.fixture(params=["slack", "teams"])
def desk(request: pytest.FixtureRequest, _slack: SlackSite, _teams: TeamsSite, backlot: Backlot) -> ChatDesk:
    """Of each platform in turn."""
    if request.param == "slack":
        return SlackDesk(Workspace(_slack, backlot))
    return TeamsDesk(Team(_teams, backlot))
