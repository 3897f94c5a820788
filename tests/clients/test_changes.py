"""A change of what a user may use reaches the clients that are connected."""

import json
import subprocess
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.clients.conftest import Driver
from tests.clients.serving import REMIT, listening, organisation
from tests.clients.visit import HANDSHAKE, MODERN, TOOLS, Target

WITH_TWIN = [*TOOLS[:4], "shop_write_auto", *TOOLS[4:]]


@pytest.mark.threat("T26", "T43")
def test_what_is_switched_off_or_on_is_on_the_list_of_every_client(
    driver: Callable[[str], Driver], tmp_path: Path, free_port: int
) -> None:
    configuration = organisation(tmp_path / "shop")
    with ExitStack() as stack:
        url = stack.enter_context(listening(configuration, free_port))
        watchers: list[subprocess.Popen[str]] = []
        for name in ("watch_mcp.py", "watch_client.mjs"):
            command, environment = driver(name)
            for protocol in (MODERN, HANDSHAKE):
                target = json.dumps(asdict(Target(protocol, url=f"{url}/mcp")))
                watcher = subprocess.Popen(
                    [*command, target], env=environment, stdout=subprocess.PIPE, text=True, cwd=tmp_path
                )
                stack.enter_context(watcher)
                stack.callback(watcher.kill)
                watchers.append(watcher)
        assert [read(watcher) for watcher in watchers] == [TOOLS] * 4
        today = datetime.now(UTC).date().isoformat()
        for switch, listed in (
            (["autonomous", "on", "shop_write", "--scope", "ship", "--until", today], WITH_TWIN),
            (["autonomous", "off", "shop_write_auto"], TOOLS),
            (["source", "disable", "shop"], []),
        ):
            subprocess.run(
                [REMIT, *switch, "--why", "a test", "--config", configuration], check=True, timeout=60
            )
            assert [read(watcher) for watcher in watchers] == [listed] * 4


def read(watcher: "subprocess.Popen[str]") -> list[str]:
    assert watcher.stdout
    line = watcher.stdout.readline()
    assert line, "the client ended"
    told: list[str] = json.loads(line)
    return told
