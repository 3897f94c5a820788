"""Repositories of a pretend GitHub, and whoever asks and acts there."""

import base64
import itertools
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from starlette.types import Receive, Scope, Send

from policies.sources import GithubSource
from tests.emulate import ORGANISATION, Emulate
from tests.tools.code.hunks import hunks
from tests.tools.github.gate import Gate
from tests.tools.rest.calling import Actor
from tools.github.connector import GithubConnector

if TYPE_CHECKING:
    from tools.connector import Connector

ACTS: Final = ["create_issue", "update_issue", "comment", "propose_change"]
TOKEN_IN_FILE: Final = "ghp_" + "Zx81kQpWvT4mNs7RbYe2aB3cD4eF5gH6iJ7k"
FILES: Final[Mapping[str, str]] = {
    "src/basket.py": "def total(basket):\n    return sum(line.price for line in basket)\n",
    "scripts/deploy.sh": f'export GITHUB_TOKEN="{TOKEN_IN_FILE}"\n./deploy.sh --now\n',
    "small.txt": "small\n",
}
_NUMBERS: Final = itertools.count(1)


class Hub:
    """One address, and behind it a gate that each test gets anew; see `renew`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.gate: Gate | None = None

    def gate_of(self, behind: Emulate) -> Gate:
        return Gate(behind, self.url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.gate is not None
        await self.gate(scope, receive, send)


class Shop:
    """A repository of ada's organisation with a few files: of its own for each test, or of a name anew."""

    def __init__(self, hub: Hub, behind: Emulate, name: str = "", *, private: bool = True) -> None:
        self.hub = hub
        self.behind = behind
        self.gate = hub.gate = hub.gate_of(behind)
        self.name = name or f"shop-{next(_NUMBERS)}"
        self.path = f"{ORGANISATION}/{self.name}"
        self.gate.repositories.append(self.name)
        if name:
            with suppress(AssertionError):  # there is none yet
                behind.run("DELETE", f"repos/{self.path}")
        behind.run("POST", f"orgs/{ORGANISATION}/repos", name=self.name, private=private, auto_init=True)
        for path, text in FILES.items():
            self.put(path, text)

    def run(self, method: str, path: str = "", login: str = "ada", /, **body: Any) -> Any:
        return self.behind.run(method, f"repos/{self.path}{path}", login, **body)

    def put(self, path: str, text: str, branch: str = "main") -> None:
        content = base64.b64encode(text.encode()).decode()
        self.run("PUT", f"/contents/{path}", message=f"Add {path}", content=content, branch=branch)

    def label(self, *names: str) -> None:
        for name in names:
            self.run("POST", "/labels", name=name, color="ededed")

    def let_in(self, login: str, permission: str = "push") -> None:
        self.run("PUT", f"/collaborators/{login}", permission=permission)

    def read(self, path: str, ref: str = "main") -> str:
        told = self.run("GET", f"/contents/{path}?ref={ref}")
        return base64.b64decode(told["content"]).decode()

    def propose(self, files: Mapping[str, str], login: str = "ada", **body: Any) -> int:
        """A pull request from the branch `feature`: its number."""
        head = self.run("GET", "/git/ref/heads/main")["object"]["sha"]
        self.run("POST", "/git/refs", ref="refs/heads/feature", sha=head)
        for path, text in files.items():
            self.put(path, text, "feature")
        told = self.run(
            "POST", "/pulls", login, head="feature", base="main", **{"title": "A request", **body}
        )
        self.gate.diffs[f"/repos/{self.path}/pulls/{told['number']}/files"] = [
            {"filename": path, "status": "added", "patch": hunks(b"", text.encode()).removesuffix("\n")}
            for path, text in files.items()
        ]
        number: int = told["number"]
        return number

    def issue(self, number: int) -> Any:
        return self.run("GET", f"/issues/{number}")


class Desk(Actor):
    """Whoever asks and acts, as if everybody had been asked: `ada`, unless somebody else is named."""

    def __init__(self, shop: Shop, login: str = "ada", **settings: Any) -> None:
        self.shop = shop
        self.token = shop.gate.give(login, writes=True)
        self.connector: Connector = self.with_settings(**settings)
        self.place = {"repository": shop.path}

    def with_settings(self, **settings: Any) -> GithubConnector:
        return GithubConnector("code", source_of(self.shop.hub.url, **settings), Path("/nowhere"))

    @property
    def writes(self) -> list[tuple[str, str]]:
        """Requests that came and may change something."""
        asked = self.shop.gate.asked
        return [(each.method, each.target) for each in asked if each.method not in {"GET", "HEAD"}]


def source_of(url: str, **settings: Any) -> GithubSource:
    return GithubSource.model_validate(
        {
            "kind": "github",
            "url": url,
            "repositories": [f"{ORGANISATION}/*"],
            "acts": ACTS,
            "timeout": 10,
            **settings,
        }
    )
