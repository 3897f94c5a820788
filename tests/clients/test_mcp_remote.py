"""mcp-remote: a client that only starts servers reaches a listening one through it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.clients.conftest import Driver
from tests.clients.visit import HANDSHAKE, Target, visit, went_well
from tests.npm import Node


@pytest.mark.parametrize(
    "behind", ["/mcp --protocol legacy", "/mcp --protocol auto", "/sse --transport sse-only"]
)
def test_the_bridge_carries_all_that_a_client_may(
    node: Node, driver: Callable[[str], Driver], address: str, tmp_path: Path, behind: str
) -> None:
    """Before the bridge every client is of the handshake era; `auto` speaks 2026-07-28 behind it."""
    path, *options = behind.split()
    bridge = [*node.command("mcp-remote", "mcp-remote"), f"{address}{path}", *options]
    target = Target(HANDSHAKE, command=bridge)
    went_well(visit(*driver("ask_mcp.py"), target, tmp_path), HANDSHAKE)
