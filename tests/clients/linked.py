"""A client that is not ours, for a whole conversation with a server."""

import json
import subprocess
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
from anyio.abc import ByteSendStream
from anyio.streams.buffered import BufferedByteReceiveStream

from tests.clients.conftest import Driver

Call = Mapping[str, Any]
PATIENCE = 40.0  # seconds for a line


class Linked:
    def __init__(self, calls: ByteSendStream, lines: BufferedByteReceiveStream) -> None:
        self._calls = calls
        self._lines = lines

    async def call(self, call: Call) -> Mapping[str, Any]:
        """Its result, in the words of the protocol."""
        await self.begin(call)
        return await self.result()

    async def begin(self, call: Call) -> None:
        await self._calls.send(json.dumps(call).encode() + b"\n")

    async def opened(self) -> str:
        """The address that the client was told to open, and said that it opened."""
        return str((await self._line())["opened"])

    async def result(self) -> Mapping[str, Any]:
        result: Mapping[str, Any] = (await self._line())["result"]
        return result

    async def _line(self) -> Mapping[str, Any]:
        with anyio.fail_after(PATIENCE):
            line: Mapping[str, Any] = json.loads(await self._lines.receive_until(b"\n", 1_000_000))
        return line


@asynccontextmanager
async def linked(
    driver: Driver, url: str, protocol: str, token: str, folder: Path, *, opens: bool
) -> AsyncGenerator[Linked]:
    """Runs a driver beside this file. `opens` says whether the client can open an address for its user."""
    command, environment = driver
    job = {"url": url, "protocol": protocol, "token": token, "opens": opens}
    async with await anyio.open_process(
        [*command, json.dumps(job)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=None,
        cwd=folder,
        env=environment,
    ) as process:
        assert process.stdin
        assert process.stdout
        yield Linked(process.stdin, BufferedByteReceiveStream(process.stdout))
