"""Where a request comes from: the far end of its connection, whatever stands in a header."""

# pyright: reportPrivateUsage=false

from ipaddress import ip_address
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.types import Receive, Scope, Send

from policies.networks import network_of
from server.web.peers import PEER, Peers
from server.web.siblings import PEER_TOLD, Place, Siblings, from_siblings

pytestmark = pytest.mark.anyio

PROXY = "10.9.9.9"
PROXIES = [network_of("10.9.9.0/24")]


class Asked:
    """An application that notes from where it was asked."""

    def __init__(self) -> None:
        self.found: list[Any] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del receive
        self.found.append(scope.get(PEER, "nothing"))
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})


@pytest.mark.parametrize(
    ("peer", "said", "found"),
    [
        ("192.0.2.1", [], "192.0.2.1"),
        ("192.0.2.1", ["10.0.0.1"], "192.0.2.1"),
        (PROXY, ["192.0.2.7"], "192.0.2.7"),
        (PROXY, ["10.0.0.1", "192.0.2.7"], "192.0.2.7"),
        (PROXY, ["10.0.0.1, 192.0.2.7, 10.9.9.8"], "192.0.2.7"),
        (PROXY, ["192.0.2.7, junk"], None),
        (PROXY, [], PROXY),
        ("::ffff:10.9.9.9", ["192.0.2.7"], "192.0.2.7"),
    ],
)
async def test_a_header_counts_from_a_proxy_of_ours_alone(
    peer: str, said: list[str], found: str | None
) -> None:
    asked = Asked()
    transport = httpx2.ASGITransport(Peers(asked, PROXIES), client=(peer, 1))
    headers = [("X-Forwarded-For", value) for value in said]
    async with httpx2.AsyncClient(transport=transport, base_url="http://remit") as client:
        await client.get("/", headers=[*headers, ("X-Real-IP", "10.0.0.1"), ("Forwarded", "for=10.0.0.1")])
    assert asked.found == [found and ip_address(found)]


async def test_a_sibling_is_told_where_a_request_came_from_and_by_nobody_else(tmp_path: Path) -> None:
    asked = Asked()

    async def missing(scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    siblings = Siblings(missing, Place(tmp_path, 0, 1))
    inside = httpx2.ASGITransport(from_siblings(asked, lambda token: token))
    siblings._clients = [httpx2.AsyncClient(transport=inside, base_url="http://sibling")]
    outside = httpx2.ASGITransport(Peers(siblings, []), client=("192.0.2.1", 1))
    async with httpx2.AsyncClient(transport=outside, base_url="http://remit") as client:
        lie = {"mcp-session-id": "s", PEER_TOLD.decode(): "10.0.0.1"}
        assert (await client.post("/mcp", headers=lie)).status_code == 204
    assert asked.found == [ip_address("192.0.2.1")]
