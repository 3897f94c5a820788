"""A source of kind `gitlab` over a pretend one, called as the pipeline calls it."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policies.call import Plan
from policies.canonical import Json
from policies.secret import Credential, Secret
from policies.sources import GitlabSource
from tests.proofs import ADA, call_of, tool_of
from tests.tools.gitlab.site import Site
from tests.tools.rest.calling import Reader
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


class Code(Reader):
    """The source, and the token of whoever asks. `api` are the requests for content that were seen."""

    def __init__(self, site: Site, username: str = "ada", **settings: Any) -> None:
        self.site = site
        self.token = site.tokens.give(username)
        self.connector: Connector = connector_of(site, **settings)

    @property
    def api(self) -> list[str]:
        return [asked.target for asked in self.site.gitlab.asked if asked.target != "/oauth/token/info"]

    async def asked(self, verb: str, values: Mapping[str, str], /, **arguments: Json) -> Plan:
        """The plan of a call with pseudonyms in it."""
        call = call_of(tool_of(self.connector, verb), arguments)
        async with self.connector.open(ADA, self.credential) as session:
            return await session.plan(call, values)
