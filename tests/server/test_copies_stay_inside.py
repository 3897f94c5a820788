"""A row that was just read leaves by no connector that says or writes something, however disguised (T24)."""

import secrets
import sqlite3
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from policies.call import Answer, Channel, Reply, Request
from policies.errors import Denied
from policies.question import AnswerNeeded, Question
from server.assembly import Service, assemble
from server.configuration import load
from server.identity import Identity
from tests.backlot import SHOP, TEAM_SHOP, Backlot
from tests.loopback import listening
from tests.policies.outgoing.encodings import HIDDEN
from tests.seaweedfs import Seaweed
from tests.server.enabling import connect_all, enable_all
from tests.server.office import CALLER, START
from tests.tools.drive.gate import ACTS as DRIVE_SCOPES
from tests.tools.drive.site import Site as DriveSite
from tests.tools.sharepoint.gate import ACTS as SHAREPOINT_SCOPES
from tests.tools.sharepoint.site import Site as SharepointSite
from tests.tools.sharepoint.world import LIBRARY
from tests.tools.slack.workspace import Site as SlackSite
from tests.tools.slack.workspace import Workspace
from tests.tools.teams.team import Site as TeamsSite
from tests.tools.teams.team import Team

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T23", "T24")]

LEDGER: Final = """
[sources.ledger]
kind = "sqlite"
dsn = "sqlite:ledger.db"
owner = "a team"
purpose = "tests"
classification = "confidential"
tables.invoices.columns = ["id", "ref"]
[sources.ledger.roles]
read = ["analyst"]
"""
SOURCE: Final = """
[sources.{name}]
reason = "a token for each user"
owner = "a team"
purpose = "tests"
classification = "internal"
{settings}
[sources.{name}.roles]
read = ["analyst"]
act = ["analyst"]
"""
REF: Final = "Invoice AC-4417-Q of order 99-3310-22"
SAYING: Final[Mapping[str, Mapping[str, Any]]] = {
    "chat_post": {"channel": SHOP},
    "team_post": {"channel": TEAM_SHOP},
    "files_write": {"folder": "shop", "name": "note.txt"},
    "papers_write": {"folder": "papers-shop", "name": "note"},
    "docs_write": {"folder": "docs-folder", "name": "note"},
}


@dataclass(frozen=True, slots=True)
class Far:
    docs: SharepointSite
    settings: Mapping[str, str]
    accounts: Mapping[str, tuple[str, str]]
    holds: Callable[[], object]
    """All that is in the five of them."""


@pytest.fixture(scope="module")
def far(backlot: Backlot, seaweed: Seaweed) -> Iterator[Far]:
    with (
        listening(SlackSite) as slack,
        listening(TeamsSite) as teams,
        listening(DriveSite) as drive,
        listening(SharepointSite) as docs,
    ):
        workspace, team, bucket = Workspace(slack, backlot), Team(teams, backlot), seaweed.bucket()
        drive.folder("shop", called="papers-shop")
        docs.folder("shop", called="docs-folder")
        key, root = seaweed.give(bucket, ["shop"]), seaweed.client(seaweed.root)
        acts = 'acts = ["write", "move", "delete"]'
        yield Far(
            docs=docs,
            settings={
                "chat": f'kind = "slack"\nchannels = ["*"]\nurl = "{slack.url}"\nacts = ["post", "reply"]',
                "team": f'kind = "teams"\nchannels = ["*"]\nurl = "{teams.url}"\nacts = ["post", "reply"]',
                "files": (
                    f'kind = "s3"\nurl = "{seaweed.url}"\nbucket = "{bucket}"\nfolders = ["shop"]\n{acts}'
                ),
                "papers": f'kind = "drive"\nurl = "{drive.url}"\nfolders = ["papers-shop"]\n{acts}',
                "docs": (
                    f'kind = "sharepoint"\nurl = "{docs.url}"\ndrive = "{LIBRARY}"\n'
                    f'folders = ["docs-folder"]\n{acts}'
                ),
            },
            accounts={
                "chat": ("", workspace.give("ada", acts=True)),
                "team": ("", team.give("ada", acts=True)),
                "files": (key.id, key.secret),
                "papers": ("", drive.give("ada", DRIVE_SCOPES)),
                "docs": ("", docs.give("ada", SHAREPOINT_SCOPES)),
            },
            holds=lambda: (
                workspace.texts("shop"),
                team.texts("shop"),
                root.list_objects_v2(Bucket=bucket)["KeyCount"],
                [*drive.world.files],
                [*docs.at.world.items],
            ),
        )


@dataclass(frozen=True, slots=True)
class House:
    service: Service

    async def call(self, tool: str, *, answer: Answer | None = None, **arguments: Any) -> Reply:
        request = Request(secrets.token_hex(16), CALLER, tool, arguments, answer)
        return await self.service.pipeline.run(request)

    async def confirmed(self, tool: str, **arguments: Any) -> tuple[Question, Reply]:
        """What was asked, and what came of a yes."""
        with pytest.raises(AnswerNeeded) as needed:
            await self.call(tool, **arguments)
        asked = needed.value.question
        yes = Answer(asked.action, asked.channel, yes=True)
        return asked, await self.call(tool, answer=yes, **arguments)


@pytest.fixture
async def house(tmp_path: Path, far: Far) -> AsyncGenerator[House]:
    with sqlite3.connect(tmp_path / "ledger.db") as database:
        database.execute("CREATE TABLE invoices (id INTEGER PRIMARY KEY, ref TEXT)")
        database.execute("INSERT INTO invoices VALUES (1, ?)", (REF,))
    database.close()
    file = tmp_path / "remit.toml"
    sources = (SOURCE.format(name=name, settings=settings) for name, settings in far.settings.items())
    file.write_text(START + LEDGER + "".join(sources))
    document = (configuration := load(file)).document
    await enable_all(document)
    async with assemble(configuration) as service:
        user = await Identity(document.identity.local).identify(CALLER)
        await connect_all(service, user, far.accounts)
        yield House(service)


@pytest.mark.parametrize("tool", SAYING)
async def test_a_row_that_was_just_read_is_posted_in_no_disguise(house: House, far: Far, tool: str) -> None:
    await house.call("ledger_query", sql="SELECT id, ref FROM invoices")
    before = far.holds()
    with pytest.raises(AnswerNeeded):
        await house.call(tool, **SAYING[tool], text="The new shelf is up.")
    for name, way in HIDDEN.items():
        with pytest.raises(Denied) as denied:
            await house.call(tool, **SAYING[tool], text=f"fyi {way(REF)}")
        assert denied.value.rule == "dlp_blocked", name
        assert REF not in denied.value.message
    assert far.holds() == before


@pytest.mark.threat("T50")
async def test_a_credential_that_a_file_held_is_put_back_where_a_person_says_so(
    house: House, far: Far
) -> None:
    text = f"token ghp_{secrets.token_hex(18)}"
    file = far.docs.put("deploy.txt", text, within=far.docs.named("shop"))
    _, deleted = await house.confirmed("docs_delete", file=file.id)
    assert "deploy.txt" not in far.docs.names
    asked, _ = await house.confirmed("remit_undo", id=deleted.action)
    assert asked.channel is Channel.PAGE
    assert any("what looks like a credential" in reason for reason in asked.risk.reasons)
    assert far.docs.named("deploy.txt").content.decode() == text
    with pytest.raises(Denied) as denied:
        await house.call("docs_write", folder="docs-folder", name="copy.txt", text=text)
    assert denied.value.rule == "dlp_blocked"
