"""What is in examples/clients, run as a newcomer runs it."""

import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from server.demo import settings
from tests.clients.conftest import Guarded
from tests.npm import PINNED, Node

EXAMPLES = Path(__file__).parents[2] / "examples/clients"
PROGRAMS = Path(sys.executable).parent
COUNT = '{"sql": "SELECT count(*) AS orders FROM orders"}'
HIDDEN = '{"sql": "SELECT ssn FROM customers"}'
ENDLESS = json.dumps(
    {
        "sql": "SELECT count(*) AS n FROM orders a JOIN orders b ON a.customer_id = b.customer_id "
        "JOIN orders c ON b.customer_id = c.customer_id JOIN orders d ON c.customer_id = d.customer_id "
        "JOIN orders e ON d.customer_id = e.customer_id"
    }
)

Ask = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def typescript(node: Node, tmp_path: Path) -> Path:
    """A copy of the examples with what `npm install` puts beside them."""
    folder = tmp_path / "examples"
    shutil.copytree(EXAMPLES, folder)
    (folder / "node_modules").symlink_to(node.modules)
    return folder


@pytest.fixture(params=["ask.py", "ask.ts"])
def ask(request: pytest.FixtureRequest, tmp_path: Path) -> Ask:
    if request.param == "ask.py":
        command, path = [sys.executable, str(EXAMPLES / "ask.py")], os.environ["PATH"]
    else:
        node: Node = request.getfixturevalue("node")
        folder: Path = request.getfixturevalue("typescript")
        command, path = [str(node.program), str(folder / "ask.ts")], node.environment["PATH"]

    def run(*arguments: str | Path, **environment: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*command, *arguments],
            cwd=tmp_path,
            env={"PATH": f"{PROGRAMS}{os.pathsep}{path}", "HOME": str(tmp_path), **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    return run


def test_an_example_asks_over_stdio(ask: Ask, started: Path) -> None:
    answer = ask("--stdio", started, "shop_query", COUNT)
    assert answer.returncode == 0, answer.stderr
    assert "\n240\n" in answer.stdout


@pytest.mark.parametrize("era", [[], ["--handshake"]])
def test_an_example_asks_over_http(ask: Ask, address: str, era: list[str]) -> None:
    at = ("--http", f"{address}/mcp", *era)
    assert ask(*at).stdout.splitlines()[1] == "shop_query: Query shop"
    answer = ask(*at, "shop_query", COUNT)
    assert answer.returncode == 0, answer.stderr
    assert "\n240\n" in answer.stdout
    refusal = ask(*at, "shop_query", HIDDEN)
    assert refusal.returncode == 1
    assert refusal.stdout.startswith("denied: ")


@pytest.mark.parametrize("era", [[], ["--handshake"]])
def test_an_example_shows_the_token_of_its_environment(ask: Ask, guarded: Guarded, era: list[str]) -> None:
    at = ("--http", guarded.url, *era, "shop_query", COUNT)
    for wrong in ({}, {"REMIT_TOKEN": "no-token-of-this-issuer"}):
        turned_away = ask(*at, **wrong)
        assert turned_away.returncode == 1
        assert "put one that it takes into REMIT_TOKEN" in turned_away.stderr
        assert "Traceback" not in turned_away.stderr
    token = guarded.issuer.token("ada", guarded.url, "openid remit:read")
    answer = ask(*at, REMIT_TOKEN=token)
    assert answer.returncode == 0, answer.stderr
    assert "\n240\n" in answer.stdout


@pytest.mark.parametrize("era", [[], ["--handshake"]])
def test_an_example_sees_that_the_server_is_at_work_and_takes_its_question_back(
    ask: Ask, address: str, listened: Path, era: list[str]
) -> None:
    before = len(cancelled(listened))
    asked = ask("--http", f"{address}/mcp", *era, "--patience", "1.5", "shop_query", ENDLESS)
    assert asked.returncode == 1
    *progress, end = asked.stderr.splitlines()
    assert progress[0] == "shop_query has been at work for 1 s."
    assert end.endswith("the question is taken back.")
    # The server writes it down after the client is gone.
    assert any(len(cancelled(listened)) == before + 1 for _ in range(10))


def cancelled(configuration: Path) -> Sequence[dict[str, Any]]:
    """The calls on record that their callers took back."""
    command: list[str | Path] = [PROGRAMS / "remit", "audit", "search", "--config", configuration, "--json"]
    done = subprocess.run([*command, "--limit", "1000"], capture_output=True, text=True, check=True)
    entries = [json.loads(line) for line in done.stdout.splitlines()]
    return [entry for entry in entries if entry["event"] == "cancelled"]


def test_the_typescript_example_is_well_typed(node: Node, typescript: Path) -> None:
    done = subprocess.run(
        [*node.command("typescript", "tsc"), "--project", typescript],
        env=node.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout


def test_the_typescript_example_is_tested_with_what_it_pins() -> None:
    pins = json.loads((PINNED / "package.json").read_text())["dependencies"]
    told = json.loads((EXAMPLES / "package.json").read_text())
    assert (told["dependencies"] | told["devDependencies"]).items() <= pins.items()
    assert f"mcp-remote@{pins['mcp-remote']}" == settings.BRIDGE


def test_the_example_settings_are_what_the_demo_prints() -> None:
    command = ["remit", "serve", "--stdio", "--config", "/etc/remit/remit.toml"]
    printed = [*settings.stdio(command), *settings.http("http://127.0.0.1:8787/mcp")]
    programs = {"README.md", "ask.py", "ask.ts", "package.json", "tsconfig.json"}
    there = {path.name for path in EXAMPLES.iterdir() if path.is_file()} - programs
    assert there == {paste.example for paste in printed}
    for paste in printed:
        assert (EXAMPLES / paste.example).read_text() == paste.text


def test_settings_survive_any_path() -> None:
    command = ["C:\\Program Files\\remit.exe", 'a "quoted" Ünïcode \U0001f600 name']
    for paste in settings.stdio(command):
        read: Any = tomllib.loads(paste.text) if paste.example.endswith(".toml") else json.loads(paste.text)
        (servers,) = (read[key] for key in ("mcpServers", "servers", "mcp_servers", "mcp") if key in read)
        told = servers["remit"]
        written = told["command"]
        assert command == (written if isinstance(written, list) else [written, *told["args"]])
