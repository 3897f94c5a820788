"""Runs the conformance suite against a server, and reads what it found."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, PIPE, STDOUT

import anyio

from tests.npm import Node

PACKAGE = "@modelcontextprotocol/conformance"
LONGEST = 100  # seconds for one run of the suite


@dataclass(frozen=True, slots=True)
class Check:
    """`status` is SUCCESS, FAILURE, WARNING, SKIPPED or INFO."""

    scenario: str
    id: str
    status: str
    message: str

    def __str__(self) -> str:
        return f"{self.scenario}:{self.id}: {self.status}: {self.message}"


@dataclass(frozen=True, slots=True)
class Findings:
    scenarios: frozenset[str]
    checks: tuple[Check, ...]

    def of(self, status: str) -> Sequence[Check]:
        return [check for check in self.checks if check.status == status]


async def examine(node: Node, where: tuple[str, int], folder: Path, revision: str) -> Findings:
    """What the set for `revision` finds of the server at that host and port.

    `folder` is empty; the suite leaves a folder there for each scenario that it ran.
    """
    host, port = where
    url = f"http://{host}:{port}/mcp"
    command = [*node.command(PACKAGE), "server", "--url", url, "--requirements", revision]
    with anyio.fail_after(LONGEST):
        done = await anyio.run_process(
            [*command, "--output-dir", str(folder)],
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=STDOUT,
            env=node.environment,
            check=False,
        )
    findings = _read(folder)
    assert findings.checks, f"the suite ran nothing: {done.stdout.decode()[-2000:]}"
    return findings


def _read(folder: Path) -> Findings:
    ran = sorted(folder.glob("*/checks.json"))
    checks = tuple(check for file in ran for check in _checks(file))
    return Findings(frozenset(_scenario(file) for file in ran), checks)


def _checks(file: Path) -> Sequence[Check]:
    return [
        Check(_scenario(file), found["id"], found["status"], found.get("errorMessage") or "")
        for found in json.loads(file.read_text())
    ]


def _scenario(file: Path) -> str:
    """Of the folder server-SCENARIO-TIME."""
    found = re.fullmatch(r"server-(.+?)-\d{4}-\d\d-\d\dT[\w-]+", file.parent.name)
    assert found, file
    return found[1]
