"""What reaches the protocol over HTTP and over stdio, and what is turned away before it."""

import inspect
import json
import os
import ssl
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from mcp.client import Client
from mcp.client.session import ClientSession
from mcp.client.sse import sse_client
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult

from policies.call import Tier
from policies.decision import Policy
from policies.document import Document
from policies.errors import ConfigurationError
from policies.frames import MAX_BYTES
from server.assembly import Service
from server.configuration import Configuration
from server.demo.organisation import found
from server.history import search
from server.listening import HttpServer
from server.protocol import app as app_module
from server.protocol.sessions import MOST
from server.transaction import StoreUnavailable
from server.web.answers import once
from tests.certificates import Authority
from tests.clients.visit import TOOLS
from tests.crash.flips import nobody_is_asked
from tests.server.serving import serving, slow_service
from tests.server.test_serve import Process
from tests.server.test_serve import server as process_over_stdio

pytestmark = pytest.mark.anyio

MODERN = {
    "accept": "application/json, text/event-stream",
    "mcp-protocol-version": "2026-07-28",
    "mcp-method": "tools/call",
    "mcp-name": "shop_query",
}
LEGACY = {"accept": "application/json, text/event-stream"}
ENVELOPE = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "t", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}


def question(
    name: str = "shop_query", meta: dict[str, Any] | None = None, **arguments: object
) -> dict[str, Any]:
    params = {"name": name, "arguments": arguments, "_meta": {**ENVELOPE, **(meta or {})}}
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}


@pytest.fixture
async def http(
    service: Service, configuration: Configuration, free_port: int
) -> AsyncGenerator[httpx2.AsyncClient]:
    async with (
        serving(service, configuration.document, free_port),
        httpx2.AsyncClient(base_url=f"http://127.0.0.1:{free_port}", timeout=60) as client,
    ):
        yield client


def deep(levels: int) -> bytes:
    return (
        b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":'
        + b'{"a":' * levels
        + b"1"
        + b"}" * (levels + 1)
    )


BAD: dict[str, tuple[bytes, int]] = {
    "too long": (b'{"a": "' + b"x" * MAX_BYTES + b'"}', 413),
    "too deep": (deep(65), 400),
    "far too deep": (deep(100_000), 400),
    "lists too deep": (b"[" * 500_000, 400),
    "a key twice": (b'{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call"}', 400),
    "too many values": (b"[" + b"0," * 200_000 + b"0]", 400),
    "cut off": (b'{"jsonrpc":"2.0","id":1,"meth', 400),
    "no JSON": (b"\x00\xff\xfe", 400),
    "another encoding": (json.dumps(question()).encode("utf-16"), 400),
    "a huge number": (b'{"jsonrpc":"2.0","id":' + b"1" * 10_000 + b"}", 400),
    "not a number": (b'{"jsonrpc":"2.0","id":NaN,"method":"ping"}', 400),
    "nothing": (b"", 400),
    "a batch": (b'[{"jsonrpc":"2.0","id":1,"method":"ping"}]', 400),
    "a text": (b'"hello"', 400),
    "no method": (b'{"jsonrpc":"2.0","id":1}', 400),
}


@pytest.mark.threat("T31")
@pytest.mark.parametrize(
    ("path", "headers"),
    [("/mcp", MODERN), ("/mcp", LEGACY), ("/messages/?session_id=0123456789abcdef0123456789abcdef", {})],
    ids=["2026-07-28", "handshake era", "sse"],
)
async def test_a_bad_message_is_the_senders_fault(
    http: httpx2.AsyncClient, path: str, headers: dict[str, str]
) -> None:
    for what, (body, status) in BAD.items():
        answer = await http.post(path, content=body, headers={**headers, "content-type": "application/json"})
        assert answer.status_code == status, what
        assert answer.json()["error"]["message"].endswith("."), what
        assert len(answer.content) < 200, what


@pytest.mark.threat("T31")
async def test_a_body_that_never_says_how_long_it_is_ends_at_the_limit(http: httpx2.AsyncClient) -> None:
    sent = 0

    async def endless() -> AsyncGenerator[bytes]:
        nonlocal sent
        while True:
            sent += 65_536
            yield b" " * 65_536

    headers = {**MODERN, "content-type": "application/json"}
    with anyio.fail_after(60), suppress(httpx2.WriteError, httpx2.ReadError):
        answer = await http.post("/mcp", content=endless(), headers=headers)
        assert answer.status_code == 413
    assert sent < 40 * MAX_BYTES


@pytest.mark.threat("T13")
@pytest.mark.parametrize("path", ["/mcp", "/sse", "/messages/", "/healthz", "/nowhere"])
async def test_every_path_refuses_another_name_and_a_foreign_page(
    http: httpx2.AsyncClient, path: str
) -> None:
    refused = {
        ("host", "evil.example"): 421,
        ("host", "127.0.0.1"): 421,
        ("origin", "https://evil.example"): 403,
        ("origin", "null"): 403,
        ("origin", "http://127.0.0.1.evil.example"): 403,
    }
    for (name, value), status in refused.items():
        for method in ("GET", "POST", "OPTIONS", "DELETE"):
            answer = await http.request(method, path, headers={name: value})
            assert answer.status_code == status, (method, value)


async def test_a_page_of_a_configured_origin_may_call(
    configuration: Configuration, service: Service, free_port: int
) -> None:
    origin = "https://chat.acme.example"
    document = configuration.document
    server = document.server.model_copy(update={"origins": (origin,)})
    async with (
        serving(service, document.model_copy(update={"server": server}), free_port),
        httpx2.AsyncClient(base_url=f"http://127.0.0.1:{free_port}") as http,
    ):
        asks = {"origin": origin, "access-control-request-method": "POST"}
        allowed = await http.options("/mcp", headers=asks)
        assert allowed.headers["access-control-allow-origin"] == origin
        answer = await http.post(
            "/mcp", json=question(sql="SELECT 1 AS one"), headers={**MODERN, "origin": origin}
        )
        assert answer.status_code == 200
        foreign = await http.options("/mcp", headers={**asks, "origin": "https://evil.example"})
        assert foreign.status_code == 403


async def test_a_certificate_serves_tls_and_one_that_can_not_be_used_stops_the_start(
    configuration: Configuration, service: Service, free_port: int, tmp_path: Path
) -> None:
    authority = Authority(tmp_path)
    own = authority.server("localhost", "127.0.0.1")
    document = configuration.document

    def secured(certificate: Path, key: Path) -> Document:
        update = {"tls_certificate": str(certificate), "tls_key": str(key)}
        return document.model_copy(update={"server": document.server.model_copy(update=update)})

    trusted = ssl.create_default_context(cafile=authority.certificate)
    async with (
        serving(service, secured(own.certificate, own.key), free_port),
        httpx2.AsyncClient(base_url=f"https://127.0.0.1:{free_port}", verify=trusted) as http,
    ):
        assert (await http.get("/healthz")).json() == {"status": "ok"}
        assert (await http.get("/healthz", headers={"origin": str(http.base_url)})).status_code == 200
    for broken in (secured(own.key, own.key), secured(tmp_path / "nowhere.pem", own.key)):
        with pytest.raises(ConfigurationError, match="certificate"):
            HttpServer(service, broken, ("127.0.0.1", free_port))


async def test_a_call_that_needs_no_stream_is_answered_in_one_body_and_one_that_wants_progress_is_not(
    http: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = await http.post("/mcp", json=question(sql="SELECT 1 AS one"), headers=MODERN)
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["result"]["structuredContent"]["rows"] == [[1]]
    only_json = await http.post(
        "/mcp", json=question(sql="SELECT 1 AS one"), headers={**MODERN, "accept": "application/json"}
    )
    assert only_json.status_code == 200


async def test_the_server_says_whether_it_takes_calls(
    http: httpx2.AsyncClient, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = await http.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})

    async def fail(_: object) -> None:
        raise StoreUnavailable("it is gone")

    monkeypatch.setattr(service.store, "read", fail)
    answer = await http.get("/healthz")
    assert (answer.status_code, answer.json()) == (503, {"status": "no store"})


async def test_a_client_from_before_streamable_http_is_served_over_sse(
    http: httpx2.AsyncClient,
) -> None:
    async with (
        sse_client(f"{http.base_url}/sse") as (incoming, outgoing),
        ClientSession(incoming, outgoing) as session,
    ):
        await session.initialize()
        tools = (await session.list_tools()).tools
        result = await session.call_tool("shop_query", {"sql": "SELECT 1 AS one"})
    assert [tool.name for tool in tools] == TOOLS
    assert isinstance(result, CallToolResult)
    assert result.structured_content["rows"] == [[1]]


@pytest.mark.threat("T31")
def test_a_bad_line_on_stdio_is_answered_and_costs_the_next_one_nothing(tmp_path: Path) -> None:
    with process_over_stdio(found(tmp_path)) as speaking:
        for what, (body, _) in BAD.items():
            if what == "nothing" or b"\n" in body:
                continue
            answer = send(speaking, body)
            assert answer["id"] is None, what
            assert answer["error"]["code"] in {-32700, -32600}, what
        answer = send(speaking, json.dumps({"jsonrpc": "2.0", "id": 7, "method": "tools/list"}).encode())
        assert len(answer["result"]["tools"]) == len(TOOLS)


def send(speaking: Process, line: bytes) -> dict[str, Any]:
    assert speaking.process.stdin
    os.write(speaking.process.stdin.fileno(), line + b"\n")
    return speaking.receive()


async def test_a_long_call_tells_a_client_that_asked_how_long_it_has_taken(
    tmp_path: Path, free_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app_module, "HEARTBEAT", 0.02)
    told: list[float] = []
    async with slow_service(tmp_path) as (service, document, slow):

        async def hear(progress: float, total: float | None, message: str | None) -> None:
            assert total is None
            assert message
            told.append(progress)
            if len(told) == 3:
                slow.let_go.set()

        async with serving(service, document, free_port):
            for mode in ("auto", "legacy"):
                told.clear()
                slow.let_go = anyio.Event()
                async with Client(f"http://127.0.0.1:{free_port}/mcp", mode=mode) as client:
                    with anyio.fail_after(60):
                        result = await client.call_tool("slow_wait", {}, progress_callback=hear)
                assert result.structured_content["rows"] == [[True]]
                assert told == sorted(told)
                assert len(told) >= 3


@pytest.mark.threat("T40")
async def test_a_call_ends_when_its_client_hangs_up(tmp_path: Path, free_port: int) -> None:
    async with slow_service(tmp_path) as (service, document, slow), serving(service, document, free_port):
        async with httpx2.AsyncClient() as http, anyio.create_task_group() as tasks:
            tasks.start_soon(wait, http, free_port)
            await slow.begun.wait()
            tasks.cancel_scope.cancel()
        with anyio.fail_after(60):
            await slow.over.wait()
        assert slow.ended == "cancelled"


async def wait(http: httpx2.AsyncClient, port: int) -> None:
    headers = {**MODERN, "mcp-name": "slow_wait"}
    await http.post(f"http://127.0.0.1:{port}/mcp", json=question("slow_wait"), headers=headers, timeout=60)


@pytest.mark.threat("T40")
async def test_a_call_ends_when_its_client_cancels_it(tmp_path: Path, free_port: int) -> None:
    async with (
        slow_service(tmp_path) as (service, document, slow),
        serving(service, document, free_port),
        Client(f"http://127.0.0.1:{free_port}/mcp", mode="legacy") as client,
    ):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(lambda: client.call_tool("slow_wait", {}))
            await slow.begun.wait()
            tasks.cancel_scope.cancel()
        with anyio.fail_after(60):
            await slow.over.wait()
        assert slow.ended == "cancelled"


async def test_who_stops_the_server_waits_for_a_read_only_so_long(
    tmp_path: Path, free_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.listening.SETTLE", 0.05)
    async with (
        slow_service(tmp_path) as (service, document, slow),
        serving(service, document, free_port) as server,
        Client(f"http://127.0.0.1:{free_port}/mcp") as client,
        anyio.create_task_group() as tasks,
    ):

        async def stop() -> None:
            await slow.begun.wait()
            server.stop()

        tasks.start_soon(stop)
        with pytest.raises(MCPError, match="is stopping"):
            await client.call_tool("slow_wait", {})
        assert slow.ended == "cancelled"


@pytest.mark.parametrize("ending", ["the client hangs up", "the server is stopped"])
async def test_what_is_past_its_point_of_no_return_is_finished_and_on_record(
    tmp_path: Path, free_port: int, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    monkeypatch.setattr("server.listening.SETTLE", 0.05)
    monkeypatch.setattr(Policy, "_obligations", nobody_is_asked)
    async with slow_service(tmp_path, Tier.ACT) as (service, document, slow):
        async with (
            serving(service, document, free_port) as server,
            httpx2.AsyncClient() as http,
            anyio.create_task_group() as tasks,
        ):
            tasks.start_soon(wait, http, free_port)
            await slow.begun.wait()
            told_to_end = notice_cancellation(monkeypatch)
            if ending == "the client hangs up":
                tasks.cancel_scope.cancel()
                with anyio.CancelScope(shield=True), anyio.fail_after(60):
                    await http.aclose()
                    await told_to_end.wait()
            else:
                server.stop()
                with anyio.fail_after(60):
                    await told_to_end.wait()
            assert not slow.over.is_set()
            slow.let_go.set()
        assert slow.ended == "done"
        entries = await search(service.store, tool="slow_wait")
        assert [json.loads(entry.body)["event"] for entry in entries] == ["answered", "intended", "asked"]


def notice_cancellation(monkeypatch: pytest.MonkeyPatch) -> anyio.Event:
    """Set once somebody in the server tells a call to end."""
    noticed = anyio.Event()
    kind = type(anyio.CancelScope())
    cancel = kind.cancel

    def noticing(scope: anyio.CancelScope, *arguments: Any, **named: Any) -> None:
        cancel(scope, *arguments, **named)
        if inspect.stack()[1].frame.f_globals["__name__"].startswith("server."):
            noticed.set()

    monkeypatch.setattr(kind, "cancel", noticing)
    return noticed


HELLO: dict[str, Any] = {
    "jsonrpc": "2.0",
    "id": 0,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "t", "version": "1"},
    },
}
LIST: dict[str, Any] = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}


@pytest.mark.threat("T38")
async def test_who_opens_a_session_too_many_loses_the_one_that_was_idle_the_longest(
    http: httpx2.AsyncClient,
) -> None:
    async def open_one() -> str:
        answer = await http.post("/mcp", json=HELLO, headers=LEGACY)
        session: str = answer.headers["mcp-session-id"]
        return session

    async def is_there(session: str) -> bool:
        answer = await http.post("/mcp", json=LIST, headers={**LEGACY, "mcp-session-id": session})
        return answer.status_code == 200

    sessions = [await open_one() for _ in range(MOST)]
    assert await is_there(sessions[0])
    newest = await open_one()
    assert not await is_there(sessions[1])
    assert all([await is_there(session) for session in (sessions[0], sessions[2], newest)])
    assert (await http.delete("/mcp", headers={"mcp-session-id": newest})).status_code == 200
    await open_one()
    assert await is_there(sessions[0])


@pytest.mark.threat("T38")
async def test_a_connection_too_many_over_sse_is_told_so(http: httpx2.AsyncClient) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(MOST):
            client = await stack.enter_async_context(httpx2.AsyncClient(base_url=http.base_url))
            stream = await stack.enter_async_context(client.stream("GET", "/sse"))
            assert stream.status_code == 200
        refused = await http.get("/sse")
        assert refused.status_code == 429
        assert refused.headers["retry-after"]


async def test_what_comes_after_an_answer_reaches_nobody_and_harms_nobody() -> None:
    sent: list[str] = []

    async def answers_and_fails(_: Any, __: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 202, "headers": []})
        await send({"type": "http.response.body", "body": b""})
        await send({"type": "http.response.start", "status": 500, "headers": []})
        raise anyio.ClosedResourceError

    async def fails(*_: Any) -> None:
        raise anyio.ClosedResourceError

    async def note(message: Any) -> None:
        sent.append(message["type"])

    nothing: Any = None
    await once(answers_and_fails)({}, nothing, note)
    assert sent == ["http.response.start", "http.response.body"]
    with pytest.raises(anyio.ClosedResourceError):
        await once(fails)({}, nothing, note)


async def test_a_server_that_is_stopping_ends_what_listens(
    service: Service, configuration: Configuration, free_port: int
) -> None:
    listening = anyio.Event()
    address = f"http://127.0.0.1:{free_port}"
    async with (
        serving(service, configuration.document, free_port) as server,
        Client(f"{address}/mcp", mode="legacy") as client,
        httpx2.AsyncClient() as http,
        anyio.create_task_group() as tasks,
    ):
        await client.list_tools()

        async def listen() -> None:
            with suppress(httpx2.RemoteProtocolError):  # it is cut off
                async with http.stream("GET", f"{address}/sse") as answer:
                    async for _ in answer.aiter_lines():
                        listening.set()

        tasks.start_soon(listen)
        await listening.wait()
        server.stop()
