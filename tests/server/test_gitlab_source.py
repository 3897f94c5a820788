"""A question to a pretend GitLab, through the whole house."""

import json
import secrets
from argparse import Namespace
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from policies.call import Caller, Reply, Request, Transport
from policies.document import LocalIdentity
from policies.errors import Denied, NeedsConnection, NotFound
from policies.networks import UNRESTRICTED
from policies.secret import Secret
from server.assembly import Service, assemble
from server.commands import source
from server.configuration import Configuration, load
from server.identity import Identity
from tests.server.enabling import enable_all
from tests.tools.gitlab.site import Site, serving
from tests.tools.gitlab.world import TOKEN_IN_FILE
from tests.tools.rest.faults import Fault

pytestmark = pytest.mark.anyio

CONFIGURATION = """\
[server]
store = "sqlite:remit.db"

[identity.local]
user = "ada"
tenant = "acme"
roles = ["developer"]

[injection]
detector = false

[sources.code]
kind = "gitlab"
url = "{url}"
projects = ["acme/*"]
timeout = 5
owner = "a team"
purpose = "tests"
reason = "a token for each user"
classification = "internal"

[sources.code.roles]
read = ["developer"]
"""
TERMINAL = Caller(Transport.STDIO, "an editor")
PAYROLL = {"project": "acme/people/payroll", "path": "README.md"}


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with serving() as served:
        yield served


@pytest.fixture
def configuration(site: Site, tmp_path: Path) -> Configuration:
    site.renew()
    file = tmp_path / "remit.toml"
    file.write_text(CONFIGURATION.format(url=site.url))
    return load(file)


@pytest.fixture
async def service(configuration: Configuration) -> AsyncIterator[Service]:
    await enable_all(configuration.document)
    async with assemble(configuration) as running:
        yield running


@dataclass(frozen=True)
class Person:
    service: Service
    name: str

    @property
    def _identity(self) -> Identity:
        return Identity(LocalIdentity(user=self.name, tenant="acme", roles=("developer",)))

    async def connect(self, token: str) -> None:
        user, connecting = await self._identity.identify(TERMINAL), self.service.connecting
        offer = await connecting.find(await connecting.offer(user, "code", "an editor"), user)
        assert offer is not None
        assert await connecting.accept(offer, user, "", Secret(token), UNRESTRICTED) is not None

    async def call(self, tool: str, **arguments: Any) -> Reply:
        pipeline = replace(self.service.pipeline, identity=self._identity)
        return await pipeline.run(Request(secrets.token_hex(16), TERMINAL, tool, arguments))


async def test_each_user_reads_under_their_own_token_and_secrets_stay_behind(
    service: Service, site: Site
) -> None:
    ada, bob = Person(service, "ada"), Person(service, "bob")
    with pytest.raises(NeedsConnection):
        await ada.call("code_repositories")
    for person in (ada, bob):
        await person.connect(site.tokens.give(person.name))
    assert (await ada.call("code_read", **PAYROLL)).structured["row_count"] == 1
    with pytest.raises(NotFound):
        await bob.call("code_read", **PAYROLL)
    for person in (ada, bob):
        reply = await person.call("code_read", project="acme/shop", path="scripts/deploy.sh")
        assert reply.structured["masked"] == {"gitlab_pat": 1}
        assert TOKEN_IN_FILE not in reply.text + json.dumps(reply.structured)
    assert {asked.username for asked in site.gitlab.asked} == {None, "ada", "bob"}


async def test_a_token_that_was_revoked_there_leads_to_connecting_anew(service: Service, site: Site) -> None:
    ada = Person(service, "ada")
    token = site.tokens.give("ada")
    await ada.connect(token)
    await ada.call("code_repositories")
    site.tokens.end(token)
    with pytest.raises(NeedsConnection, match="code does not take your access"):
        await ada.call("code_repositories")
    await ada.connect(site.tokens.give("ada"))
    await ada.call("code_repositories")


@pytest.mark.threat("T09")
async def test_a_token_that_may_write_is_not_kept(service: Service, site: Site) -> None:
    ada = Person(service, "ada")
    with pytest.raises(Denied, match="may do more than this source is for"):
        await ada.connect(site.tokens.give("ada", "api"))
    with pytest.raises(NeedsConnection):
        await ada.call("code_repositories")


def test_a_look_at_the_source_tells_whether_a_gitlab_is_there(
    configuration: Configuration, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    options = Namespace(source="code", json=False, login=None, secret=None)
    assert source.test(configuration.document, options) == 1
    assert "none was given to test with" in capsys.readouterr().out
    assert [asked.username for asked in site.gitlab.asked] == [None]
    site.gitlab.faults = [Fault(404)]
    assert source.test(configuration.document, options) == 1
    assert "not as GitLab does" in capsys.readouterr().out


def test_a_test_call_is_passed_with_a_token_that_may_read_and_with_no_other(
    configuration: Configuration,
    site: Site,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    options = Namespace(source="code", json=False, login=None, secret="env:TEST_TOKEN", why="asked for")
    monkeypatch.setenv("TEST_TOKEN", site.tokens.give("ada", "api"))
    assert source.test(configuration.document, options) == 1
    assert source.enable(configuration.document, options) == 1
    monkeypatch.setenv("TEST_TOKEN", site.tokens.give("ada"))
    assert source.test(configuration.document, options) == 0
    assert source.enable(configuration.document, options) == 0
    assert capsys.readouterr().out.endswith("code is enabled.\n")


async def test_one_that_fails_stops_no_start(configuration: Configuration, site: Site) -> None:
    await enable_all(configuration.document)
    site.gitlab.faults = [Fault(500)]
    async with assemble(configuration) as service:
        ada = Person(service, "ada")
        await ada.connect(site.tokens.give("ada"))
        await ada.call("code_repositories")
