"""A source of kind `gitlab` over a pretend one, called as the pipeline calls it."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policies.call import Plan, Raw, Table, User
from policies.canonical import Json
from policies.secret import Credential, Secret
from policies.sources import GitlabSource
from tests.proofs import ADA, Notes, call_of, grant_of, tool_of
from tests.tools.gitlab.site import Site
from tools.gitlab.connector import GitlabConnector

if TYPE_CHECKING:
    from tools.connector import Connector

PROJECTS = ["acme/*"]


def source_of(site: Site, **settings: Any) -> GitlabSource:
    return GitlabSource.model_validate(
        {"kind": "gitlab", "url": site.url, "projects": PROJECTS, "timeout": 10, **settings}
    )


def connector_of(site: Site, **settings: Any) -> GitlabConnector:
    return GitlabConnector("code", source_of(site, **settings), Path("/nowhere"))


def credential_of(token: str) -> Credential:
    return Credential(Secret(token), connection="connection-1")


class Code:
    """The source, and the token of whoever asks. `api` are the requests for content that were seen."""

    def __init__(self, site: Site, username: str = "ada", **settings: Any) -> None:
        self.site = site
        self.token = site.tokens.give(username)
        self.connector: Connector = connector_of(site, **settings)

    @property
    def api(self) -> list[str]:
        return [asked.target for asked in self.site.gitlab.asked if asked.target != "/oauth/token/info"]

    async def raw(self, verb: str, user: User = ADA, /, **arguments: Json) -> Raw:
        call = call_of(tool_of(self.connector, verb), arguments, user)
        async with self.connector.open(user, credential_of(self.token)) as session:
            return await session.carry_out(grant_of(await session.plan(call, {})), Notes())

    async def asked(self, verb: str, values: Mapping[str, str], /, **arguments: Json) -> Plan:
        """The plan of a call with pseudonyms in it."""
        call = call_of(tool_of(self.connector, verb), arguments)
        async with self.connector.open(ADA, credential_of(self.token)) as session:
            return await session.plan(call, values)

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
            assert table.truncated == (table.next is not None)
            if table.next is None:
                return rows
            arguments["cursor"] = table.next
