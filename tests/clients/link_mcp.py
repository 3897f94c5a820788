"""Asks for actions with the client of `mcp`: it reads calls, and prints each result, and what it had to open.

With `opens` it is one that opens addresses, and says so; without, it can ask its user nothing.
"""

import json
import sys
from typing import Any

import anyio
import httpx2
import mcp_types as types
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client


def say(**line: Any) -> None:
    print(json.dumps(line), flush=True)


async def opened(context: object, params: types.ElicitRequestParams) -> types.ElicitResult:
    assert isinstance(params, types.ElicitRequestURLParams), "a form"
    say(opened=params.url, told=params.message)
    return types.ElicitResult(action="accept")


async def main(url: str, protocol: str, token: str, *, opens: bool) -> None:
    headers = {"authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(headers=headers, timeout=60) as http:
        mode = protocol if protocol == "2026-07-28" else "legacy"
        callback = opened if opens else None
        where = streamable_http_client(url, http_client=http)
        async with Client(where, mode=mode, elicitation_callback=callback) as client:
            await client.list_tools()
            async for line in anyio.wrap_file(sys.stdin):
                result = await client.call_tool(**json.loads(line))
                say(result=result.model_dump(mode="json", by_alias=True, exclude_none=True))


anyio.run(lambda: main(**json.loads(sys.argv[1])))
