"""A connection that is cut costs nobody a second effect, wherever it is cut (threats T48, T49)."""

import json
import random
import socket
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any, Final

import anyio
import anyio.to_thread
import pytest

from server.assembly import Service
from server.transaction import Transaction
from tests.hostile.messages import ENVELOPE, MODERN, request
from tests.rounds import rounds
from tests.server.serving import serving
from tests.server.shelf import Shelf, shelf_service, shelved

pytestmark = pytest.mark.anyio

CUTS: Final = rounds(250, 500)
LANES: Final = 4
PACE: Final = "calls_per_minute = 6000000\nburst = 100000\n"
LIMITS: Final = f"[limits]\n{PACE}questions_per_hour = 1000\n[limits.tenant]\n{PACE}[limits.source]\n{PACE}"
META: Final[dict[str, Any]] = {
    **ENVELOPE,
    "io.modelcontextprotocol/clientCapabilities": {"elicitation": {"form": {}}},
}
YES: Final = {"confirm": {"action": "accept", "content": {"approve": True}}}


class Wire:
    """One client's requests over connections of its own."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._number = 0

    def call(self, values: dict[str, str], **more: Any) -> dict[str, Any]:
        """The whole answer."""
        with self._sent(values, more) as connection, connection.makefile("rb") as answer:
            length = 0
            while line := answer.readline().strip():
                if line.lower().startswith(b"content-length:"):
                    length = int(line.partition(b":")[2])
            told: dict[str, Any] = json.loads(answer.read(length))
        result: dict[str, Any] = told["result"]
        return result

    def cut(self, values: dict[str, str], after: float, read: int, **more: Any) -> None:
        """Hangs up after so many seconds, and after so many bytes of the answer if there are any by then."""
        with self._sent(values, more) as connection:
            connection.settimeout(after)
            try:
                while read > 0 and (got := connection.recv(min(read, 64))):
                    read -= len(got)
            except TimeoutError:
                pass
            # A reset, not a farewell.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    def _sent(self, values: dict[str, str], more: dict[str, Any]) -> socket.socket:
        self._number += 1
        message = request(
            "tools/call", self._number, name="shelf_put", arguments={"values": values}, _meta=META, **more
        )
        body = json.dumps(message).encode()
        head = (
            f"POST /mcp HTTP/1.1\r\nhost: 127.0.0.1:{self._port}\r\ncontent-type: application/json\r\n"
            f"accept: application/json, text/event-stream\r\nmcp-protocol-version: {MODERN}\r\n"
            f"mcp-method: tools/call\r\nmcp-name: shelf_put\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        connection = socket.create_connection(("127.0.0.1", self._port), timeout=60)
        connection.sendall(head.encode() + body)
        return connection


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
async def service(tmp_path: Path, shelf: Shelf, free_port: int) -> AsyncGenerator[Service]:
    configuration = shelved(tmp_path, more=LIMITS)
    async with (
        shelf_service(configuration, shelf) as running,
        serving(running, configuration.document, free_port),
    ):
        yield running


@pytest.mark.threat("T48", "T49")
@pytest.mark.timeout(200)
async def test_one_effect_a_call_wherever_the_connection_is_cut(
    service: Service, shelf: Shelf, free_port: int
) -> None:
    dice = random.Random(20261126)
    wire = Wire(free_port)

    async def slowly() -> None:
        await anyio.sleep(dice.uniform(0, 0.003))

    shelf.before_note = shelf.after_note = slowly

    async def lane(numbers: range) -> None:
        for number in numbers:
            told = await anyio.to_thread.run_sync(cut_and_asked_again, wire, f"cut {number}", dice)
            assert not told.get("isError"), (number, told)
            assert told["structuredContent"]["action"]["state"] == "done"

    async with anyio.create_task_group() as tasks:
        for first in range(LANES):
            tasks.start_soon(lane, range(first, CUTS, LANES))
    assert len(shelf.put) == CUTS
    assert sorted(shelf.records) == sorted(f"cut {number}" for number in range(CUTS))
    states = await service.store.read(_states)
    assert states == {"done"}


def cut_and_asked_again(wire: Wire, key: str, dice: random.Random) -> dict[str, Any]:
    values = {key: "green"}
    answered = {"requestState": wire.call(values)["requestState"], "inputResponses": YES}
    after, read = dice.uniform(0.0005, 0.02), dice.choice([0, dice.randrange(2000)])
    wire.cut(values, after, read, **answered)
    return wire.call(values, **answered)


def _states() -> Transaction[set[str]]:
    rows = yield "SELECT DISTINCT state FROM actions", ()
    return {str(row[0]) for row in rows}
