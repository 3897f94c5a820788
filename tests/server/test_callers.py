"""Several people over the real server, through one OAuth client: what each sees, and what none can reach."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from mcp.client import Client

from server.commands.doctor import examine
from server.configuration import load
from tests.clients.visit import TOOLS
from tests.server.oidc.forgeries import FORGERIES, Forge
from tests.server.oidc.house import WAYS, House, Way, configured, open_house
from tests.server.oidc.issuer import URL

pytestmark = pytest.mark.anyio

HELLO: Any = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "one client for all", "version": "1"},
    },
}
LIST: Any = {"jsonrpc": "2.0", "id": 2, "method": "tools/list", "params": {}}
TERRITORIES = "SELECT DISTINCT territory FROM customers"


@pytest.fixture
async def house(tmp_path: Path, free_port: int, forge: Forge) -> AsyncGenerator[House]:
    async with open_house(configured(tmp_path, forge.issuer.url, URL), free_port) as opened:
        yield opened


@pytest.fixture
def ada(forge: Forge) -> str:
    return forge.sign(sub="ada", territory="EMEA")


@pytest.fixture
def bob(forge: Forge) -> str:
    return forge.sign(sub="bob", territory="APAC")


async def rows(client: Client, sql: str) -> Any:
    result = await client.call_tool("shop_query", {"sql": sql})
    assert not result.is_error, result.content
    return result.structured_content["rows"]


@pytest.mark.threat("T05", "T07")
@pytest.mark.parametrize("way", WAYS)
async def test_each_person_sees_their_own_rows_whatever_ids_their_clients_choose(
    house: House, ada: str, bob: str, way: Way
) -> None:
    """Both clients count their requests from the same number."""
    seen: dict[str, list[Any]] = {"EMEA": [], "APAC": []}

    async def ask(token: str, territory: str) -> None:
        async with house.client(token, way) as client:
            for _ in range(10):
                seen[territory].append(await rows(client, TERRITORIES))

    async with anyio.create_task_group() as tasks:
        for _ in range(3):
            tasks.start_soon(ask, ada, "EMEA")
            tasks.start_soon(ask, bob, "APAC")
    assert seen == {territory: [[[territory]]] * 30 for territory in seen}


@pytest.mark.threat("T10", "T11")
@pytest.mark.parametrize("way", WAYS)
async def test_what_a_person_may_do_comes_from_their_token_alone(
    house: House, forge: Forge, way: Way
) -> None:
    """The local user of this configuration is ada, an analyst."""
    async with house.client(forge.sign(sub="ada", groups=[]), way) as client:
        assert (await client.list_tools()).tools == []
        assert (await client.call_tool("shop_query", {"sql": "SELECT 1 AS one"})).is_error
    async with house.client(forge.sign(sub="carol"), way) as client:
        assert [tool.name for tool in (await client.list_tools()).tools] == TOOLS


@pytest.mark.threat("T11")
async def test_what_a_request_says_of_its_sender_changes_nothing(house: House, ada: str) -> None:
    """Headers that a proxy would set, `_meta`, and the name of a client that says it with each call."""
    told: list[Any] = []
    for name, headers in (
        ("a client", {}),
        ("root", {"x-forwarded-user": "root", "x-remote-user": "root", "cookie": "user=root"}),
    ):
        meta = {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": {"name": name, "version": "1"},
            "io.modelcontextprotocol/clientCapabilities": {},
            "user": name,
            "sub": name,
        }
        arguments = {"sql": "SELECT DISTINCT territory FROM customers"}
        call = {
            **LIST,
            "method": "tools/call",
            "params": {"name": "shop_query", "arguments": arguments, "_meta": meta},
        }
        modern = {
            "mcp-protocol-version": "2026-07-28",
            "mcp-method": "tools/call",
            "mcp-name": "shop_query",
        }
        async with house.browser(ada) as browser:
            answer = await browser.post("/mcp", json=call, headers={**modern, **headers})
        told.append(answer.json()["result"]["structuredContent"]["rows"])
    assert told == [[["EMEA"]], [["EMEA"]]]


class Answer:
    """What a client can tell two answers apart by."""

    def __init__(self, response: httpx2.Response) -> None:
        self.status = response.status_code
        self.headers = {name: value for name, value in response.headers.items() if name != "date"}
        self.body = response.text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Answer) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(vars(self))


async def begin(browser: httpx2.AsyncClient) -> str:
    """Opens a session of the handshake era and gives its id."""
    answer = await browser.post("/mcp", json=HELLO)
    assert answer.status_code == 200
    session: str = answer.headers["mcp-session-id"]
    ready = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    assert (await browser.post("/mcp", json=ready, headers={"mcp-session-id": session})).status_code == 202
    return session


@pytest.mark.threat("T05", "T06")
@pytest.mark.parametrize("method", ["POST", "GET", "DELETE"])
async def test_a_session_of_another_person_looks_like_one_that_does_not_exist(
    house: House, forge: Forge, ada: str, bob: str, method: str
) -> None:
    async with house.browser(ada) as hers, house.browser(bob) as his:
        session = await begin(hers)

        async def ask(browser: httpx2.AsyncClient, name: str) -> Answer:
            body = LIST if method == "POST" else None
            return Answer(await browser.request(method, "/mcp", headers={"mcp-session-id": name}, json=body))

        foreign = await ask(his, session)
        assert foreign.status == 404
        assert foreign == await ask(his, "0" * len(session))
        async with house.browser(forge.sign(sub="ada", client_id="another client")) as elsewhere:
            assert await ask(elsewhere, session) == foreign
        still = await hers.post("/mcp", json=LIST, headers={"mcp-session-id": session})
        assert still.status_code == 200
        assert "shop_query" in still.text


@pytest.mark.threat("T05", "T06")
async def test_of_many_people_at_one_client_none_reaches_a_session_of_another(
    house: House, forge: Forge
) -> None:
    sessions: dict[str, tuple[httpx2.AsyncClient, str]] = {}
    async with AsyncExitStack() as stack:
        for number in range(20):
            person = f"person {number}"
            browser = await stack.enter_async_context(house.browser(forge.sign(sub=person)))
            sessions[person] = browser, await begin(browser)
        crossed: list[tuple[str, str]] = []
        for caller, (browser, _) in sessions.items():
            for owner, (_, session) in sessions.items():
                answer = await browser.post("/mcp", json=LIST, headers={"mcp-session-id": session})
                if (answer.status_code == 200) != (caller == owner):
                    crossed.append((caller, owner))
    assert not crossed


@pytest.mark.threat("T06")
async def test_the_neighbours_of_a_session_are_empty(house: House, ada: str) -> None:
    async with house.browser(ada) as browser:
        session = await begin(browser)
        assert len(session) >= 32
        number = int(session, 16)
        neighbours = {f"{number ^ (1 << bit):032x}" for bit in range(128)}
        neighbours |= {f"{(number + step) % 2**128:032x}" for step in range(-200, 200) if step}
        for name in neighbours:
            answer = await browser.post("/mcp", json=LIST, headers={"mcp-session-id": name})
            assert answer.status_code == 404


@pytest.mark.threat("T05", "T06")
async def test_a_stream_of_another_person_looks_like_one_that_does_not_exist(
    house: House, ada: str, bob: str
) -> None:
    async with (
        house.browser(ada) as hers,
        house.browser(bob) as his,
        hers.stream("GET", "/sse", headers={"accept": "text/event-stream"}) as stream,
    ):
        lines = stream.aiter_lines()
        assert await anext(lines) == "event: endpoint"
        address = (await anext(lines)).removeprefix("data: ")
        path, _, session = address.partition("=")
        foreign = Answer(await his.post(address, json=HELLO))
        assert foreign.status == 404
        assert foreign == Answer(await his.post(f"{path}={'0' * len(session)}", json=HELLO))
        assert (await hers.post(address, json=HELLO)).status_code == 202


@pytest.mark.threat("T04", "T05")
async def test_a_session_is_of_no_use_without_the_token(house: House, forge: Forge, ada: str) -> None:
    async with house.browser(ada) as browser:
        session = await begin(browser)
        for header in ("", f"Bearer {forge.sign(sub='ada', exp=1)}"):
            answer = await browser.post(
                "/mcp", json=LIST, headers={"mcp-session-id": session, "authorization": header}
            )
            assert answer.status_code == 401
            assert "resource_metadata=" in answer.headers["www-authenticate"]


@pytest.mark.threat("T04")
async def test_no_forgery_reaches_the_protocol_or_ends_in_a_fault(
    house: House, forge: Forge, ada: str
) -> None:
    call = {
        **LIST,
        "method": "tools/call",
        "params": {"name": "shop_query", "arguments": {"sql": "SELECT 1"}},
    }
    wrong: dict[str, int] = {}
    async with httpx2.AsyncClient(base_url=house.url, timeout=30) as client:
        for name, make in FORGERIES.items():
            header = b"Bearer " + make(forge).encode("latin-1")
            answer = await client.post(
                "/mcp",
                json=call,
                headers=[
                    (b"authorization", header.strip()),
                    (b"accept", b"application/json, text/event-stream"),
                ],
            )
            if answer.status_code != 401 or "resource_metadata=" not in answer.headers["www-authenticate"]:
                wrong[name] = answer.status_code
    assert not wrong


@pytest.mark.parametrize("path", ["/mcp", "/sse", "/messages/?session_id=0", "/", "/mcp/", "/anything"])
async def test_nothing_but_health_and_metadata_is_open_without_a_token(house: House, path: str) -> None:
    async with httpx2.AsyncClient(base_url=house.url) as client:
        for method in ("GET", "POST", "DELETE", "PUT", "HEAD"):
            assert (await client.request(method, path)).status_code == 401
        assert (await client.get("/healthz")).status_code == 200
        known: Any = (await client.get("/.well-known/oauth-protected-resource/mcp")).json()
    assert known["resource"].endswith("/mcp")
    assert known["scopes_supported"] == ["remit:read", "remit:act"]


async def test_the_doctor_finds_nothing_wrong_where_the_issuer_answers(tmp_path: Path, forge: Forge) -> None:
    file = configured(tmp_path, forge.issuer.url, URL).file
    file.write_text(f'{file.read_text()}\n[identity.oidc.sign_in]\nclient_id = "remit"\n')
    assert await examine(load(file).document) == []
