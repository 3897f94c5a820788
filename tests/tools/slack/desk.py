"""Whoever asks and acts in a pretend Slack, as if everybody had been asked."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policies.call import Raw, Table
from policies.canonical import Json
from policies.sources import SlackSource
from tests.proofs import ADA, Notes, call_of, grant_of, tool_of
from tests.tools.code.acting import Actor
from tests.tools.slack.workspace import Workspace
from tools.slack.connector import SlackConnector

if TYPE_CHECKING:
    from tools.connector import Connector

ACTS = ["post", "reply", "edit", "delete"]


class Desk(Actor):
    """Of `ada`, unless somebody else is named, in the channel `shop` where a call names none."""

    def __init__(self, workspace: Workspace, login: str = "ada", **settings: Any) -> None:
        self.workspace = workspace
        self.login = login
        self.connector: Connector = self.with_settings(**settings)
        self.place = {"channel": workspace.channel("shop")}

    def with_settings(self, **settings: Any) -> SlackConnector:
        """And with a token that may do what these open."""
        source = source_of(self.workspace.url, **settings)
        self.token = self.workspace.give(self.login, acts=bool(source.acts), private=source.private)
        return SlackConnector("chat", source, Path("/nowhere"))

    @property
    def writes(self) -> list[str]:
        """The methods that were called and may change something."""
        return [asked.method for asked in self.workspace.gate.asked if asked.method.startswith("chat.")]

    async def raw(self, verb: str, /, **arguments: Json) -> Raw:
        call = call_of(tool_of(self.connector, verb), arguments)
        async with self.connector.open(ADA, self.credential) as session:
            return await session.carry_out(grant_of(await session.plan(call, {})), Notes())

    async def table(self, verb: str, /, **arguments: Json) -> Table:
        return (await self.raw(verb, **arguments)).table

    async def records(self, verb: str, /, **arguments: Json) -> list[Mapping[str, Json]]:
        table = await self.table(verb, **arguments)
        names = [column.name for column in table.columns]
        return [dict(zip(names, row, strict=True)) for row in table.rows]

    async def all_rows(self, verb: str, /, **arguments: Json) -> list[tuple[Json, ...]]:
        """Page after page."""
        rows: list[tuple[Json, ...]] = []
        while True:
            table = await self.table(verb, **arguments)
            rows += table.rows
            if table.next is None:
                return rows
            arguments["cursor"] = table.next


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
