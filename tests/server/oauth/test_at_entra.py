"""Teams is authorized at Entra's own paths, by a real authorization server that answers in Entra's way."""

from collections.abc import AsyncIterator, Iterator
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
from tests.server.oidc.provider import running
from tests.tools.teams.authorizing import AUTHORIZE, TENANT, TOKEN, AuthorizedTenant
from tests.tools.teams.gate import ACTS, READS
from tests.tools.teams.team import Team

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T01", "T02")]

SOURCE = """
[sources.desk]
kind = "teams"
url = "{url}"
authority = "{url}"
tenant = "{tenant}"
channels = ["*"]
private = true
acts = ["post"]
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


@pytest.fixture(scope="module")
def tenant(node: Node) -> Iterator[AuthorizedTenant]:
    with (
        running(node, AUTHORIZE, TOKEN, script="vendor.mjs") as vendor,
        listening(partial(AuthorizedTenant, issuer=vendor.issuer)) as made,
    ):
        yield made


@pytest.fixture
async def desk(tenant: AuthorizedTenant, backlot: Backlot, tmp_path: Path) -> AsyncIterator[Desk]:
    Team(tenant, backlot)
    secret, file = tmp_path / "secret", tmp_path / "remit.toml"
    secret.touch(0o600)
    secret.write_text("a secret of an app")
    file.write_text(CONFIGURATION + SOURCE.format(url=tenant.url, tenant=TENANT))
    configuration = load(file)
    await enable_all(configuration.document)
    async with assemble(configuration) as service:
        yield Desk(configuration, service, cast("Any", None))


async def _channels(desk: Desk, who: Any) -> set[str]:
    rows: Any = (await desk.person(who).call("desk_channels")).structured["rows"]
    return {row[1] for row in rows}


async def test_each_person_reads_what_they_may_see_there(desk: Desk, tenant: AuthorizedTenant) -> None:
    for who in (ADA, BOB):
        with pytest.raises(NeedsConnection):
            await _channels(desk, who)
        made = await desk.person(who).connect("desk_channels")

        assert "desk is connected" in made.text
    assert await _channels(desk, ADA) - await _channels(desk, BOB) == {"acme / board"}
    assert tenant.asked[-1] == {*READS, "offline_access"}
    assert not tenant.asked[-1] & {*ACTS}


@pytest.mark.usefixtures("always_spent")
async def test_what_expires_is_renewed_and_read_on_with(desk: Desk, tenant: AuthorizedTenant) -> None:
    await desk.person(ADA).connect("desk_channels")
    given = len(tenant.issued)
    assert "acme / board" in await _channels(desk, ADA)
    assert tenant.gate is not None
    tenant.gate.end(tenant.issued[given - 1])
    assert "acme / board" in await _channels(desk, ADA)
    assert len(tenant.issued) == given + 2


async def test_what_is_revoked_there_stops_with_the_next_call(desk: Desk, tenant: AuthorizedTenant) -> None:
    await desk.person(ADA).connect("desk_channels")
    assert await _channels(desk, ADA)
    assert tenant.gate is not None
    tenant.gate.end(tenant.issued[-1])
    with pytest.raises(NeedsConnection):
        await _channels(desk, ADA)


@pytest.mark.parametrize("tenant_of", ["", 'tenant = "common"', 'tenant = "organizations"'])
def test_people_of_any_tenant_are_not_let_in(tmp_path: Path, tenant_of: str) -> None:
    (tmp_path / "secret").touch(0o600)
    file = tmp_path / "remit.toml"
    source = SOURCE.format(url="https://graph.microsoft.com", tenant=TENANT)
    file.write_text(CONFIGURATION + source.replace(f'tenant = "{TENANT}"', tenant_of))
    with pytest.raises(ConfigurationError, match="tenant"):
        load(file)
