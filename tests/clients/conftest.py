"""One listening server, and one organisation to start servers over, for all clients of a worker."""

import os
import shutil
import socket
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import anyio
import pytest

from server.configuration import load
from tests.clients.serving import listening, organisation, over_stdio
from tests.npm import Node
from tests.server.enabling import enable_all
from tests.server.oidc.house import OIDC
from tests.server.oidc.provider import Provider, running

HERE = Path(__file__).parent
SIGN_IN = '\n[identity.oidc.sign_in]\nclient_id = "pages"\n'


@pytest.fixture(scope="session")
def listened(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The configuration of the server that listens."""
    return organisation(tmp_path_factory.mktemp("listening"))


@pytest.fixture(scope="session")
def address(listened: Path) -> Iterator[str]:
    """`http://HOST:PORT` of a server that listens."""
    with listening(listened, free()) as url:
        yield url


@dataclass(frozen=True, slots=True)
class Guarded:
    """A server that asks for a token, and the issuer that it takes them from, where people sign in as well.

    `url` is that of its /mcp, `shop` the database behind it.
    """

    url: str
    issuer: Provider
    shop: Path


@contextmanager
def guarding(node: Node, folder: Path, sources: str = "") -> Generator[Guarded]:
    """`sources` are configured beside the shop."""
    configuration = organisation(folder)
    port = free()
    url = f"http://127.0.0.1:{port}"
    with running(node, f"{url}/mcp") as issuer:
        text = configuration.read_text().replace('name = "demo"', f'name = "demo"\nurl = "{url}"')
        configuration.write_text(text + OIDC.format(issuer=issuer.issuer) + SIGN_IN + sources)
        anyio.run(enable_all, load(configuration).document)
        with listening(configuration, port):
            yield Guarded(f"{url}/mcp", issuer, configuration.with_name("shop.db"))


@pytest.fixture(scope="session")
def guarded(node: Node, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    with guarding(node, tmp_path_factory.mktemp("guarded")) as made:
        yield made


def free() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def started(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A configuration to start servers over."""
    return organisation(tmp_path_factory.mktemp("started"))


@pytest.fixture(scope="session")
def command(started: Path) -> list[str]:
    """What starts a server over stdio."""
    return over_stdio(started)


Driver = tuple[list[str], dict[str, str]]


@pytest.fixture
def driver(node: Node, tmp_path: Path) -> Callable[[str], Driver]:
    """Gives the command of a driver beside this file, and its environment, with a home of its own."""

    def found(name: str) -> Driver:
        home = {"HOME": str(tmp_path)}
        if name.endswith(".py"):
            return [sys.executable, str(HERE / name)], {"PATH": os.defpath, **home}
        # Node looks for packages beside the script.
        shutil.copy(HERE / name, tmp_path)
        (tmp_path / "node_modules").symlink_to(node.modules)
        return [str(node.program), str(tmp_path / name)], {**node.environment, **home}

    return found
