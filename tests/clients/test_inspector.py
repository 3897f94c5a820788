"""The two programs of the MCP inspector that run without a person: `mcpdo`, and the inspector's `--cli`."""

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from server.demo.settings import stdio
from tests.clients.visit import CALLS, HANDSHAKE, MODERN, Visit, went_well
from tests.npm import Node

PACKAGE = "@modelcontextprotocol/inspector"
ERAS = [(HANDSHAKE, "legacy"), (MODERN, "modern")]
REFUSED = 5  # the exit status of both programs when a result is a tool's error


@dataclass(frozen=True, slots=True)
class Program:
    """Runs `command` with more arguments, and reads the JSON that it prints."""

    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path

    def __call__(self, *arguments: str, status: int = 0) -> dict[str, Any]:
        done = subprocess.run(
            [*self.command, *arguments],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == status, done.stdout + done.stderr
        told: dict[str, Any] = json.loads(done.stdout or "{}")
        return told


@pytest.fixture
def mcpdo(node: Node, tmp_path: Path) -> Iterator[Program]:
    """With a daemon of its own, that keeps the connection from one command to the next."""
    environment = {
        **node.environment,
        "HOME": str(tmp_path),
        "MCP_INSPECTOR_DAEMON_DIR": str(tmp_path / "daemon"),
        "MCP_INSPECTOR_DAEMON_TOKEN": "a-token-of-this-test-alone",
        "MCP_INSPECTOR_SECRET_STORE": "memory",
    }
    program = Program([*node.command(PACKAGE, "mcpdo"), "--format", "json"], environment, tmp_path)
    yield program
    program("daemon", "stop")


def mcpdo_visit(mcpdo: Program, era: str, target: Sequence[str]) -> Visit:
    connection = mcpdo("connect", "--era", era, *target)["name"]
    at = ("--connection", connection)

    def call(name: str, status: int = 0, **more: str) -> dict[str, Any]:
        asked = CALLS[name]
        arguments = json.dumps({**asked["arguments"], **more})
        return mcpdo(*at, "tools/call", asked["name"], arguments, status=status)

    page = call("page")
    return Visit(
        protocol=mcpdo("connections/show", connection)["protocolVersion"],
        tools=mcpdo(*at, "tools/list")["tools"],
        answer=call("answer"),
        refusal=call("refusal", status=REFUSED),
        page=page,
        next_page=call("page", cursor=page["structuredContent"]["next"]),
    )


@pytest.mark.parametrize(("protocol", "era"), ERAS)
def test_mcpdo_gets_what_it_may_over_http(mcpdo: Program, address: str, protocol: str, era: str) -> None:
    went_well(mcpdo_visit(mcpdo, era, [f"{address}/mcp"]), protocol)


def test_mcpdo_gets_what_it_may_over_the_transport_before_streamable_http(
    mcpdo: Program, address: str
) -> None:
    went_well(mcpdo_visit(mcpdo, "legacy", ["--transport", "sse", f"{address}/sse"]), HANDSHAKE)


@pytest.mark.parametrize(("protocol", "era"), ERAS)
def test_mcpdo_gets_what_it_may_over_stdio(
    mcpdo: Program, command: list[str], protocol: str, era: str
) -> None:
    went_well(mcpdo_visit(mcpdo, era, ["--", *command]), protocol)


@pytest.fixture
def inspector(node: Node, tmp_path: Path) -> Program:
    environment = {**node.environment, "HOME": str(tmp_path), "MCP_INSPECTOR_SECRET_STORE": "memory"}
    return Program([*node.command(PACKAGE, "inspector"), "--cli", "--format", "json"], environment, tmp_path)


def inspector_call(
    inspector: Program, target: Sequence[str], name: str, status: int = 0, **more: str
) -> dict[str, Any]:
    asked = CALLS[name]
    arguments = json.dumps({**asked["arguments"], **more})
    method = ("--method", "tools/call", "--tool-name", asked["name"], "--tool-args-json", arguments)
    result: dict[str, Any] = inspector(*target, *method, status=status)["result"]
    return result


@pytest.mark.parametrize(
    ("protocol", "path", "options"),
    [
        (HANDSHAKE, "/mcp", ["--protocol-era", "legacy"]),
        (MODERN, "/mcp", ["--protocol-era", "modern"]),
        (HANDSHAKE, "/sse", ["--transport", "sse"]),
    ],
)
def test_the_inspector_gets_what_it_may_over_http(
    inspector: Program, address: str, protocol: str, path: str, options: list[str]
) -> None:
    """Each command connects anew."""
    target = (address + path, *options)
    page = inspector_call(inspector, target, "page")
    visit = Visit(
        protocol=inspector(*target, "--method", "initialize")["result"]["protocolVersion"],
        tools=inspector(*target, "--method", "tools/list")["result"]["tools"],
        answer=inspector_call(inspector, target, "answer"),
        refusal=inspector_call(inspector, target, "refusal", status=REFUSED),
        page=page,
        next_page=inspector_call(inspector, target, "page", cursor=page["structuredContent"]["next"]),
    )
    went_well(visit, protocol)


@pytest.mark.parametrize(("protocol", "era"), ERAS)
def test_the_inspector_starts_a_server_from_its_settings(
    inspector: Program, command: list[str], tmp_path: Path, protocol: str, era: str
) -> None:
    """It starts one for each command, so this asks once: mcpdo, of the same parts, makes the whole visit."""
    settings = tmp_path / "settings.json"
    settings.write_text(next(paste.text for paste in stdio(command) if paste.example == "cursor.mcp.json"))
    target = ("--config", str(settings), "--server", "remit", "--protocol-era", era)
    answer = inspector_call(inspector, target, "answer")
    assert answer["structuredContent"]["rows"] == [[240]]
    assert ("io.modelcontextprotocol/serverInfo" in answer["_meta"]) == (protocol == MODERN)
