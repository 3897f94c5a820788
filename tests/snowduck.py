"""snowduck, an emulator of Snowflake that is not ours, in an environment of its own: started once.

It has no tokens, roles or grants, runs nothing asynchronously, gives every column the type TEXT, and one
partition: `tests/tools/snowflake/gate.py` stands before it.
"""

import fcntl
import hashlib
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest

from tests.backends import free_port, missing

LOCK: Final = Path(__file__).parent / "emulators/snowduck.lock"
INSTALLED: Final = Path(__file__).parents[1] / ".cache/snowduck"
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
        answer = httpx2.post(f"{self.url}/api/v2/statements", json=order, timeout=30, trust_env=False)
        assert answer.status_code == 200, answer.text
        rows: Sequence[Sequence[str]] = answer.json()["data"]
        return rows


@pytest.fixture(scope="session")
def snowduck(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snowduck]:
    _install()
    port = free_port()
    log = (tmp_path_factory.mktemp("snowduck") / "log").open("wb")
    program = [str(INSTALLED / "bin/snowduck"), "--port", str(port)]
    with (
        log,
        subprocess.Popen(program, stdout=log, stderr=log, cwd=tmp_path_factory.mktemp("duck")) as process,
    ):
        try:
            _await(port, process)
            yield Snowduck(port, INSTALLED / "bin/python")
        finally:
            process.kill()


def _install() -> None:
    wanted = hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()
    INSTALLED.mkdir(parents=True, exist_ok=True)
    uv, python = Path(sys.prefix) / "bin/uv", INSTALLED / "bin/python"
    with (INSTALLED.parent / "snowduck.lock").open("w") as turn:
        # The workers of one run share the folder.
        fcntl.flock(turn, fcntl.LOCK_EX)
        stamp = INSTALLED / "stamp"
        if stamp.exists() and stamp.read_text() == wanted:
            return
        install = [uv, "pip", "install", "--quiet", "--python", python, "--require-hashes", "-r", LOCK]
        for command in ([uv, "venv", "--quiet", "--clear", "--python", sys.executable, INSTALLED], install):
            done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
            if done.returncode:
                missing(
                    "snowduck", f"uv could not install tests/emulators/snowduck.lock: {done.stderr[-300:]}"
                )
        stamp.write_text(wanted)


def _await(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _STARTING
    while time.monotonic() < deadline:
        assert process.poll() is None, "snowduck ended"
        try:
            httpx2.get(f"http://127.0.0.1:{port}/api/v2/query-history", timeout=5, trust_env=False)
        except httpx2.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("snowduck did not start")
