"""The clients that other programs are built on."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.clients.conftest import Driver
from tests.clients.visit import HANDSHAKE, MODERN, Target, visit, went_well

DRIVERS = [
    ("ask_mcp.py", MODERN),
    ("ask_mcp.py", HANDSHAKE),
    ("ask_fastmcp.py", MODERN),
    ("ask_fastmcp.py", HANDSHAKE),
    ("ask_client.mjs", MODERN),
    ("ask_client.mjs", HANDSHAKE),
    ("ask_sdk.mjs", HANDSHAKE),
]


@pytest.mark.parametrize(("name", "protocol"), DRIVERS)
def test_a_client_gets_what_it_may_over_http(
    driver: Callable[[str], Driver], address: str, tmp_path: Path, name: str, protocol: str
) -> None:
    target = Target(protocol, url=f"{address}/mcp")
    went_well(visit(*driver(name), target, tmp_path), protocol)


@pytest.mark.parametrize(("name", "protocol"), DRIVERS)
def test_a_client_gets_what_it_may_over_stdio(
    driver: Callable[[str], Driver], command: list[str], tmp_path: Path, name: str, protocol: str
) -> None:
    target = Target(protocol, command=command)
    went_well(visit(*driver(name), target, tmp_path), protocol)


@pytest.mark.parametrize("name", sorted({name for name, _ in DRIVERS}))
def test_a_client_gets_what_it_may_over_the_transport_before_streamable_http(
    driver: Callable[[str], Driver], address: str, tmp_path: Path, name: str
) -> None:
    target = Target(HANDSHAKE, url=f"{address}/sse", sse=True)
    went_well(visit(*driver(name), target, tmp_path), HANDSHAKE)
