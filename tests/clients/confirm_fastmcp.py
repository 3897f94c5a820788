"""Asks for an action with the client of FastMCP, and says at its form what it is told to say."""

import json
import sys
from typing import Any

import anyio
from fastmcp import Client
from fastmcp.client.elicitation import ElicitResult
from fastmcp.client.transports import StdioTransport


async def main(target: dict[str, Any], call: dict[str, Any], says: dict[str, Any]) -> dict[str, Any]:
    asked: list[str] = []

    async def person(message: str, *_: object) -> ElicitResult[dict[str, Any]]:
        asked.append(message)
        return ElicitResult(action=says["action"], content=says.get("content"))

    program, *arguments = target["command"] or [""]
    where: Any = target["url"] or StdioTransport(program, arguments)
    mode = target["protocol"] if target["protocol"] == "2026-07-28" else "legacy"
    async with Client(where, mode=mode, timeout=30, elicitation_handler=person) as client:
        await client.list_tools()
        result = await client.call_tool(**call, raise_on_error=False)
        content = [part.model_dump(mode="json", by_alias=True, exclude_none=True) for part in result.content]
        told = {"content": content, "structuredContent": result.structured_content}
        return {"asked": asked, "result": {**told, "isError": result.is_error}}


print(json.dumps(anyio.run(lambda: main(**json.loads(sys.argv[1])))))
