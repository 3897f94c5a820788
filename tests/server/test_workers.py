"""Several workers are one server: to clients, to limits, to switches and to whoever stops them."""

import itertools
import json
import os
import random
import secrets
import signal
import subprocess
from collections.abc import AsyncGenerator
from contextlib import nullcontext
from pathlib import Path
from typing import Any, Literal

import anyio
import httpx2
import pytest
from mcp.client import Client
from mcp.client.session import IncomingMessage
from mcp.client.streamable_http import streamable_http_client
from mcp_types import ToolListChangedNotification

from server.demo.organisation import found
from tests.backends import Postgres
from tests.rounds import SEED, rounds
from tests.server.oidc.forgeries import Forge
from tests.server.shared import PEOPLE, REMIT, ROWS, Running, mark, workers
from tests.server.test_transports import LEGACY, MODERN, question

pytestmark = pytest.mark.anyio

QUERY = "SELECT owner, mark FROM notes ORDER BY mark"
SLOW = (
    "SELECT a.owner, max(a.mark + b.mark + c.mark) - 2 * max(b.mark) AS mark "
    "FROM notes a JOIN notes b ON b.owner = a.owner JOIN notes c ON c.owner = a.owner GROUP BY 1"
)
NOTES = ["notes_schema", "notes_query", "notes_explain"]
SEEDS = rounds(60, 200)
AT_ONCE = 16  # calls of one seed


@pytest.fixture
async def running(
    postgres: Postgres, forge: Forge, tmp_path: Path, free_port: int
) -> AsyncGenerator[Running]:
    name = f"store_{secrets.token_hex(4)}"
    store = f"{await postgres.create_database(name)}?sslmode=verify-full&sslrootcert={postgres.ca}"
    with workers(tmp_path, store, postgres, forge.issuer.url, port=free_port) as running:
        yield running


def headers(forge: Forge, person: str) -> dict[str, str]:
    return {"authorization": f"Bearer {forge.sign(sub=person, territory=person)}"}


async def reached(running: Running) -> set[str]:
    """The workers that have answered a call."""
    told = await remit("audit", "search", "--json", "--limit", "1000", "--config", running.configuration)
    entries = [json.loads(line) for line in told.splitlines()]
    return {entry["writer"] for entry in entries if entry["event"] == "answered"}


@pytest.mark.threat("T05", "T07", "T28")
@pytest.mark.timeout(300)
async def test_nobody_gets_a_row_of_somebody_else_whatever_runs_at_the_same_time(
    running: Running, forge: Forge
) -> None:
    """People whose requests have the same ids, in both eras, some slow, some given up midway.

    Within a session ids are the client's to keep apart; so everybody's sessions count from 0.
    """
    foreign: list[object] = []
    answered = 0
    sessions: dict[str, str] = {}
    numbers = {person: itertools.count() for person in PEOPLE}
    async with httpx2.AsyncClient(base_url=running.url, timeout=60) as http:
        for person in PEOPLE:
            sessions[person] = await begin(http, headers(forge, person))

        async def ask(person: str, era: str, sql: str, patience: float) -> None:
            nonlocal answered
            number = next(numbers[person]) if era == "legacy" else 1
            call: Any = {**question("notes_query", sql=sql), "id": number}
            its = headers(forge, person)
            if era == "modern":
                its |= {**MODERN, "mcp-name": "notes_query"}
            else:
                its |= {**LEGACY, "mcp-session-id": sessions[person], "mcp-protocol-version": "2025-11-25"}
                call["params"].pop("_meta")
            with anyio.move_on_after(patience):
                answer = await http.post("/mcp", json=call, headers=its)
                told = message(answer)
                rows = told["result"].get("structuredContent", {"rows": [[told, 0]]})["rows"]
                own = range(mark(person), mark(person) + ROWS)
                if told["id"] != number or any(owner != person or value not in own for owner, value in rows):
                    foreign.append((person, told))
                answered += 1

        for seed in range(SEEDS):
            chance = random.Random(SEED + seed)
            async with anyio.create_task_group() as tasks:
                for _ in range(AT_ONCE):
                    slow = chance.random() < 0.1
                    tasks.start_soon(
                        ask,
                        chance.choice(PEOPLE),
                        chance.choice(("modern", "legacy")),
                        SLOW if slow else QUERY,
                        chance.uniform(0.005, 0.05) if chance.random() < 0.1 else 60,
                    )
    assert not foreign
    assert answered > SEEDS * AT_ONCE * 0.8
    assert len(await reached(running)) == 2


async def begin(http: httpx2.AsyncClient, its: dict[str, str]) -> str:
    hello = {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "one client for all", "version": "1"},
    }
    body: Any = {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": hello}
    answer = await http.post("/mcp", json=body, headers={**its, **LEGACY})
    session: str = answer.headers["mcp-session-id"]
    ready = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    told = await http.post("/mcp", json=ready, headers={**its, **LEGACY, "mcp-session-id": session})
    assert told.status_code == 202
    return session


def message(answer: httpx2.Response) -> Any:
    assert answer.status_code == 200, answer.text
    if answer.headers["content-type"].startswith("application/json"):
        return answer.json()
    data = [line.removeprefix("data: ") for line in answer.text.splitlines() if line.startswith("data: ")]
    return json.loads(data[-1])


async def test_a_session_is_found_whichever_worker_a_connection_reaches(
    running: Running, forge: Forge
) -> None:
    its = headers(forge, "ada")
    async with httpx2.AsyncClient(base_url=running.url) as http:
        session = await begin(http, its)
    call: Any = {"jsonrpc": "2.0", "method": "tools/list", "params": {}}
    for person, status in (("ada", 200), ("bob", 404)):
        for number in range(12):
            call["id"] = f"{person} {number}"
            async with httpx2.AsyncClient(base_url=running.url) as fresh:
                known = {**headers(forge, person), **LEGACY, "mcp-session-id": session}
                assert (await fresh.post("/mcp", json=call, headers=known)).status_code == status
    async with httpx2.AsyncClient(base_url=running.url) as http:
        unknown = {**its, **LEGACY, "mcp-session-id": "0" * len(session)}
        assert (await http.post("/mcp", json=call, headers=unknown)).status_code == 404


@pytest.mark.threat("T26")
async def test_a_source_that_is_switched_off_is_gone_for_the_clients_of_every_worker(
    running: Running, forge: Forge
) -> None:
    watching = anyio.Semaphore(0)
    heard: list[str] = []

    async def watch(era: Literal["auto", "legacy"]) -> None:
        changed = anyio.Event()

        async def hear(message: IncomingMessage) -> None:
            if isinstance(message, ToolListChangedNotification):
                changed.set()

        async with (
            httpx2.AsyncClient(headers=headers(forge, "ada"), timeout=60) as http,
            Client(
                streamable_http_client(f"{running.url}/mcp", http_client=http), mode=era, message_handler=hear
            ) as client,
        ):
            async with client.listen(tools_list_changed=True) if era == "auto" else nullcontext() as changes:
                tools = (await client.list_tools()).tools
                assert [tool.name for tool in tools if tool.name.startswith("notes_")] == NOTES
                watching.release()
                await (anext(changes) if changes else changed.wait())
            assert (await client.list_tools()).tools == []
            assert (await client.call_tool("notes_query", {"sql": QUERY})).is_error
            heard.append(era)

    with anyio.fail_after(90):
        async with anyio.create_task_group() as tasks:
            for _ in range(6):
                tasks.start_soon(watch, "auto")
                tasks.start_soon(watch, "legacy")
            for _ in range(12):
                await watching.acquire()
            await remit("source", "disable", "notes", "--why", "a leak", "--config", running.configuration)
    assert sorted(heard) == ["auto"] * 6 + ["legacy"] * 6


async def remit(*arguments: str | Path) -> str:
    done = await anyio.run_process([str(REMIT), *map(str, arguments)], stderr=None)
    return done.stdout.decode()


async def test_a_worker_that_dies_is_replaced_and_a_stop_ends_them_all(
    running: Running, forge: Forge
) -> None:
    parent = running.process.pid
    before = children(parent)
    assert len(before) == 2
    os.kill(before[0], signal.SIGKILL)
    await anyio.to_thread.run_sync(running.await_worker)
    assert len(children(parent)) == 2
    async with httpx2.AsyncClient(base_url=running.url, timeout=60) as http:
        its = {**headers(forge, "ada"), **MODERN, "mcp-name": "notes_query"}
        answer = await http.post("/mcp", json=question("notes_query", sql=QUERY), headers=its)
        assert len(message(answer)["result"]["structuredContent"]["rows"]) == ROWS
    for _ in range(6):  # each over a connection of its own, and so to whichever worker
        async with httpx2.AsyncClient(base_url=running.url, timeout=60) as http:
            metrics = (await http.get("/metrics")).text
        assert 'tool="notes_query"} 1.0' in metrics
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(timeout=60) == 0
    assert not children(parent)
    assert json.loads(await remit("audit", "verify", "--json", "--config", running.configuration))["ok"]


def children(parent: int) -> list[int]:
    """The workers: processes of multiprocessing's spawn, and not its resource tracker."""
    listed = Path(f"/proc/{parent}/task/{parent}/children")
    numbers = [int(number) for number in listed.read_text().split()] if listed.exists() else []
    return [n for n in numbers if b"spawn_main" in Path(f"/proc/{n}/cmdline").read_bytes()]


@pytest.mark.parametrize(
    ("change", "says"), [("", "SQLite"), ('store = "postgresql://nobody@127.0.0.1:9/none"', "store")]
)
def test_workers_that_must_not_start_end_with_a_line(
    tmp_path: Path, free_port: int, change: str, says: str
) -> None:
    configuration = found(tmp_path)
    if change:
        text = configuration.read_text()
        configuration.write_text(text.replace('store = "sqlite:remit.db"', change))
    done = subprocess.run(
        [REMIT, "serve", "--config", configuration, "--listen", f"127.0.0.1:{free_port}", "--workers", "2"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr
