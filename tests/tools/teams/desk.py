"""Whoever asks and acts in a pretend Teams, as if everybody had been asked."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from policies.sources import TeamsSource
from tests.tools.chat.desk import ChatDesk
from tests.tools.rest.faults import Fault
from tests.tools.teams.team import Team
from tools.teams.connector import TeamsConnector

if TYPE_CHECKING:
    from tools.connector import Connector

ACTS = ["post", "reply", "edit", "delete"]


class Desk(ChatDesk):
    """Of `ada`, unless somebody else is named, in the channel `shop` where a call names none."""

    unsure = Fault(500)

    def __init__(self, team: Team, login: str = "ada", **settings: Any) -> None:
        self.team = team
        self.login = login
        self.connector: Connector = self.with_settings(**settings)
        self.place = {"channel": team.channel("shop")}

    @property
    def far(self) -> Team:
        return self.team

    def with_settings(self, **settings: Any) -> TeamsConnector:
        """And with a token that may do what these open."""
        source = source_of(self.team.url, **settings)
        self.token = self.team.give(self.login, acts=bool(source.acts), direct=source.direct)
        return TeamsConnector("teams", source, Path("/nowhere"))

    @property
    def writes(self) -> list[str]:
        """The requests that may change something: their methods and paths."""
        return [
            f"{asked.method} {asked.path}"
            for asked in self.team.gate.asked
            if asked.method != "GET" and asked.path != "search/query"
        ]


def source_of(url: str, **settings: Any) -> TeamsSource:
    return TeamsSource.model_validate(
        {
            "kind": "teams",
            "url": url,
            "channels": ["*"],
            "acts": ACTS,
            "timeout": 10,
            "reason": "each their own",
            **settings,
        }
    )
