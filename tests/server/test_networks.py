"""A source that is held to networks, over each transport as clients speak it."""

from pathlib import Path
from typing import Any

import pytest
from mcp.client import Client

from server.assembly import assemble
from server.configuration import Configuration, load
from server.demo.organisation import found
from server.history import search
from server.protocol.messages import META
from tests.server.oidc.house import WAYS, House, Way
from tests.server.serving import serving
from tests.server.test_serve import server

pytestmark = pytest.mark.threat("T09")

ASK: dict[str, Any] = {"sql": "SELECT 1 AS one"}
INSIDE, OUTSIDE = "10.1.2.3", "192.0.2.1"


def held(folder: Path, *, behind_a_proxy: bool) -> Configuration:
    """The shop is open to a network that this machine is not in, the payroll to this machine alone."""
    file = found(folder)
    text = file.read_text()
    for table, line in {
        "[server]\n": 'proxies = ["127.0.0.1"]\n' if behind_a_proxy else "",
        "[sources.shop]\n": 'networks = ["10.0.0.0/8"]\n',
        'dsn = "sqlite:payroll.db"\n': 'networks = ["127.0.0.1"]\nroles = { read = ["analyst"] }\n',
    }.items():
        assert table in text
        text = text.replace(table, table + line)
    file.write_text(text)
    return load(file)


async def answered(client: Client, tool: str) -> str:
    """What rule or code the call ended with; empty where it was answered."""
    result = await client.call_tool(tool, ASK)
    told = (result.meta or {})[META]
    return str(told.get("rule", told.get("code", "")))


@pytest.mark.anyio
@pytest.mark.parametrize("way", WAYS)
async def test_who_calls_from_outside_is_refused_over_http_whatever_a_header_says(
    tmp_path: Path, free_port: int, way: Way
) -> None:
    configuration = held(tmp_path, behind_a_proxy=False)
    async with assemble(configuration) as service, serving(service, configuration.document, free_port):
        house = House(f"http://127.0.0.1:{free_port}", service)
        for said in ({}, {"x-forwarded-for": INSIDE}, {"forwarded": f"for={INSIDE}", "x-real-ip": INSIDE}):
            async with house.client("", way, headers=said) as client:
                assert await answered(client, "shop_query") == "network"
                assert await answered(client, "payroll_query") == ""
        refused = await search(service.store, code="denied")
    assert len(refused) == 3


@pytest.mark.anyio
@pytest.mark.parametrize("way", WAYS)
async def test_behind_a_proxy_who_calls_from_outside_is_refused_over_http(
    tmp_path: Path, free_port: int, way: Way
) -> None:
    configuration = held(tmp_path, behind_a_proxy=True)
    async with assemble(configuration) as service, serving(service, configuration.document, free_port):
        house = House(f"http://127.0.0.1:{free_port}", service)
        for address, rules in ((INSIDE, ["", "network"]), (OUTSIDE, ["network", "network"])):
            async with house.client("", way, headers={"x-forwarded-for": address}) as client:
                assert [await answered(client, f"{name}_query") for name in ("shop", "payroll")] == rules


def test_over_stdio_a_caller_is_this_machine(tmp_path: Path) -> None:
    with server(held(tmp_path, behind_a_proxy=False).file) as speaking:
        rules: list[str] = []
        for number, source in enumerate(("shop", "payroll"), 2):
            params = {"name": f"{source}_query", "arguments": ASK}
            speaking.send({"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params})
            rules.append(speaking.receive()["result"]["_meta"][META].get("rule", ""))
    assert rules == ["network", ""]
