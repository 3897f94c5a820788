"""Visits a server with the client of `mcp`."""

import json
import sys
from typing import Any

import anyio
from mcp.client import Client
from mcp.client.sse import sse_client
from mcp.client.stdio import StdioServerParameters, stdio_client


async def main(target: dict[str, Any], calls: dict[str, Any]) -> dict[str, Any]:
    if target["command"]:
        program, *arguments = target["command"]
        where: Any = stdio_client(StdioServerParameters(command=program, args=arguments))
    else:
        where = sse_client(target["url"]) if target["sse"] else target["url"]
    mode = target["protocol"] if target["protocol"] == "2026-07-28" else "legacy"
    async with Client(where, mode=mode, read_timeout_seconds=30) as client:
        tools = (await client.list_tools()).tools
        # What it has listed it validates against the output schema.
        results = {name: await client.call_tool(**call) for name, call in calls.items()}
        first: dict[str, Any] = results["page"].structured_content or {}
        again: dict[str, Any] = {**calls["page"]["arguments"], "cursor": first["next"]}
        results["next_page"] = await client.call_tool(calls["page"]["name"], again)
        return {
            "protocol": client.protocol_version,
            "tools": [wire(tool) for tool in tools],
            **{name: wire(result) for name, result in results.items()},
        }


def wire(part: Any) -> dict[str, Any]:
    told: dict[str, Any] = part.model_dump(mode="json", by_alias=True, exclude_none=True)
    return told


print(json.dumps(anyio.run(lambda: main(**json.loads(sys.argv[1])))))
