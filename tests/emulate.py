"""emulate, a GitHub that is not ours: started once, with a few people and one organisation."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx2
import pytest

from tests.backends import free_port
from tests.loopback import HERE, await_answer
from tests.npm import Node

ORGANISATION: Final = "acme"
PEOPLE: Final = {"ada": "Ada Lovelace", "bob": "Bob Stone"}


@dataclass(frozen=True, slots=True)
class Emulate:
    """`ada` owns the organisation. It takes any other token for the first person's: none ever reaches it."""

    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @staticmethod
    def token(login: str) -> str:
        return f"of-{login}"

    def run(self, method: str, path: str, login: str = "ada", /, **body: Any) -> Any:
        """As whoever set it up, outside everything that remit guards. Raises `AssertionError`."""
        answer = httpx2.request(
            method,
            f"{self.url}/{path}",
            json=body or None,
            headers={"authorization": f"Bearer {self.token(login)}"},
            **HERE,
        )
        assert answer.is_success, f"{method} {path}: {answer.text}"
        return answer.json() if answer.content else None


@pytest.fixture(scope="session")
def emulate(node: Node, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulate]:
    folder, port = tmp_path_factory.mktemp("emulate"), free_port()
    seed = folder / "seed.json"
    seed.write_text(json.dumps(_seed()))
    command = [*node.command("emulate"), "start", "--service", "github", "--port", str(port)]
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(
            [*command, "--seed", str(seed)], stdout=log, stderr=log, env=dict(node.environment), cwd=folder
        ) as process,
    ):
        try:
            started = Emulate(port)
            await_answer(f"{started.url}/rate_limit", process)
            yield started
        finally:
            process.kill()


def _seed() -> Mapping[str, Any]:
    return {
        "tokens": {Emulate.token(login): {"login": login, "scopes": ["repo"]} for login in PEOPLE},
        "github": {
            "users": [
                {"login": login, "name": name, "email": f"{login}@acme.example"}
                for login, name in PEOPLE.items()
            ],
            "orgs": [{"login": ORGANISATION, "name": "Acme", "members": [{"login": "ada", "role": "admin"}]}],
        },
    }
