"""A pretend team in a test's hands."""

import time
from typing import Any

from tests.backlot import PEOPLE, TEAM, Backlot
from tests.tools.graph.tokens import Tokens
from tests.tools.rest.site import Behind
from tests.tools.teams.gate import ACTS, CHATS, READS, Gate
from tests.tools.teams.said import Chat

_DAY = 86_400_000  # milliseconds


class Site(Behind[Gate]):
    """Of Microsoft Graph."""

    @property
    def tokens(self) -> Tokens:
        assert self.gate is not None
        return self.gate.tokens


class Team:
    """Of backlot's, with nothing said in it but what backlot has."""

    def __init__(self, site: Site, behind: Backlot) -> None:
        self.url = site.url
        self.users: dict[str, Any] = {login: behind.graph("me", login) for login in PEOPLE}
        (joined,) = behind.graph("me/joinedTeams", "ada")["value"]
        self.id = str(joined["id"])
        listed = behind.graph(f"teams/{self.id}/channels", "ada")["value"]
        self._channels = {each["displayName"]: f"{self.id}/{each['id']}" for each in listed}
        assert self._channels.keys() == {*TEAM}
        self.gate = site.gate = Gate(behind, self.users)

    def give(self, login: str, *, acts: bool = False, direct: bool = False) -> str:
        """A token that reads, and may do more where that is said."""
        return self.gate.give(login, (*READS, *(ACTS if acts else ()), *(CHATS if acts and direct else ())))

    def channel(self, name: str) -> str:
        return self._channels[name]

    def post(self, login: str, channel: str, text: str, **more: Any) -> str:
        """What the message is called, as answers have it."""
        said = self.gate.say(login, self.channel(channel), text, **more)
        return said.id if said.root is None else f"{said.root}/{said.id}"

    def put(self, channel: str, text: str, *, days: int, login: str = "bob", **more: Any) -> str:
        """A message of that age: what it is called."""
        at = time.time_ns() // 1_000_000 - days * _DAY + 3_600_000
        return self.post(login, channel, text, at=at, **more)

    def edit(self, login: str, channel: str, message: str, text: str) -> None:
        said = self.gate.said.find(self.channel(channel), message)
        assert said is not None
        assert said.user == self.users[login]["id"]
        said.content = text

    def chat(self, *logins: str, **more: Any) -> str:
        """The id of a new one between these."""
        number = len(self.gate.chats)
        self.gate.chats.append(Chat(f"19:made{number}@thread.v2", logins, **more))
        return f"chats/19:made{number}@thread.v2"

    def texts(self, channel: str) -> list[str]:
        """What was said there and not deleted, the oldest first, with replies. Of a chat by its id."""
        of = self._channels.get(channel, channel)
        return [each.content for each in self.gate.said.all if each.place == of and each.deleted is None]
