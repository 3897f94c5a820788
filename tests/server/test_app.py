"""What a client of either era sees: the tools of its user, results in two halves, and refusals."""

import json
from typing import Any, Literal

import anyio
import httpx2
import pytest
from jsonschema_rs import Draft202012Validator
from mcp.client import Client
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult, Implementation, TextContent

from policies.call import Transport
from policies.errors import ConfigurationError
from server.assembly import Service, assemble
from server.configuration import Configuration, load
from server.listening import HttpServer
from server.protocol.app import App
from tests.clients.visit import TOOLS

pytestmark = pytest.mark.anyio

Mode = Literal["legacy", "auto"]


@pytest.fixture(params=["auto", "legacy"])
def era(request: pytest.FixtureRequest) -> Mode:
    mode: Mode = request.param
    return mode


def text(result: CallToolResult) -> str:
    return "\n".join(part.text for part in result.content if isinstance(part, TextContent))


def facts(result: CallToolResult) -> dict[str, Any]:
    found_there: dict[str, Any] = (result.meta or {})["remit/call"]
    return found_there


async def test_the_list_holds_the_tools_of_this_user_in_a_fixed_order(service: Service, era: Mode) -> None:
    async with Client(App(service, "1", Transport.STDIO), mode=era) as client:
        tools = (await client.list_tools()).tools
    assert [tool.name for tool in tools] == TOOLS
    changing = [tool.name for tool in tools if tool.annotations and not tool.annotations.read_only_hint]
    assert changing == ["shop_write", "remit_undo"]
    assert all(tool.input_schema["additionalProperties"] is False for tool in tools)


async def test_both_halves_of_a_result_say_the_same_and_fit_the_schema(service: Service, era: Mode) -> None:
    async with Client(App(service, "1", Transport.STDIO), mode=era) as client:
        tool = (await client.list_tools()).tools[1]
        result = await client.call_tool("shop_query", {"sql": "SELECT id, name, email FROM customers"})
    assert tool.output_schema is not None
    Draft202012Validator(tool.output_schema).validate(result.structured_content)
    assert result.structured_content["row_count"] == 3
    assert "PERSON" in text(result)
    assert "example.com" not in text(result) + json.dumps(result.structured_content)


@pytest.mark.threat("T36")
async def test_a_closed_tool_and_one_that_does_not_exist_are_refused_alike(
    service: Service, era: Mode
) -> None:
    async with Client(App(service, "1", Transport.STDIO), mode=era) as client:
        closed = await client.call_tool("payroll_query", {"sql": "SELECT 1", "nonsense": 1})
        unknown = await client.call_tool("nowhere_query", {"sql": "SELECT 1"})
    assert closed.is_error
    assert unknown.is_error
    assert text(closed).replace("payroll", "nowhere") == text(unknown)
    assert {**facts(closed), "id": 0} == {**facts(unknown), "id": 0}


async def test_a_refusal_has_a_code_a_reason_and_no_structured_half(service: Service, era: Mode) -> None:
    async with Client(App(service, "1", Transport.STDIO), mode=era) as client:
        result = await client.call_tool("shop_query", {"sql": "SELECT ssn FROM customers"})
    assert result.is_error
    assert facts(result)["code"] == "denied"
    assert result.structured_content is None
    assert "ssn" in text(result)


@pytest.mark.threat("T30")
@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"sql": "SELECT\u200b1"}, "sql"),
        ({"sql": 1}, "sql"),
        ({}, "sql"),
        ({"sql": "SELECT 1", "cursor": float("nan")}, "cursor"),
        ({"sql": "SELECT 1", "cursor": 2**53 + 1}, "cursor"),
        ({"sql": "SELECT 1", "cursor": "bm9uc2Vuc2U"}, "cursor"),
    ],
)
async def test_a_hostile_argument_is_refused_by_the_name_of_its_field(
    service: Service, arguments: dict[str, Any], field: str
) -> None:
    async with Client(App(service, "1", Transport.STDIO)) as client:
        result = await client.call_tool("shop_query", arguments)
    assert facts(result)["code"] == "invalid_argument"
    assert field in text(result)


@pytest.mark.threat("T30", "T35")
async def test_an_argument_that_there_is_not_is_refused_and_not_repeated(service: Service) -> None:
    async with Client(App(service, "1", Transport.STDIO)) as client:
        result = await client.call_tool("shop_query", {"sql": "SELECT 1", "user_id": "ceo"})
    assert facts(result)["code"] == "invalid_argument"
    assert "It takes: sql, cursor" in text(result)
    assert "user_id" not in text(result)


@pytest.mark.threat("T11")
async def test_what_a_client_calls_itself_opens_nothing(service: Service, era: Mode) -> None:
    trusted = Implementation(name="trusted-admin\n\x1b[31m", version="1")
    async with Client(App(service, "1", Transport.STDIO), mode=era, client_info=trusted) as client:
        assert len((await client.list_tools()).tools) == len(TOOLS)
        assert (await client.call_tool("payroll_query", {"sql": "SELECT 1"})).is_error


@pytest.mark.threat("T38")
async def test_parallel_calls_spend_one_limit(configuration: Configuration) -> None:
    text_before = configuration.file.read_text()
    configuration.file.write_text(text_before + "\n[limits]\ncalls_per_minute = 1\nburst = 7\n")
    codes: list[str] = []

    async def call(client: Client) -> None:
        result = await client.call_tool("shop_query", {"sql": "SELECT 1 AS one"})
        codes.append(facts(result).get("code", "ok"))

    async with (
        assemble(load(configuration.file)) as service,
        Client(App(service, "1", Transport.STDIO)) as client,
    ):
        async with anyio.create_task_group() as tasks:
            for _ in range(20):
                tasks.start_soon(call, client)
        late = await client.call_tool("shop_query", {"sql": "SELECT 1 AS one"})
    assert sorted(codes) == ["limit_reached"] * 13 + ["ok"] * 7
    assert 1 <= facts(late)["retry_after"] <= 60


@pytest.mark.threat("T38")
async def test_a_restart_does_not_refill_a_limit(configuration: Configuration) -> None:
    text_before = configuration.file.read_text()
    configuration.file.write_text(text_before + "\n[limits]\ncalls_per_minute = 1\nburst = 1\n")
    refused: list[bool] = []
    for _ in range(2):
        async with (
            assemble(load(configuration.file)) as service,
            Client(App(service, "1", Transport.STDIO)) as client,
        ):
            refused.append((await client.call_tool("shop_query", {"sql": "SELECT 1 AS one"})).is_error)
    assert refused == [False, True]


@pytest.mark.threat("T07", "T28")
async def test_every_caller_gets_the_answer_to_their_own_question(service: Service) -> None:
    """Many clients whose requests have the same ids, at once over one server."""
    app, wrong = App(service, "1", Transport.STDIO), list[object]()

    async def ask(number: int) -> None:
        async with Client(app, mode="legacy" if number % 2 else "auto") as client:
            for turn in range(2):
                mark = number * 100 + turn
                result = await client.call_tool("shop_query", {"sql": f"SELECT {mark} AS mark"})
                if result.is_error or result.structured_content["rows"] != [[mark]]:
                    wrong.append(result)

    async with anyio.create_task_group() as tasks:
        for number in range(15):
            tasks.start_soon(ask, number)
    assert not wrong


@pytest.mark.threat("T26")
async def test_text_of_the_database_never_reaches_a_definition(
    configuration: Configuration, service: Service
) -> None:
    async with Client(App(service, "1", Transport.STDIO)) as client:
        before = [tool.model_dump_json() for tool in (await client.list_tools()).tools]
        await client.call_tool("shop_schema", {})
        after = [tool.model_dump_json() for tool in (await client.list_tools()).tools]
    assert before == after
    async with (
        assemble(load(configuration.file)) as again,
        Client(App(again, "1", Transport.STDIO)) as client,
    ):
        assert before == [tool.model_dump_json() for tool in (await client.list_tools()).tools]


@pytest.mark.threat("T13")
async def test_http_answers_on_this_machine_alone_and_only_under_its_own_name(
    configuration: Configuration, service: Service, era: Mode, free_port: int
) -> None:
    server = HttpServer(service, configuration.document, ("127.0.0.1", free_port))
    url = f"http://127.0.0.1:{free_port}/mcp"
    ping: dict[str, Any] = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(server.serve)
        with anyio.fail_after(60):
            await server.ready.wait()
        async with Client(url, mode=era) as client:
            result = await client.call_tool("shop_query", {"sql": "SELECT 1 AS one"})
            assert result.structured_content["rows"] == [[1]]
        async with httpx2.AsyncClient() as http:
            accept = {"accept": "application/json, text/event-stream"}
            for headers, status in (
                ({"host": "evil.example"}, 421),
                ({"host": f"127.0.0.1.evil.example:{free_port}"}, 421),
                ({"origin": "https://evil.example"}, 403),
                ({"origin": "null"}, 403),
            ):
                answer = await http.post(url, json=ping, headers={**accept, **headers})
                assert answer.status_code == status, headers
            plain = await http.post(url, content="{}", headers={**accept, "content-type": "text/plain"})
            assert 400 <= plain.status_code < 500
            large = await http.post(url, json={**ping, "params": {"x": "y" * 1_100_000}}, headers=accept)
            assert large.status_code == 413
        server.stop()


@pytest.mark.threat("T10")
async def test_who_can_not_be_named_sees_and_calls_nothing(configuration: Configuration, era: Mode) -> None:
    text_before = configuration.file.read_text()
    start, end = text_before.index("[identity.local]"), text_before.index("[sources.shop]")
    configuration.file.write_text(text_before[:start] + text_before[end:])
    async with (
        assemble(load(configuration.file)) as service,
        Client(App(service, "1", Transport.STDIO), mode=era) as client,
    ):
        with pytest.raises(MCPError, match="who you are"):
            await client.list_tools()
        result = await client.call_tool("shop_query", {"sql": "SELECT 1 AS one"})
    assert facts(result)["code"] == "denied"


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.7", "::", "acme.example"])
async def test_listening_beyond_this_machine_is_refused(
    configuration: Configuration, service: Service, host: str
) -> None:
    with pytest.raises(ConfigurationError, match="other machines"):
        HttpServer(service, configuration.document, (host, 8787))


@pytest.mark.threat("T11", "T46")
async def test_no_span_is_made_of_what_a_client_says(service: Service) -> None:
    kinds = [type(middleware).__name__ for middleware in App(service, "1", Transport.HTTP).middleware]
    assert kinds == ["Boundary"]
