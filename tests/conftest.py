import os
import socket

import pytest

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as server/cli.py does

pytest_plugins = [
    "tests.backends",
    "tests.mariadb",
    "tests.npm",
    "tests.emulate",
    "tests.backlot",
    "tests.github_spec",
    "tests.graph_spec",
    "tests.seaweedfs",
    "tests.snowduck",
    "tests.databases",
]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
