"""A GitHub App is authorized at GitHub's own paths, by a real authorization server in GitHub's words."""

from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest

from policies.errors import NeedsConnection
from server.assembly import assemble
from server.configuration import load
from tests.emulate import Emulate
from tests.loopback import listening
from tests.npm import Node
from tests.server.enabling import enable_all
from tests.server.oauth.persons import ADA, BOB, CONFIGURATION, Desk
from tests.server.oidc.provider import running
from tests.tools.github.authorizing import AUTHORIZE, TOKEN, AuthorizedHub
from tests.tools.github.hub import Shop

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T01", "T02")]

SOURCE = """
[sources.desk]
kind = "github"
url = "{url}"
repositories = ["acme/*"]
owner = "a team"
purpose = "tests"
classification = "internal"

[sources.desk.oauth]
client_id = "remit-app"
client_secret = "file:secret"

[sources.desk.roles]
read = ["analyst"]
"""


@pytest.fixture(scope="module")
def hub(node: Node) -> Iterator[AuthorizedHub]:
    with (
        running(node, AUTHORIZE, TOKEN, script="vendor.mjs") as vendor,
        listening(partial(AuthorizedHub, issuer=vendor.issuer)) as made,
    ):
        yield made


@pytest.fixture
async def desk(hub: AuthorizedHub, emulate: Emulate, tmp_path: Path) -> AsyncIterator[Desk]:
    Shop(hub, emulate, "authorized")
    secret, file = tmp_path / "secret", tmp_path / "remit.toml"
    secret.touch(0o600)
    secret.write_text("a secret of an app")
    file.write_text(CONFIGURATION + SOURCE.format(url=hub.url))
    configuration = load(file)
    await enable_all(configuration.document)
    async with assemble(configuration) as service:
        yield Desk(configuration, service, cast("Any", None))


async def _repositories(desk: Desk, who: Any) -> Any:
    return (await desk.person(who).call("desk_repositories")).structured["rows"]


async def test_each_person_reads_what_they_may_see_there(desk: Desk) -> None:
    for who in (ADA, BOB):
        with pytest.raises(NeedsConnection):
            await _repositories(desk, who)
        made = await desk.person(who).connect("desk_repositories")

        assert "desk is connected" in made.text
    assert [row[0] for row in await _repositories(desk, ADA)] == ["acme/authorized"]
    assert await _repositories(desk, BOB) == []


async def test_what_is_revoked_there_stops_with_the_next_call(desk: Desk, hub: AuthorizedHub) -> None:
    await desk.person(ADA).connect("desk_repositories")
    assert await _repositories(desk, ADA)
    await hub.revoke(hub.issued[-1])
    with pytest.raises(NeedsConnection):
        await _repositories(desk, ADA)
