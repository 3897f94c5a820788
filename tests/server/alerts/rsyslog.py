"""A real rsyslog, which says as JSON what it has understood."""

import asyncio
import json
import subprocess
from asyncio import Queue, StreamReader, StreamWriter, start_server
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.backends import free_port, install_package, program
from tests.certificates import Authority

CONFIGURATION = """
global(workDirectory="{folder}" defaultNetstreamDriver="ossl" defaultNetstreamDriverCAFile="{ca}"
       defaultNetstreamDriverCertFile="{certificate}" defaultNetstreamDriverKeyFile="{key}"
       parser.escapeControlCharactersOnReceive="off" maxMessageSize="64k")
module(load="imtcp" streamDriver.name="ossl" streamDriver.mode="1" streamDriver.authMode="anon")
module(load="imptcp")
module(load="imudp")
input(type="imtcp" port="{tls}" address="127.0.0.1")
input(type="imptcp" port="{tcp}" address="127.0.0.1")
input(type="imudp" port="{udp}" address="127.0.0.1")
template(name="understood" type="string" string="%jsonmesg%\\n")
action(type="omfwd" target="127.0.0.1" port="{out}" protocol="tcp" template="understood")
"""


@dataclass
class Rsyslog:
    """`understood` are its messages in its own names: `msg`, `structured-data`, `syslogseverity`."""

    ports: dict[str, int]
    authority: Authority
    understood: "Queue[dict[str, Any]]" = field(default_factory=Queue[dict[str, Any]])
    forwarding: list[StreamWriter] = field(default_factory=list[StreamWriter])

    async def next(self) -> dict[str, Any]:
        async with asyncio.timeout(20):
            return await self.understood.get()

    async def serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        self.forwarding.append(writer)
        while told := await reader.readline():
            self.understood.put_nowait(json.loads(told))


@asynccontextmanager
async def running_rsyslog(folder: Path) -> AsyncGenerator[Rsyslog]:
    """Raises `MissingError`."""
    binary = program("rsyslogd", "rsyslog")
    _install_tls()
    ports = {scheme: free_port() for scheme in ("tls", "tcp", "udp")}
    authority = Authority(folder)
    identity = authority.server("localhost")
    rsyslog = Rsyslog(ports, authority)
    forwarded = await start_server(rsyslog.serve, "127.0.0.1", 0)
    file = folder / "rsyslog.conf"
    file.write_text(
        CONFIGURATION.format(
            folder=folder,
            ca=authority.certificate,
            certificate=identity.certificate,
            key=identity.key,
            out=forwarded.sockets[0].getsockname()[1],
            **ports,
        )
    )
    process = await asyncio.create_subprocess_exec(
        binary, "-n", "-f", str(file), "-i", str(folder / "pid"), stderr=subprocess.DEVNULL
    )
    try:
        for scheme in ("tls", "tcp"):
            await _listens(ports[scheme])
        yield rsyslog
    finally:
        process.terminate()
        await process.wait()
        for writer in rsyslog.forwarding:
            writer.close()
            await writer.wait_closed()
        forwarded.close()


def _install_tls() -> None:
    if not any(Path("/usr/lib").glob("*/rsyslog/lmnsd_ossl.so")):
        install_package("rsyslog-openssl")


async def _listens(port: int) -> None:
    async with asyncio.timeout(20):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except ConnectionRefusedError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return
