"""Whoever asks and acts in a pretend Slack, as if everybody had been asked."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from policies.sources import SlackSource
from tests.tools.chat.desk import ChatDesk
from tests.tools.rest.faults import Fault
from tests.tools.slack.workspace import Workspace
from tools.slack.connector import SlackConnector

if TYPE_CHECKING:
    from tools.connector import Connector

ACTS = ["post", "reply", "edit", "delete"]


class Desk(ChatDesk):
    """Of `ada`, unless somebody else is named, in the channel `shop` where a call names none."""

    unsure = Fault(200, b'{"ok": false, "error": "internal_error"}')

    def __init__(self, workspace: Workspace, login: str = "ada", **settings: Any) -> None:
        self.workspace = workspace
        self.login = login
        self.connector: Connector = self.with_settings(**settings)
        self.place = {"channel": workspace.channel("shop")}

    @property
    def far(self) -> Workspace:
        return self.workspace

    def with_settings(self, **settings: Any) -> SlackConnector:
        """And with a token that may do what these open."""
        source = source_of(self.workspace.url, **settings)
        self.token = self.workspace.give(self.login, acts=bool(source.acts), private=source.private)
        return SlackConnector("chat", source, Path("/nowhere"))

    @property
    def writes(self) -> list[str]:
        """The methods that were called and may change something."""
        return [asked.method for asked in self.workspace.gate.asked if asked.method.startswith("chat.")]


def source_of(url: str, **settings: Any) -> SlackSource:
    return SlackSource.model_validate(
        {
            "kind": "slack",
            "url": url,
            "channels": ["*"],
            "acts": ACTS,
            "timeout": 10,
            "reason": "each their own",
            **settings,
        }
    )
