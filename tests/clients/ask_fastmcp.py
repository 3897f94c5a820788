"""Visits a server with the client of FastMCP."""

import json
import sys
from functools import partial
from typing import Any

import anyio
from fastmcp import Client
from fastmcp.client.client import CallToolResult
from fastmcp.client.transports import SSETransport, StdioTransport


async def main(target: dict[str, Any], calls: dict[str, Any]) -> dict[str, Any]:
    if target["command"]:
        program, *arguments = target["command"]
        where: Any = StdioTransport(program, arguments)
    else:
        where = SSETransport(target["url"]) if target["sse"] else target["url"]
    mode = target["protocol"] if target["protocol"] == "2026-07-28" else "legacy"
    async with Client(where, mode=mode, timeout=30) as client:
        tools = await client.list_tools()
        # It makes a Python value of each result, after the output schema that it has listed.
        ask = partial(client.call_tool, raise_on_error=False)
        results = {name: await ask(**call) for name, call in calls.items()}
        again = {**calls["page"]["arguments"], "cursor": results["page"].data.next}
        results["next_page"] = await ask(calls["page"]["name"], again)
        return {
            "protocol": client.protocol_version,
            "tools": [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in tools],
            **{name: wire(result) for name, result in results.items()},
        }


def wire(result: CallToolResult) -> dict[str, Any]:
    content = [part.model_dump(mode="json", by_alias=True, exclude_none=True) for part in result.content]
    return {
        "content": content,
        "structuredContent": result.structured_content,
        "isError": result.is_error,
    }


print(json.dumps(anyio.run(lambda: main(**json.loads(sys.argv[1])))))
