"""Clients that are told nothing but the address of a server sign their users in with its issuer."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.clients.conftest import Driver, Guarded
from tests.clients.visit import HANDSHAKE, MODERN
from tests.npm import Node

ROOT = Path(__file__).parents[2]
TERRITORIES = {"name": "shop_query", "arguments": {"sql": "SELECT DISTINCT territory FROM customers"}}
CLIENT = "editor"  # as the issuer knows it
PEOPLE = {"ada": [["EMEA"]], "bob": [["APAC"]]}


def asked(driver: Driver, job: dict[str, Any], folder: Path) -> dict[str, Any]:
    command, environment = driver
    done = subprocess.run(
        [*command, json.dumps({"client": CLIENT, "call": TERRITORIES, **job})],
        cwd=folder,
        env={**environment, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def browser(person: str) -> list[str]:
    return [sys.executable, "-m", "tests.clients.person", person]


@pytest.mark.threat("T05")
@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize(("mode", "protocol"), [(MODERN, MODERN), ("legacy", HANDSHAKE)])
@pytest.mark.parametrize("name", ["sign_in_mcp.py", "sign_in_client.mjs"])
def test_an_sdk_signs_in_each_user_as_themselves(  # noqa: PLR0917 - each a fixture or a parameter
    driver: Callable[[str], Driver],
    guarded: Guarded,
    tmp_path: Path,
    name: str,
    mode: str,
    protocol: str,
    person: str,
) -> None:
    told = asked(driver(name), {"url": guarded.url, "mode": mode, "person": browser(person)}, tmp_path)
    assert told["protocol"] == protocol
    assert told["rows"] == PEOPLE[person]


def test_mcp_remote_signs_its_user_in(
    node: Node, driver: Callable[[str], Driver], guarded: Guarded, tmp_path: Path
) -> None:
    opener = tmp_path / "bin/xdg-open"
    opener.parent.mkdir()
    person = " ".join(browser("bob"))
    opener.write_text(f'#!/bin/sh\nexec {person} "$1" follow\n')
    opener.chmod(0o755)
    bridge = [
        *node.command("mcp-remote", "mcp-remote"),
        *(guarded.url, "--host", "127.0.0.1", "--callback-path", "/callback"),
        *("--static-oauth-client-info", json.dumps({"client_id": CLIENT})),
    ]
    environment = {
        "HOME": str(tmp_path),
        "PATH": f"{opener.parent}{os.pathsep}{os.defpath}",
        "BROWSER": str(opener),
        "PYTHONPATH": str(ROOT),
    }
    told = asked(driver("sign_in_mcp.py"), {"command": bridge, "environment": environment}, tmp_path)
    assert told["rows"] == PEOPLE["bob"]
