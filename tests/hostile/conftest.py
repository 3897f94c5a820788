"""One server that listens, for all that a worker throws at it."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.hostile.target import Target, assert_log_verifies, organisation, started
from tests.hostile.values import VALUES


@dataclass(frozen=True, slots=True)
class Listening:
    target: Target
    port: int


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listening]:
    """Ends in good order whatever was thrown at it, and leaves an audit log that verifies."""
    configuration = organisation(tmp_path_factory.mktemp("listening"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    with started(configuration, "--listen", f"127.0.0.1:{port}") as target:
        target.await_listening()
        yield Listening(target, port)
        target.assert_calm(VALUES)
        assert target.end() == 0
    assert_log_verifies(configuration)


@pytest.fixture
def listening(served: Listening) -> Iterator[Listening]:
    """It is as calm after the test as before it."""
    yield served
    served.target.assert_calm(VALUES)


@pytest.fixture(params=["2026-07-28", "2025-11-25"])
def speaking(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Target, str]]:
    """A server over stdio and the era to speak to it in. The same promise."""
    configuration = organisation(tmp_path)
    with started(configuration, "--stdio") as target:
        yield target, str(request.param)
        target.assert_calm(VALUES)
        assert target.process.stdin
        target.process.stdin.close()
        assert target.process.wait(timeout=60) == 0
    assert_log_verifies(configuration)
