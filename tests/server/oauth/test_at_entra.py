"""What is behind Microsoft Graph is authorized at Entra's own paths, by a real authorization server that
answers in Entra's way.
"""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest

from policies.errors import ConfigurationError, NeedsConnection
from server.assembly import assemble
from server.configuration import load
from tests.backlot import Backlot
from tests.loopback import listening
from tests.npm import Node
from tests.server.enabling import enable_all
from tests.server.oauth.persons import ADA, BOB, CONFIGURATION, Desk
from tests.server.oidc.provider import Provider, running
from tests.tools.graph.authorizing import AUTHORIZE, TENANT, TOKEN, Authorized
from tests.tools.sharepoint import gate as sharepoint
from tests.tools.sharepoint.site import Site as Libraries
from tests.tools.sharepoint.world import LIBRARY
from tests.tools.teams import gate as teams
from tests.tools.teams.team import Site as Teams
from tests.tools.teams.team import Team

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T01", "T02")]

SOURCE = """
[sources.desk]
{kind}
url = "{url}"
authority = "{url}"
tenant = "{tenant}"
owner = "a team"
purpose = "tests"
classification = "internal"

[sources.desk.oauth]
client_id = "remit-app"
client_secret = "file:secret"

[sources.desk.roles]
read = ["analyst"]
act = ["analyst"]
"""
TEAMS = 'kind = "teams"\nchannels = ["*"]\nprivate = true\nacts = ["post"]'
LIBRARIES = f'kind = "sharepoint"\ndrive = "{LIBRARY}"\nfolders = ["*"]\nacts = ["write"]'


@dataclass(frozen=True, slots=True)
class Tenant:
    """A system of this tenant: of what `tool` tells, ada sees `hers` and bob does not."""

    system: Authorized
    kind: str
    tool: str
    hers: str
    reads: frozenset[str]
    acts: frozenset[str]


@pytest.fixture(scope="module")
def vendor(node: Node) -> Iterator[Provider]:
    with running(node, AUTHORIZE, TOKEN, script="vendor.mjs") as made:
        yield made


@pytest.fixture(params=["teams", "sharepoint"])
def tenant(request: pytest.FixtureRequest, vendor: Provider, backlot: Backlot) -> Iterator[Tenant]:
    if request.param == "teams":
        with listening(partial(_authorized, Teams, issuer=vendor.issuer)) as system:
            Team(cast("Teams", system.behind), backlot)
            reads, acts = frozenset(teams.READS), frozenset(teams.ACTS)
            yield Tenant(system, TEAMS, "desk_channels", "acme / board", reads, acts)
        return
    with listening(partial(_authorized, Libraries, issuer=vendor.issuer)) as system:
        site = cast("Libraries", system.behind)
        site.share(site.root, "bob")
        board = site.folder("board")
        site.unshare(board, "bob")
        board.grants = site.at.world.granted(board)
        site.folder("shop")
        reads = frozenset(sharepoint.READS)
        yield Tenant(system, LIBRARIES, "desk_list", "board", reads, frozenset(sharepoint.ACTS) - reads)


def _authorized(behind: Any, url: str, issuer: str) -> Authorized:
    return Authorized(behind(url), issuer)


@pytest.fixture
async def desk(tenant: Tenant, tmp_path: Path) -> AsyncIterator[Desk]:
    secret, file = tmp_path / "secret", tmp_path / "remit.toml"
    secret.touch(0o600)
    secret.write_text("a secret of an app")
    file.write_text(CONFIGURATION + SOURCE.format(kind=tenant.kind, url=tenant.system.url, tenant=TENANT))
    configuration = load(file)
    await enable_all(configuration.document)
    async with assemble(configuration) as service:
        yield Desk(configuration, service, cast("Any", None))


async def _seen(desk: Desk, tenant: Tenant, who: Any) -> set[str]:
    rows: Any = (await desk.person(who).call(tenant.tool)).structured["rows"]
    return {row[1] for row in rows}


async def test_each_person_reads_what_they_may_see_there(desk: Desk, tenant: Tenant) -> None:
    for who in (ADA, BOB):
        with pytest.raises(NeedsConnection):
            await _seen(desk, tenant, who)
        made = await desk.person(who).connect(tenant.tool)

        assert "desk is connected" in made.text
    assert await _seen(desk, tenant, ADA) - await _seen(desk, tenant, BOB) == {tenant.hers}
    assert tenant.system.asked[-1] == {*tenant.reads, "offline_access"}
    assert not tenant.system.asked[-1] & tenant.acts


@pytest.mark.usefixtures("always_spent")
async def test_what_expires_is_renewed_and_read_on_with(desk: Desk, tenant: Tenant) -> None:
    await desk.person(ADA).connect(tenant.tool)
    given = len(tenant.system.issued)
    assert tenant.hers in await _seen(desk, tenant, ADA)
    tenant.system.end(tenant.system.issued[given - 1])
    assert tenant.hers in await _seen(desk, tenant, ADA)
    assert len(tenant.system.issued) == given + 2


async def test_what_is_revoked_there_stops_with_the_next_call(desk: Desk, tenant: Tenant) -> None:
    await desk.person(ADA).connect(tenant.tool)
    assert await _seen(desk, tenant, ADA)
    tenant.system.end(tenant.system.issued[-1])
    with pytest.raises(NeedsConnection):
        await _seen(desk, tenant, ADA)


@pytest.mark.parametrize("kind", [TEAMS, LIBRARIES])
@pytest.mark.parametrize("tenant_of", ["", 'tenant = "common"', 'tenant = "organizations"'])
def test_people_of_any_tenant_are_not_let_in(tmp_path: Path, tenant_of: str, kind: str) -> None:
    (tmp_path / "secret").touch(0o600)
    file = tmp_path / "remit.toml"
    source = SOURCE.format(kind=kind, url="https://graph.microsoft.com", tenant=TENANT)
    file.write_text(CONFIGURATION + source.replace(f'tenant = "{TENANT}"', tenant_of))
    with pytest.raises(ConfigurationError, match="tenant"):
        load(file)
