"""Claude Code, without a person and with a model that is ours, on settings as `remit demo` prints them."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.backends import missing
from tests.clients.serving import organisation
from tests.clients.visit import CALLS, TOOLS
from tests.npm import Node

ROOT = Path(__file__).parents[2]
CUT_OFF = ("unshare", "--map-root-user", "--net")


@pytest.fixture
def cut_off() -> list[str]:
    """What runs a program in a network of its own, that has no way out."""
    program = shutil.which(CUT_OFF[0])
    if not program or subprocess.run([*CUT_OFF, "true"], check=False, capture_output=True).returncode:
        missing("a network without a way out", "allow unshare to make one, as root or in a user namespace")
    return list(CUT_OFF)


def asked(node: Node, cut_off: list[str], folder: Path, example: str) -> dict[str, Any]:
    job = {
        "program": [str(node.program), str(node.modules / "@anthropic-ai/claude-code/cli-wrapper.cjs")],
        "configuration": str(organisation(folder / "shop")),
        "example": example,
        "calls": CALLS,
    }
    done = subprocess.run(
        [*cut_off, sys.executable, "-m", "tests.clients.ask_claude_code", json.dumps(job)],
        cwd=folder,
        env={**node.environment, "HOME": str(folder), "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.mark.parametrize("example", ["claude-code.mcp.json", "claude-code-http.mcp.json"])
def test_claude_code_gets_what_it_may(node: Node, cut_off: list[str], tmp_path: Path, example: str) -> None:
    told = asked(node, cut_off, tmp_path, example)
    assert set(told["requests"]) == {"/v1/messages?beta=true"}
    # It sorts the tools itself.
    assert told["tools"] == sorted(TOOLS)
    answer, refusal, page, next_page = told["results"]
    assert not any(result.get("is_error") for result in (answer, page, next_page))
    # The model is shown the structured half alone.
    assert json.loads(answer["content"])["rows"] == [[240]]
    assert refusal["is_error"]
    assert refusal["content"].startswith("denied: The column `ssn` is not open")
    assert json.loads(page["content"])["rows"] == [[number] for number in range(1, 51)]
    assert json.loads(next_page["content"])["rows"] == [[number] for number in range(51, 101)]
    spoken = [line["tool_use_result"] for line in told["said"] if "tool_use_result" in line]
    assert len(spoken) == len(told["results"])
    # Only a result of 2026-07-28 says whose it is.
    assert all("io.modelcontextprotocol/serverInfo" in result["_meta"] for result in spoken)
