"""The server as a process: how it starts, and what is left when it ends."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from server.demo.organisation import found
from server.listening import listen

REMIT = Path(sys.executable).with_name("remit")
HELLO = {
    "jsonrpc": "2.0",
    "id": 0,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "a client\n\x1b[2J", "version": "1"},
    },
}
READY = {"jsonrpc": "2.0", "method": "notifications/initialized"}


def question(number: int, sql: object) -> dict[str, Any]:
    params = {"name": "shop_query", "arguments": {"sql": sql}}
    return {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}


class Process:
    """A server over stdio, spoken to line by line, as no client library would."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def send(self, *messages: dict[str, Any]) -> None:
        assert self.process.stdin
        for message in messages:
            self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()

    def receive(self) -> dict[str, Any]:
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, "the server ended"
        message: dict[str, Any] = json.loads(line)
        return message


@contextmanager
def server(configuration: Path) -> Generator[Process]:
    with (
        (configuration.parent / "server.log").open("w") as log,
        subprocess.Popen(
            [REMIT, "serve", "--stdio", "--config", configuration],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        try:
            speaking = Process(process)
            speaking.send(HELLO)
            speaking.receive()
            speaking.send(READY)
            yield speaking
        finally:
            process.kill()


@pytest.mark.threat("T44")
@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_a_listening_server_that_is_told_to_stop_signs_its_log_to_the_end(
    tmp_path: Path, free_port: int, ending: signal.Signals
) -> None:
    configuration = found(tmp_path)
    command: list[str | Path] = [
        REMIT,
        "serve",
        "--config",
        configuration,
        "--listen",
        f"127.0.0.1:{free_port}",
    ]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr
            assert any("listening" in line for line in iter(process.stderr.readline, ""))
            process.send_signal(ending)
            assert process.wait(timeout=60) == 0
        finally:
            process.kill()
    report = verified(configuration)
    assert report["ok"]
    assert report["unsigned"] == 0


def test_an_answer_does_not_wait_for_the_acknowledgement_of_its_first_half(free_port: int) -> None:
    with (
        listen(("127.0.0.1", free_port)) as listening,
        socket.create_connection(("127.0.0.1", free_port), timeout=60),
    ):
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def verified(configuration: Path) -> dict[str, Any]:
    done = subprocess.run(
        [REMIT, "audit", "verify", "--config", configuration, "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    report: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == (0 if report["ok"] else 1)
    return report


def searched(configuration: Path, *conditions: str) -> list[dict[str, Any]]:
    command: list[str | Path] = [REMIT, "audit", "search", "--config", configuration, "--json", *conditions]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.threat("T44")
@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT, None])
def test_a_server_that_is_told_to_stop_signs_its_log_to_the_end(
    tmp_path: Path, ending: signal.Signals | None
) -> None:
    configuration = found(tmp_path)
    with server(configuration) as speaking:
        speaking.send(question(1, "SELECT count(*) AS orders FROM orders"))
        assert speaking.receive()["result"]["structuredContent"]["rows"] == [[240]]
        if ending is None:
            assert speaking.process.stdin
            speaking.process.stdin.close()
        else:
            os.kill(speaking.process.pid, ending)
        assert speaking.process.wait(timeout=60) == 0
    report = verified(configuration)
    assert report["ok"]
    assert report["unsigned"] == 0


@pytest.mark.threat("T44")
def test_a_server_that_is_killed_leaves_a_log_that_holds(tmp_path: Path) -> None:
    configuration = found(tmp_path)
    for _ in range(2):
        with server(configuration) as speaking:
            speaking.send(question(1, "SELECT 1 AS one"))
            assert speaking.receive()["result"]["structuredContent"]["rows"] == [[1]]
            speaking.process.kill()
    report = verified(configuration)
    assert report["ok"]
    assert report["unsigned"] > 0
    assert [entry["event"] for entry in searched(configuration, "--tool", "shop_query")] == [
        "answered",
        "asked",
    ] * 2


@pytest.mark.threat("T35")
@pytest.mark.skipif(not Path("/proc/self/limits").exists(), reason="limits are read there")
def test_a_server_that_crashes_leaves_no_memory_behind(tmp_path: Path) -> None:
    with server(found(tmp_path)) as speaking:
        limits = Path(f"/proc/{speaking.process.pid}/limits").read_text()
    (core,) = (line for line in limits.splitlines() if line.startswith("Max core file size"))
    assert core.split()[4:6] == ["0", "0"]


@pytest.mark.threat("T34", "T35", "T46")
def test_neither_log_holds_what_was_asked_or_answered(tmp_path: Path) -> None:
    configuration = found(tmp_path)
    secret = "ZEBRA-7731"
    with server(configuration) as speaking:
        for number, sql in enumerate(
            (
                f"SELECT '{secret}' AS mark, name FROM customers",
                f"SELECT nothing FROM customers WHERE name = '{secret}'",
                f"SELECT '{secret}",
                {secret: 1},
            ),
            1,
        ):
            speaking.send(question(number, sql))
            speaking.receive()
        speaking.send({**question(9, "SELECT 1"), "params": {"name": secret, "arguments": {}}})
        speaking.receive()
        assert speaking.process.stdin
        speaking.process.stdin.close()
        assert speaking.process.wait(timeout=60) == 0
    log = (tmp_path / "server.log").read_text()
    for line in log.splitlines():
        json.loads(line)
    assert "\x1b" not in log
    entries = searched(configuration, "--user", "ada", "--limit", "100")
    assert {entry.get("code", "") for entry in entries} >= {"", "denied", "invalid_argument"}
    values = json.dumps([{k: v for k, v in entry.items() if k != "tool"} for entry in entries])
    assert secret not in values
    assert "Hoffmann" not in values + log
    assert secret not in log
    assert all(
        "\n" not in entry["client"] and "\x1b" not in entry["client"]
        for entry in entries
        if "client" in entry
    )


def failed_start(configuration: Path) -> str:
    done = subprocess.run(
        [REMIT, "serve", "--stdio", "--config", configuration],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        timeout=60,
    )
    assert done.returncode == 1
    assert not done.stdout
    lines = [line for line in done.stderr.splitlines() if line.startswith("remit: ")]
    assert len(lines) == 1, done.stderr
    return lines[0]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("[identity.local]", "[identity.locale]", "remit.toml:10"),
        ('master = "file:master.key"', 'master = "env:REMIT_NO_SUCH_KEY"', "REMIT_NO_SUCH_KEY"),
        ('name = "demo"', 'name = "demo"\nport = 1', "server.port"),
        ('store = "sqlite:remit.db"', 'store = "sqlite:shop.db"', "store"),
        ('dsn = "sqlite:shop.db"', 'dsn = "sqlite:nowhere.db"', "shop"),
        ("[sources.shop]", '[policy]\npath = "nowhere"\n\n[sources.shop]', "policy.path"),
        ('rows = "territory = :territory"', 'rows = "id IN (SELECT 1)"', "customers"),
        (
            "max_rows = 50",
            "tool_limits = { merge = { calls_per_minute = 1, burst = 1 } }",
            "sources.shop.tool_limits: shop has no tool merge",
        ),
    ],
)
def test_a_start_that_must_not_be_ends_with_one_line(tmp_path: Path, old: str, new: str, says: str) -> None:
    configuration = found(tmp_path)
    text = configuration.read_text()
    assert old in text
    configuration.write_text(text.replace(old, new, 1))
    assert says in failed_start(configuration)


def test_a_policy_that_does_not_hold_stops_the_start_at_its_line(tmp_path: Path) -> None:
    configuration = found(tmp_path)
    configuration.write_text(configuration.read_text() + '\n[policy]\npath = "policy"\n')
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy/extra.cedar").write_text("\nforbid (principal, action, resource) when { context.x };")
    assert "extra.cedar:2" in failed_start(configuration)
