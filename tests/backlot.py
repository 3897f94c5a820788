"""backlot, an emulator of many systems that is not ours: started once, with a small organisation in it.

It serves Slack's Web API below `/slack/api`, where who is in which channel is taken from who wrote there,
Microsoft Graph below `/msgraph`, with one team of all people and the channels of it, and Google Drive.
"""

import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest

from tests.backends import free_port
from tests.environments import installed
from tests.loopback import HERE, await_answer

PEOPLE: Final = {"ada": "Ada Lovelace", "bob": "Bob Stone", "eve": "Eve Moneypenny"}
CHANNELS: Final[Mapping[str, tuple[str, ...]]] = {
    "general": ("ada", "bob", "eve"),
    "shop": ("ada", "bob"),
    "board": ("ada",),
}
"""Who is where; `board` is private."""
TEAM: Final = ("general", "shop", "board", "notes")
"""The channels of Teams; `board` is private, and ada alone is in it."""
NOTES: Final = (
    ("bob", '<p>Minutes of <b>Monday</b></p><p>Asked: <at id="0">Eve Moneypenny</at></p>'),
    ("ada", '<p>See <a href="https://a.example/x">the plan</a> &amp; tell</p>'),
)
"""What is said in `notes`, each with three replies."""
FOUNDED: Final = "2020-01-01"
"""The day of the messages that say who is where: they are no messages of anybody's."""
SHOP: Final = "C3971122FB9"
"""The id of `shop`, which backlot makes of the name, and what its first message is called: ada's."""
ROOT: Final = "1577869200.901294"
_TEAM: Final = "778451ab-3734-4e45-beba-caf1bd343541"
TEAM_SHOP: Final = f"{_TEAM}/19:bd33c59b364dad2a790d4222d12cf9ac@thread.tacv2"
TEAM_NOTES: Final = f"{_TEAM}/19:a23344e25d00ac278adc7fb25f287396@thread.tacv2"
"""The ids of channels of Teams, which backlot makes of the names, too."""
MINUTES: Final = "1577872800105"
"""What the first message of `notes` is called: bob's."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A file in its Drive, of a `kind` that it has a word for."""

    name: str
    text: str
    kind: str
    owner: str
    readers: tuple[str, ...]
    when: str
    trashed: bool = False


PAPERS: Final = (
    Paper("Plan of May", "The slow basket", "document", "ada", ("bob",), "2026-05-02T09:00:00Z"),
    Paper("Plan of June", "Nothing yet", "document", "ada", (), "2026-06-01T09:00:00Z"),
    Paper("Prices", "apple,1\nbasket,2", "spreadsheet", "bob", ("ada", "eve"), "2026-01-05T09:00:00Z"),
    Paper("O'Neil", "He is slow; the basket is not", "txt", "bob", ("ada",), "2026-02-03T09:00:00Z"),
    Paper("Old plan", "Of the basket", "txt", "ada", ("bob",), "2025-11-01T09:00:00Z", trashed=True),
)
_TOKEN: Final = re.compile(r"^- email: (\w+)@.*\n  name: .*\n  token: ([\w-]+)$", re.MULTILINE)
_QUIET: Final = {"BACKLOT_TELEMETRY": "0", "DO_NOT_TRACK": "1"}


@dataclass(frozen=True, slots=True)
class Backlot:
    """`tokens` are those of people, by login: none ever reaches remit."""

    port: int
    tokens: Mapping[str, str] = field(repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def graph(self, path: str, login: str) -> Any:
        """As `slack` does, of Microsoft Graph."""
        answer = httpx2.get(
            f"{self.url}/msgraph/v1.0/{path}",
            headers={"authorization": f"Bearer {self.tokens[login]}"},
            timeout=30,
            **HERE,
        )
        assert answer.status_code == 200, f"{path}: {answer.text}"
        return answer.json()

    def slack(self, method: str, login: str, **arguments: Any) -> Any:
        """As whoever set it up, outside everything that remit guards. Raises `AssertionError`."""
        answer = httpx2.post(
            f"{self.url}/slack/api/{method}",
            data=arguments,
            headers={"authorization": f"Bearer {self.tokens[login]}"},
            timeout=30,
            **HERE,
        )
        told = answer.json()
        assert told["ok"], f"{method}: {told}"
        return told


@pytest.fixture(scope="session")
def backlot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backlot]:
    folder, port = tmp_path_factory.mktemp("backlot"), free_port()
    program = str(installed("backlot") / "bin/backlot")
    environment = {**os.environ, **_QUIET, "BACKLOT_DATA_DIR": str(folder / "data")}
    corpus = folder / "corpus.jsonl"
    corpus.write_text("\n".join(map(json.dumps, [*_corpus(), *_team()])))
    with (folder / "log").open("wb") as log:
        subprocess.run(
            [program, "import", str(corpus)], stdout=log, stderr=log, env=environment, check=True, timeout=120
        )
        command = [program, "serve", "--host", "127.0.0.1", "--port", str(port), "--disable-telemetry"]
        with subprocess.Popen(command, stdout=log, stderr=log, env=environment, cwd=folder) as process:
            try:
                started = Backlot(port, _tokens(folder / "data/tokens.yaml"))
                await_answer(f"{started.url}/slack/api/api.test", process)
                yield started
            finally:
                process.kill()


def _corpus() -> Iterator[Mapping[str, Any]]:
    for channel, logins in CHANNELS.items():
        for number, login in enumerate(logins):
            yield {
                "source_type": "slack",
                "doc_id": f"{channel}-{login}",
                "channel": channel,
                "content": f"{login} joins {channel}",
                "created": f"{FOUNDED}T09:0{number}:00Z",
                "visibility": "private" if channel == "board" else "public",
                "author_email": f"{login}@acme.example",
                "author_name": PEOPLE[login],
                "participants": [f"{each}@acme.example" for each in logins],
                "replies": [],
            }
    for paper in PAPERS:
        yield {
            "source_type": "google_drive",
            "doc_id": paper.name,
            "folder": "Papers",
            "title": paper.name,
            "content": paper.text,
            "subtype": paper.kind,
            **({"mime_type": "text/plain"} if paper.kind == "txt" else {}),
            "author_email": f"{paper.owner}@acme.example",
            "author_name": PEOPLE[paper.owner],
            "readers": [f"user:{each}@acme.example" for each in (paper.owner, *paper.readers)],
            "created": paper.when,
            "updated": paper.when,
            "trashed": paper.trashed,
        }


def _team() -> Iterator[Mapping[str, Any]]:
    """Of Teams: in each channel somebody joined, and in `notes` something is said, too."""
    for channel in TEAM:
        yield {
            "source_type": "msteams",
            "doc_id": f"teams-{channel}",
            "channel": channel,
            **_by("ada", f"{FOUNDED}T09:00:00Z", "joins"),
            "message_type": "systemEventMessage",
            "visibility": "private" if channel == "board" else "public",
        }
    for number, (login, text) in enumerate(NOTES):
        yield {
            "source_type": "msteams",
            "doc_id": f"notes-{number}",
            "channel": "notes",
            **_by(login, f"{FOUNDED}T10:0{number}:00Z", text),
            "content_type": "html",
            "mentions": [{"user": "eve@acme.example"}] if "<at" in text else [],
            "attachments": [{"name": "plan.docx", "contentUrl": "https://acme.example/plan.docx"}][:number],
            "replies": [
                _by("ada", f"{FOUNDED}T11:0{number}:0{second}Z", f"Reply {second}") for second in range(3)
            ],
        }


def _by(login: str, created: str, content: str) -> Mapping[str, Any]:
    return {
        "author_email": f"{login}@acme.example",
        "author_name": PEOPLE[login],
        "content": content,
        "created": created,
    }


def _tokens(file: Path) -> Mapping[str, str]:
    """Those of people alone."""
    found = dict(_TOKEN.findall(file.read_text()))
    assert found.keys() == PEOPLE.keys(), found.keys()
    return found
