"""A pretend Slack's workspace in a test's hands."""

import time
from typing import Any

from tests.backlot import CHANNELS, PEOPLE, Backlot
from tests.tools.rest.site import Behind
from tests.tools.slack.gate import ACTS, PRIVATE, READS, Gate, Old

_DAY = 86_400


class Site(Behind[Gate]):
    """Of Slack."""


class Workspace:
    """With nothing said in it: what was said before is deleted."""

    def __init__(self, site: Site, behind: Backlot) -> None:
        self.url = site.url
        self.behind = behind
        self.gate = site.gate = Gate(behind, site.url)
        self.users = {login: str(self.run("auth.test", login)["user_id"]) for login in PEOPLE}
        listed = self.run("conversations.list", types="public_channel,private_channel", limit=100)["channels"]
        self._channels: dict[str, str] = {each["name"]: each["id"] for each in listed}
        for name in CHANNELS:
            self._clear(name)

    def run(self, method: str, login: str = "ada", /, **arguments: Any) -> Any:
        return self.behind.slack(method, login, **arguments)

    def give(self, login: str, *, acts: bool = False, private: bool = False) -> str:
        """A token that reads, and may do more where that is said."""
        return self.gate.give(login, (*READS, *(ACTS if acts else ()), *(PRIVATE if private else ())))

    def channel(self, name: str) -> str:
        return self._channels[name]

    def user(self, login: str) -> str:
        return self.users[login]

    def post(self, login: str, channel: str, text: str, *, thread: str | None = None) -> str:
        """What the message is called."""
        more = {"thread_ts": thread} if thread else {}
        told = self.run("chat.postMessage", login, channel=self.channel(channel), text=text, **more)
        return str(told["ts"])

    def edit(self, login: str, channel: str, message: str, text: str) -> None:
        self.run("chat.update", login, channel=self.channel(channel), ts=message, text=text)

    def put(self, channel: str, text: str, *, days: int, login: str = "bob") -> str:
        """A message of that age: what it is called."""
        ts = f"{int(time.time()) - days * _DAY + 3600}.000100"
        self.gate.old.append(Old(self.channel(channel), ts, self.user(login), text))
        return ts

    def texts(self, channel: str) -> list[str]:
        """Of the messages of a channel, the oldest first, without replies."""
        said = reversed(self._said(channel))
        return [each["text"] for each in said if each.get("subtype") != "tombstone"]

    def _said(self, channel: str) -> list[Any]:
        told = self.run("conversations.history", channel=self.channel(channel), oldest="1600000000.000000")
        return list(told["messages"])

    def _clear(self, channel: str) -> None:
        of = {user: login for login, user in self.users.items()}
        where = self.channel(channel)
        for root in self._said(channel):
            thread = self.run("conversations.replies", channel=where, ts=root["ts"])["messages"]
            for each in reversed(thread):
                if each["user"] in of:  # and no tombstone
                    self.run("chat.delete", of[each["user"]], channel=where, ts=each["ts"])
