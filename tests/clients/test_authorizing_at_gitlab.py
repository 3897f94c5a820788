"""A GitLab is connected by OAuth in a real browser, read with the token that came of it, and ended again."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from playwright.async_api import Page, expect

from server.commands.credential import listed
from server.configuration import load
from tests.clients.conftest import Driver, Guarded, guarding
from tests.clients.desk import Desk
from tests.clients.linked import Call
from tests.clients.serving import REMIT
from tests.clients.visit import HANDSHAKE, MODERN
from tests.loopback import listening
from tests.npm import Node
from tests.server.oidc.provider import running
from tests.server.pages.chromium import chromium, sign_in_at_issuer
from tests.tools.gitlab.authorizing import AuthorizedGitLab

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T01", "T02")]

CODE = """
[sources.code]
kind = "gitlab"
url = "{url}"
projects = ["acme/*"]
owner = "a team"
purpose = "tests"
classification = "internal"

[sources.code.oauth]
client_id = "remit"
issuer = "{issuer}"

[sources.code.roles]
read = ["analyst"]
"""
LOOK: Call = {"name": "code_repositories", "arguments": {}}
OF_ADA = ["acme/people/payroll", "acme/shop", "acme/site"]


@dataclass(frozen=True, slots=True)
class Forge:
    guarded: Guarded
    gitlab: AuthorizedGitLab


class AtGitLab(Desk):
    """With an account there."""

    gitlab: AuthorizedGitLab

    async def connect(self, page: Page) -> None:
        await expect(page.get_by_role("heading", name="Connect code?")).to_be_visible()
        await expect(page.get_by_text("read_api", exact=True)).to_be_visible()
        await page.get_by_role("button", name="Go to code").click()
        await page.wait_for_url(f"{self.gitlab.url}/**")
        await sign_in_at_issuer(page, "ada")
        await expect(page.get_by_role("heading", name="code is connected")).to_be_visible()

    async def revoke_here(self) -> None:
        """As an administrator does, of the only connection."""
        configuration = self.shop.with_name("remit.toml")
        (connection,) = await listed(load(configuration).document)
        assert (connection.source, connection.scopes) == ("code", "read_api")
        revoking = ["credential", "revoke", connection.id, "--why", "ada has left"]
        await anyio.run_process([str(REMIT), *revoking, "--config", str(configuration)])

    async def refused(self, token: str) -> Mapping[str, Any]:
        """What GitLab says to who brings this token."""
        async with httpx2.AsyncClient(headers={"authorization": f"Bearer {token}"}) as http:
            answer = await http.get(f"{self.gitlab.url}/api/v4/projects")
        assert answer.status_code == 401
        return dict(answer.json())


@pytest.fixture(scope="module")
def forge(node: Node, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forge]:
    with (
        running(node, script="vendor.mjs") as vendor,
        listening(partial(AuthorizedGitLab, issuer=vendor.issuer)) as gitlab,
        guarding(
            node, tmp_path_factory.mktemp("forge"), CODE.format(url=gitlab.url, issuer=vendor.issuer)
        ) as guarded,
    ):
        yield Forge(guarded, gitlab)


@pytest.fixture
async def desk(forge: Forge, driver: Callable[[str], Driver], tmp_path: Path) -> AsyncIterator[AtGitLab]:
    forge.gitlab.issued.clear()
    forge.gitlab.shown.clear()
    async with chromium() as browser:
        made = AtGitLab(forge.guarded, browser, driver, tmp_path)
        made.gitlab = forge.gitlab
        yield made


def code(result: Mapping[str, Any]) -> str:
    return str(result["_meta"]["remit/call"]["code"])


def projects(result: Mapping[str, Any]) -> list[str]:
    return sorted(row[0] for row in result["structuredContent"]["rows"])


async def test_what_is_connected_and_ended_here_is_given_and_taken_back_there(desk: AtGitLab) -> None:
    async with desk.client("link_mcp.py", HANDSHAKE, opens=False) as client:
        refused = await client.call(LOOK)
        assert code(refused) == "needs_connection"
        await desk.connect(await desk.open(refused["_meta"]["remit/call"]["url"]))
        assert projects(await client.call(LOOK)) == OF_ADA
        (token,) = desk.gitlab.issued
        assert {*desk.gitlab.shown} == {token}
        assert await desk.gitlab.is_good(token)
        await desk.revoke_here()
        assert not await desk.gitlab.is_good(token)
        assert (await desk.refused(token))["error"] == "invalid_token"
        desk.gitlab.shown.clear()
        refused = await client.call(LOOK)
        assert (refused["isError"], code(refused)) == (True, "needs_connection")
        assert desk.gitlab.shown == []


async def test_what_is_revoked_there_alone_leads_to_connecting_anew(desk: AtGitLab) -> None:
    async with desk.client("link_mcp.py", MODERN, opens=True) as client:
        await client.begin(LOOK)
        await desk.connect(await desk.open(await client.opened()))
        assert projects(await client.result()) == OF_ADA
        (former,) = desk.gitlab.issued
        await desk.gitlab.revoke(former)
        assert (await desk.refused(former))["error"] == "invalid_token"
        await client.begin(LOOK)
        await desk.connect(await desk.open(await client.opened()))
        answer = await client.result()
        assert projects(answer) == OF_ADA
        assert desk.gitlab.shown[-1] == desk.gitlab.issued[-1] != former
        assert former not in str(answer)
