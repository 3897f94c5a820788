"""Watches a server's list of tools with the client of `mcp`: prints it, and again at each change."""

import json
import sys
from typing import Any

import anyio
from mcp.client import Client
from mcp.client.session import IncomingMessage
from mcp_types import ToolListChangedNotification


async def main(target: dict[str, Any]) -> None:
    changes, changed = anyio.create_memory_object_stream[None](10)

    async def hear(message: IncomingMessage) -> None:
        if isinstance(message, ToolListChangedNotification):
            await changes.send(None)

    modern = target["protocol"] == "2026-07-28"
    mode = target["protocol"] if modern else "legacy"
    with anyio.fail_after(120):
        async with Client(target["url"], mode=mode, message_handler=hear) as client:
            if modern:
                async with client.listen(tools_list_changed=True) as heard:
                    await show(client)
                    async for _ in heard:
                        await show(client)
            else:
                await show(client)
                async for _ in changed:
                    await show(client)


async def show(client: Client) -> None:
    print(json.dumps([tool.name for tool in (await client.list_tools()).tools]), flush=True)


anyio.run(main, json.loads(sys.argv[1]))
