"""Clients that are not ours ask their user with their own form, and do nothing without the yes."""

import json
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import apsw
import pytest

from tests.clients.conftest import Driver
from tests.clients.visit import HANDSHAKE, MODERN, Target, text

DRIVERS = [
    ("confirm_mcp.py", MODERN),
    ("confirm_mcp.py", HANDSHAKE),
    ("confirm_fastmcp.py", MODERN),
    ("confirm_fastmcp.py", HANDSHAKE),
    ("confirm_client.mjs", MODERN),
    ("confirm_client.mjs", HANDSHAKE),
    ("confirm_sdk.mjs", HANDSHAKE),
]
YES = {"action": "accept", "content": {"approve": True}}
NO: Sequence[dict[str, Any]] = ({"action": "decline"}, {"action": "accept", "content": {"approve": False}})


class Talk:
    """One driver at a server, and the order that it asks to change: each case has one of its own."""

    order = 0

    def __init__(self, driver: Driver, target: Target, configuration: Path, folder: Path) -> None:
        Talk.order += 1
        self._driver, self._target, self._folder = driver, target, folder
        self._shop = configuration.parent / "shop.db"

    def __call__(self, says: Mapping[str, Any]) -> tuple[list[str], Mapping[str, Any]]:
        sql = f"UPDATE orders SET status = 'returned' WHERE id = {Talk.order}"
        call = {"name": "shop_write", "arguments": {"sql": sql}}
        command, environment = self._driver
        done = subprocess.run(
            [*command, json.dumps({"target": asdict(self._target), "call": call, "says": says})],
            cwd=self._folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=90,
        )
        assert done.returncode == 0, done.stderr[-4000:]
        told = json.loads(done.stdout)
        return told["asked"], told["result"]

    @property
    def status(self) -> str:
        connection: Any = apsw.Connection(str(self._shop), flags=apsw.SQLITE_OPEN_READONLY)
        try:
            rows: Any = connection.execute("SELECT status FROM orders WHERE id = ?", (Talk.order,))
            return str(next(rows)[0])
        finally:
            connection.close()


@pytest.fixture(params=["http", "stdio"])
def talk(
    request: pytest.FixtureRequest, driver: Callable[[str], Driver], tmp_path: Path
) -> Callable[[str, str], Talk]:
    def begun(name: str, protocol: str) -> Talk:
        if request.param == "http":
            configuration: Path = request.getfixturevalue("listened")
            target = Target(protocol, url=f"{request.getfixturevalue('address')}/mcp")
        else:
            configuration = request.getfixturevalue("started")
            target = Target(protocol, command=request.getfixturevalue("command"))
        return Talk(driver(name), target, configuration, tmp_path)

    return begun


@pytest.mark.parametrize(("name", "protocol"), DRIVERS)
def test_a_client_confirms(talk: Callable[[str, str], Talk], name: str, protocol: str) -> None:
    with_user = talk(name, protocol)
    before = with_user.status
    asked, result = with_user(YES)
    assert not result.get("isError"), text(result)
    assert len(asked) == 1
    assert f'"{before}" -> "returned"' in asked[0]
    assert result["structuredContent"]["action"]["state"] == "done"
    assert with_user.status == "returned"


@pytest.mark.parametrize("talk", ["http"], indirect=True)
@pytest.mark.parametrize("protocol", [MODERN, HANDSHAKE])
def test_a_client_that_asks_the_same_again_is_answered_without_asking(
    talk: Callable[[str, str], Talk], protocol: str
) -> None:
    with_user = talk("confirm_mcp.py", protocol)
    with_user(YES)
    asked, again = with_user(YES)
    assert asked == []
    assert again["structuredContent"]["action"]["replayed"] is True


@pytest.mark.parametrize("talk", ["http"], indirect=True)
@pytest.mark.parametrize(("name", "protocol"), DRIVERS)
def test_a_client_declines(talk: Callable[[str, str], Talk], name: str, protocol: str) -> None:
    with_user = talk(name, protocol)
    before = with_user.status
    asked, result = with_user(NO[Talk.order % len(NO)])
    assert len(asked) == 1
    assert result["isError"] is True
    assert text(result).startswith("not_approved: The user declined")
    assert with_user.status == before
