"""Asks a remit server one question, over stdio or HTTP, and prints what comes back.

    python ask.py --stdio remit.toml shop_query '{"sql": "SELECT count(*) FROM orders"}'
    python ask.py --http http://127.0.0.1:8787/mcp shop_schema

Without a tool it lists the tools. The exit status is 1 where the server refuses.
"""

import argparse
import json

import anyio
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp_types import TextContent


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Ask a remit server one question.")
    how = parser.add_mutually_exclusive_group(required=True)
    how.add_argument("--stdio", metavar="FILE", help="start a server over this remit.toml")
    how.add_argument("--http", metavar="URL", help="reach a server that listens here")
    parser.add_argument("--handshake", action="store_true", help="speak the protocol of 2025-11-25")
    parser.add_argument("tool", nargs="?", help="the tool to call")
    parser.add_argument("arguments", nargs="?", default="{}", help="its arguments, as JSON")
    return parser.parse_args()


async def ask(options: argparse.Namespace) -> int:
    server = options.http or StdioServerParameters(
        command="remit", args=["serve", "--stdio", "--config", options.stdio]
    )
    async with Client(server, mode="legacy" if options.handshake else "auto") as client:
        if options.tool is None:
            for tool in (await client.list_tools()).tools:
                print(f"{tool.name}: {tool.title}")
            return 0
        result = await client.call_tool(options.tool, json.loads(options.arguments))
    for part in result.content:
        if isinstance(part, TextContent):
            print(part.text)
    return int(result.is_error)


if __name__ == "__main__":
    raise SystemExit(anyio.run(ask, arguments()))
