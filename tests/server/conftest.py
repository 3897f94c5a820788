"""The stores of record that the tests of the server run on. A test that takes one runs on both engines."""

import gc
import os
import secrets
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from policies.document import Document, Server
from policies.secret import Secret
from server.assembly import Service, assemble
from server.configuration import Configuration, load
from server.demo.organisation import found
from server.store import Store, open_store
from tests.backends import Postgres
from tests.server.desk import Desk, open_desk
from tests.server.oidc.forgeries import Forge, make_forge
from tests.server.places import Place, embedded
from tests.server.silent import Silent


@pytest.fixture(params=["sqlite", "postgres"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    if request.param == "sqlite":
        yield embedded(tmp_path)
        return
    server = request.getfixturevalue("postgres")
    assert isinstance(server, Postgres)
    name = f"store_{secrets.token_hex(4)}"
    address = f"{await server.create_database(name)}?sslmode=verify-full&sslrootcert={server.ca}"
    yield Place(Document(root=tmp_path, server=Server(store=address)), Secret(server.password))
    async with server.admin() as connection:
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def store(place: Place) -> AsyncIterator[Store]:
    async with open_store(place.document, place.password) as store:
        yield store


@pytest.fixture
def configuration(tmp_path: Path) -> Configuration:
    """The sample organisation's."""
    return load(found(tmp_path))


@pytest.fixture
async def service(configuration: Configuration) -> AsyncIterator[Service]:
    async with assemble(configuration) as running:
        yield running


@pytest.fixture
def silent() -> Iterator[Silent]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield Silent(listening)


@pytest.fixture
async def desk(postgres: Postgres, tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(postgres, tmp_path) as desk:
        yield desk


@pytest.fixture(scope="module")
def forge() -> Iterator[Forge]:
    """An issuer of tokens, and of what only looks like them."""
    made = make_forge()
    yield made
    made.issuer.close()
    made.elsewhere.close()


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk of a megabyte."""
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, check=False, capture_output=True, timeout=10).returncode:
        pytest.skip("a small disk is missing: only root mounts one")
    yield folder
    gc.collect()
    subprocess.run(["umount", "--lazy", folder], check=True, timeout=10)
