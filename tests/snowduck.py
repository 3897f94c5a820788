"""snowduck, an emulator of Snowflake that is not ours, in an environment of its own: started once.

It has no tokens, roles or grants, runs nothing asynchronously, gives every column the type TEXT, and one
partition: `tests/tools/snowflake/gate.py` stands before it.
"""

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.backends import free_port
from tests.environments import installed
from tests.loopback import HERE, await_answer


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
            started = Snowduck(port, folder / "bin/python")
            await_answer(f"{started.url}/api/v2/query-history", process)
            yield started
        finally:
            process.kill()
