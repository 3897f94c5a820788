"""The demo and the example clients, run as a newcomer runs them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import anyio
import pytest

from server.app import App
from server.assembly import assemble
from server.commands.serve import http_server
from server.configuration import load
from server.demo import settings
from server.demo.organisation import found
from server.demo.tour import STEPS

ROOT = Path(__file__).parents[1]
PROGRAMS = Path(sys.executable).parent
CLIENTS = ROOT / "examples/clients"
ENVIRONMENT = {**os.environ, "PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"}


def run(command: Sequence[str | Path], folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=100
    )


def test_the_tour_goes_as_told(tmp_path: Path, free_port: int) -> None:
    listen = f"127.0.0.1:{free_port}"
    done = run(
        [PROGRAMS / "remit", "demo", "--once", "--dir", tmp_path / "shop", "--listen", listen], tmp_path
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(STEPS)}. {STEPS[-1].told}" in done.stdout
    assert "The log is whole" in done.stdout
    assert all(secret not in done.stdout for secret in ("Hoffmann", "4111 1111", "AKIA", "\u200b", "\x1b"))


def test_a_tour_that_goes_otherwise_fails(tmp_path: Path, free_port: int) -> None:
    configuration = found(tmp_path / "shop")
    text = configuration.read_text()
    configuration.write_text(text.replace('rows = "territory = :territory"', ""))
    listen = f"127.0.0.1:{free_port}"
    done = run(
        [PROGRAMS / "remit", "demo", "--once", "--dir", tmp_path / "shop", "--listen", listen], tmp_path
    )
    assert done.returncode == 1
    assert "went otherwise" in done.stderr


@pytest.fixture
def listening(tmp_path: Path, free_port: int) -> Iterator[str]:
    """The address of a server over the sample organisation, in a thread of its own."""
    configuration = load(found(tmp_path / "shop"))
    with anyio.from_thread.start_blocking_portal() as portal:
        ready, stop = portal.call(anyio.Event), portal.call(anyio.Event)

        async def serve() -> None:
            async with assemble(configuration) as service:
                server = http_server(App(service, "1"), configuration, ("127.0.0.1", free_port))
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(server.serve)
                    await server.ready.wait()
                    ready.set()
                    await stop.wait()
                    server.should_exit = True

        serving = portal.start_task_soon(serve)
        portal.call(ready.wait)
        yield f"http://127.0.0.1:{free_port}/mcp"
        portal.call(stop.set)
        serving.result(timeout=20)


@pytest.mark.parametrize("era", [[], ["--handshake"]])
def test_the_example_client_asks_over_stdio(tmp_path: Path, era: list[str]) -> None:
    ask: list[str | Path] = [sys.executable, CLIENTS / "ask.py", "--stdio", found(tmp_path), *era]
    assert "shop_query" in run(ask, tmp_path).stdout
    answer = run([*ask, "shop_query", '{"sql": "SELECT count(*) AS orders FROM orders"}'], tmp_path)
    assert answer.returncode == 0
    assert "240" in answer.stdout
    refusal = run([*ask, "shop_query", '{"sql": "SELECT ssn FROM customers"}'], tmp_path)
    assert refusal.returncode == 1
    assert "denied" in refusal.stdout


@pytest.mark.parametrize("era", [[], ["--handshake"]])
def test_the_example_client_asks_over_http(listening: str, tmp_path: Path, era: list[str]) -> None:
    ask: list[str | Path] = [sys.executable, CLIENTS / "ask.py", "--http", listening, *era]
    answer = run([*ask, "shop_query", '{"sql": "SELECT count(*) AS orders FROM orders"}'], tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert "240" in answer.stdout


@pytest.mark.parametrize("file", sorted(CLIENTS.glob("*.json")), ids=lambda file: file.name)
def test_the_example_settings_are_what_the_demo_prints(file: Path) -> None:
    shown = json.loads(file.read_text())
    command = ["remit", "serve", "--stdio", "--config", "/etc/remit/remit.toml"]
    assert shown in [*settings.stdio(command).values(), *settings.http("http://127.0.0.1:8787/mcp").values()]
