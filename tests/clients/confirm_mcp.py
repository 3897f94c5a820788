"""Asks for an action with the client of `mcp`, and says at its form what it is told to say."""

import json
import sys
from typing import Any

import anyio
import mcp_types as types
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client


async def main(target: dict[str, Any], call: dict[str, Any], says: dict[str, Any]) -> dict[str, Any]:
    asked: list[str] = []

    async def person(context: object, params: types.ElicitRequestParams) -> types.ElicitResult:
        asked.append(params.message)
        return types.ElicitResult.model_validate(says)

    program, *arguments = target["command"] or [""]
    where: Any = target["url"] or stdio_client(StdioServerParameters(command=program, args=arguments))
    mode = target["protocol"] if target["protocol"] == "2026-07-28" else "legacy"
    async with Client(where, mode=mode, read_timeout_seconds=30, elicitation_callback=person) as client:
        await client.list_tools()
        result = await client.call_tool(**call)
        return {"asked": asked, "result": result.model_dump(mode="json", by_alias=True, exclude_none=True)}


print(json.dumps(anyio.run(lambda: main(**json.loads(sys.argv[1])))))
