"""The servers under test, as processes: how they start, what they weigh, whether they answer."""

import http.client
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.backends import free_port

ROOT = Path(__file__).parents[2]
REMIT = Path(sys.executable).with_name("remit")
STARTING = 60.0  # seconds
VERSION = "2026-07-28"
HELLO = {
    "jsonrpc": "2.0",
    "id": 0,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "bench", "version": "1"},
    },
}
READY = {"jsonrpc": "2.0", "method": "notifications/initialized"}


@dataclass(frozen=True, slots=True)
class Process:
    """A server that listens. `started` is how long it took to answer on /mcp, in seconds."""

    name: str
    port: int
    pid: int
    started: float

    def memory(self) -> int:
        """Resident, in bytes, of the process and its children: what they share is counted in each."""
        return sum(_resident(pid) for pid in _family(self.pid))

    def cpu(self) -> float:
        """Seconds of processor time, of the process and its children."""
        return sum(_worked(pid) for pid in _family(self.pid))

    def workers(self) -> list[int]:
        """The processes that answer calls."""
        forked = [pid for pid in _family(self.pid) if "--multiprocessing-fork" in _command(pid)]
        return forked or [self.pid]

    def ask(self, sql: str) -> dict[str, Any]:
        """The answer to one call. Raises `RuntimeError` for one that is no result."""
        status, answer = _post(self.port, "tools/call", {"name": "shop_query", "arguments": {"sql": sql}})
        result = answer.get("result", {})
        if status != 200 or "structuredContent" not in result:
            raise RuntimeError(f"{self.name} answered {status}: {json.dumps(answer)[:400]}")
        content: dict[str, Any] = result["structuredContent"]
        return content


@contextmanager
def listening(name: str, command: list[str], port: int, env: Mapping[str, str]) -> Generator[Process]:
    begun = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **env},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until_it_answers(process, port)
        yield Process(name, port, process.pid, time.perf_counter() - begun)
    finally:
        process.terminate()
        try:
            process.wait(20)
        finally:
            process.kill()


def _wait_until_it_answers(process: "subprocess.Popen[bytes]", port: int) -> None:
    limit = time.perf_counter() + STARTING
    while time.perf_counter() < limit:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}: {process.args!r}")
        try:
            if _post(port, "tools/list", {})[0] == 200:
                return
        except OSError:
            select.select([], [], [], 0.01)
    raise RuntimeError(f"the server does not answer: {process.args!r}")


@dataclass(frozen=True, slots=True)
class Started:
    """Seconds from the start of `remit serve --stdio` to its answers to `initialize` and to a question."""

    greeted: float
    answered: float


def seconds_to_start(configuration: Path, env: Mapping[str, str], sql: str) -> Started:
    """Of a client that asks as soon as it is greeted."""
    begun = time.perf_counter()
    with subprocess.Popen(
        [REMIT, "serve", "--stdio", "--config", configuration],
        env={**os.environ, **env},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdin
        assert process.stdout
        answers: list[bytes] = []
        taken: list[float] = []
        for said in ([HELLO], [READY, _call(sql)]):
            process.stdin.writelines(json.dumps(message).encode() + b"\n" for message in said)
            process.stdin.flush()
            answers.append(process.stdout.readline())
            taken.append(time.perf_counter() - begun)
        process.stdin.close()
        process.wait(20)
    if b'"serverInfo"' not in answers[0] or b'"rows"' not in answers[1]:
        raise RuntimeError(f"remit serve --stdio answered {answers!r}"[:400])
    return Started(*taken)


def _call(sql: str) -> dict[str, Any]:
    params = {"name": "shop_query", "arguments": {"sql": sql}}
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}


@contextmanager
def bare(env: Mapping[str, str]) -> Generator[Process]:
    port = free_port()
    command = [sys.executable, "-m", "tests.benchmarks.bare", str(port)]
    with listening("bare", command, port, env) as process:
        yield process


@contextmanager
def remit(name: str, configuration: Path, env: Mapping[str, str], *options: str) -> Generator[Process]:
    port = free_port()
    command = [str(REMIT), "serve", "--config", str(configuration), "--listen", f"127.0.0.1:{port}", *options]
    with listening(name, command, port, env) as process:
        yield process


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace")
    except OSError:
        return ""


def _post(port: int, method: str, params: Mapping[str, object]) -> tuple[int, dict[str, Any]]:
    meta = {
        "io.modelcontextprotocol/protocolVersion": VERSION,
        "io.modelcontextprotocol/clientInfo": {"name": "bench", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    headers = {
        "Content-Type": "application/json",
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": VERSION,
        "Mcp-Method": method,
    }
    if "name" in params:
        headers["Mcp-Name"] = str(params["name"])
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, "_meta": meta}})
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=STARTING)
    try:
        connection.request("POST", "/mcp", body, headers)
        response = connection.getresponse()
        text = response.read().decode()
    finally:
        connection.close()
    # Either one JSON body, or a stream whose last event is the answer.
    answer: dict[str, Any] = json.loads(text[text.find("{") :].strip() or "{}")
    return response.status, answer


def _family(pid: int) -> list[int]:
    """The process and all that descend from it."""
    family = [pid]
    for member in family:
        tasks = Path(f"/proc/{member}/task")
        for task in tasks.iterdir() if tasks.exists() else ():
            family += map(int, (task / "children").read_text().split())
    return family


def _worked(pid: int) -> float:
    times = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(times[11]) + int(times[12])) / os.sysconf("SC_CLK_TCK")


def _resident(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0
