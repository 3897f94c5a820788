"""Asks a server that wants a token, with the client of `mcp`: it signs its user in.

With a `command` for a server it leaves that to the command, and gives it the `environment`.
"""

import json
import subprocess
import sys
from typing import Any
from urllib.parse import parse_qs, urlsplit

import anyio
import httpx2
from mcp.client import Client
from mcp.client.auth import OAuthClientProvider, TokenStorage
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import (
    AuthorizationCodeResult,
    OAuthClientInformationFull,
    OAuthClientMetadata,
    OAuthToken,
)
from pydantic import AnyUrl

CALLBACK = AnyUrl("http://127.0.0.1/callback")


class Storage(TokenStorage):
    """The client is known to the issuer already."""

    def __init__(self, client: str) -> None:
        self._client = client
        self._tokens: OAuthToken | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self._tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self._tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull:
        return OAuthClientInformationFull(
            client_id=self._client, redirect_uris=[CALLBACK], token_endpoint_auth_method="none"
        )

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        raise AssertionError(client_info)


def signing_in(url: str, client: str, person: list[str]) -> OAuthClientProvider:
    asked: list[str] = []

    async def open_browser(address: str) -> None:
        asked.append(address)

    async def led_back() -> AuthorizationCodeResult:
        done = await anyio.run_process([*person, asked[0], "print"], stderr=subprocess.STDOUT)
        query = parse_qs(urlsplit(done.stdout.decode().strip()).query)
        return AuthorizationCodeResult(code=query["code"][0], state=query["state"][0], iss=query["iss"][0])

    metadata = OAuthClientMetadata(redirect_uris=[CALLBACK], token_endpoint_auth_method="none")
    return OAuthClientProvider(url, metadata, Storage(client), open_browser, led_back)


async def main(job: dict[str, Any]) -> Any:
    if "command" in job:
        program, *arguments = job["command"]
        server = StdioServerParameters(command=program, args=arguments, env=job["environment"])
        async with Client(stdio_client(server), mode="legacy", read_timeout_seconds=40) as client:
            return await ask(client, job["call"])
    auth = signing_in(job["url"], job["client"], job["person"])
    async with (
        httpx2.AsyncClient(auth=auth, timeout=30) as http,
        Client(streamable_http_client(job["url"], http_client=http), mode=job["mode"]) as client,
    ):
        return await ask(client, job["call"])


async def ask(client: Client, call: dict[str, Any]) -> Any:
    result = await client.call_tool(**call)
    return {
        "protocol": client.protocol_version,
        **(result.structured_content or {"rows": str(result.content)}),
    }


print(json.dumps(anyio.run(main, json.loads(sys.argv[1]))))
