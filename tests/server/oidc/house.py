"""The sample organisation's server over HTTP, where tokens of an issuer name the callers."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import anyio
import httpx2
from mcp.client import Client
from mcp.client.session import ElicitationFnT
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client

from server.assembly import Service, assemble
from server.configuration import Configuration, load
from server.demo.organisation import found
from server.listening import HttpServer
from server.vault import Connected

Way: TypeAlias = Literal["modern", "legacy", "sse"]
WAYS: tuple[Way, ...] = ("modern", "legacy", "sse")

OIDC = """
[identity.oidc]
issuer = "{issuer}"
tenant_claim = "tenant"
claims = ["territory"]

[identity.oidc.scopes]
read = "remit:read"
act = "remit:act"
"""


def configured(folder: Path, issuer: str, url: str) -> Configuration:
    """The sample configuration for a server that is reached at `url` and takes tokens of `issuer`."""
    file = found(folder)
    text = file.read_text()
    name = 'name = "demo"\n'
    assert name in text
    file.write_text(text.replace(name, f'{name}url = "{url}"\n') + OIDC.format(issuer=issuer))
    return load(file)


@dataclass(frozen=True, slots=True)
class House:
    """A server that listens. `url` is its address without a path."""

    url: str
    service: Service

    @asynccontextmanager
    async def client(
        self,
        token: str,
        way: Way,
        answers: ElicitationFnT | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncGenerator[Client]:
        """Somebody else's client, which brings the token and the headers with each request.

        `answers` is its person.
        """
        headers = {**({"authorization": f"Bearer {token}"} if token else {}), **(headers or {})}
        if way == "sse":
            stream = sse_client(f"{self.url}/sse", headers)
            async with Client(stream, mode="legacy", elicitation_callback=answers) as client:
                yield client
            return
        async with httpx2.AsyncClient(headers=headers, timeout=30) as http:
            transport = streamable_http_client(f"{self.url}/mcp", http_client=http)
            mode = "auto" if way == "modern" else "legacy"
            async with Client(transport, mode=mode, elicitation_callback=answers) as client:
                yield client

    def browser(self, token: str) -> httpx2.AsyncClient:
        """Speaks plain HTTP, as no client library would."""
        headers = {"authorization": f"Bearer {token}", "accept": "application/json, text/event-stream"}
        return httpx2.AsyncClient(base_url=self.url, headers=headers, timeout=30)


@asynccontextmanager
async def open_house(
    configuration: Configuration, port: int, sources: Mapping[str, Connected] | None = None
) -> AsyncGenerator[House]:
    async with assemble(configuration, sources) as service, anyio.create_task_group() as tasks:
        server = HttpServer(service, configuration.document, ("127.0.0.1", port))
        tasks.start_soon(server.serve)
        with anyio.fail_after(60):
            await server.ready.wait()
        try:
            yield House(f"http://127.0.0.1:{port}", service)
        finally:
            server.stop()
