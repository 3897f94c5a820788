"""Watches a server's list of tools with the client of `mcp`: prints it, and again once it changes."""

import json
import sys
from typing import Any

import anyio
from mcp.client import Client
from mcp.client.session import IncomingMessage
from mcp_types import ToolListChangedNotification


async def main(target: dict[str, Any]) -> None:
    changed = anyio.Event()

    async def hear(message: IncomingMessage) -> None:
        if isinstance(message, ToolListChangedNotification):
            changed.set()

    modern = target["protocol"] == "2026-07-28"
    mode = target["protocol"] if modern else "legacy"
    with anyio.fail_after(30):
        async with Client(target["url"], mode=mode, message_handler=hear) as client:
            if modern:
                async with client.listen(tools_list_changed=True) as changes:
                    await show(client)
                    await anext(changes)
            else:
                await show(client)
                await changed.wait()
            await show(client)


async def show(client: Client) -> None:
    print(json.dumps([tool.name for tool in (await client.list_tools()).tools]), flush=True)


anyio.run(main, json.loads(sys.argv[1]))
