"""snowduck, an emulator of Snowflake that is not ours, in an environment of its own: started once.

It has no tokens, roles or grants, runs nothing asynchronously, gives every column the type TEXT, and one
partition: `tests/tools/snowflake/gate.py` stands before it.
"""

import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest

from tests.backends import free_port
from tests.environments import installed
from tests.loopback import HERE

_STARTING: Final = 60.0  # seconds: it imports pandas' friends


@dataclass(frozen=True, slots=True)
class Snowduck:
    """`python` is the interpreter that has the vendor's own client."""

    port: int
    python: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def run(
        self, sql: str, database: str, bindings: Mapping[str, Any] | None = None
    ) -> Sequence[Sequence[str]]:
        """As whoever set it up, outside everything that remit guards. Raises `AssertionError`."""
        order = {"statement": sql, "database": database, "schema": "PUBLIC", "bindings": bindings or {}}
        answer = httpx2.post(f"{self.url}/api/v2/statements", json=order, timeout=30, **HERE)
        assert answer.status_code == 200, answer.text
        rows: Sequence[Sequence[str]] = answer.json()["data"]
        return rows


@pytest.fixture(scope="session")
def snowduck(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snowduck]:
    folder = installed("snowduck")
    port = free_port()
    log = (tmp_path_factory.mktemp("snowduck") / "log").open("wb")
    program = [str(folder / "bin/snowduck"), "--port", str(port)]
    with (
        log,
        subprocess.Popen(program, stdout=log, stderr=log, cwd=tmp_path_factory.mktemp("duck")) as process,
    ):
        try:
            _await(port, process)
            yield Snowduck(port, folder / "bin/python")
        finally:
            process.kill()


def _await(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _STARTING
    while time.monotonic() < deadline:
        assert process.poll() is None, "snowduck ended"
        try:
            httpx2.get(f"http://127.0.0.1:{port}/api/v2/query-history", timeout=5, **HERE)
        except httpx2.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("snowduck did not start")
