"""Asks a remit server one question, over stdio or HTTP, and prints what comes back.

    python ask.py --stdio remit.toml shop_query '{"sql": "SELECT count(*) FROM orders"}'
    python ask.py --http http://127.0.0.1:8787/mcp shop_schema

Without a tool it lists the tools. The exit status is 1 where the server refuses. Over HTTP it sends the
bearer token of the environment variable REMIT_TOKEN, where there is one. A question that takes longer than
--patience is taken back, and so is one that Ctrl-C interrupts: the server stops working on it.
"""

import argparse
import json
import os
import sys
from contextlib import AsyncExitStack
from http import HTTPStatus

import anyio
import httpx2
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from mcp_types import TextContent


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Ask a remit server one question.")
    how = parser.add_mutually_exclusive_group(required=True)
    how.add_argument("--stdio", metavar="FILE", help="start a server over this remit.toml")
    how.add_argument("--http", metavar="URL", help="reach a server that listens here")
    parser.add_argument("--handshake", action="store_true", help="speak the protocol of 2025-11-25")
    parser.add_argument("--patience", type=float, default=60, metavar="SECONDS", help="default: 60")
    parser.add_argument("tool", nargs="?", help="the tool to call")
    parser.add_argument("arguments", nargs="?", default="{}", help="its arguments, as JSON")
    return parser.parse_args()


async def ask(options: argparse.Namespace) -> int:
    async with AsyncExitStack() as stack:
        if options.stdio:
            command = ["serve", "--stdio", "--config", options.stdio]
            transport = stdio_client(StdioServerParameters(command="remit", args=command))
        else:
            http = await stack.enter_async_context(with_token(options.patience))
            transport = streamable_http_client(options.http, http_client=http)
        mode = "legacy" if options.handshake else "auto"
        client = await stack.enter_async_context(Client(transport, mode=mode))
        if options.tool is None:
            for tool in (await client.list_tools()).tools:
                print(f"{tool.name}: {tool.title}")
            return 0
        # Leaving the block tells the server that nobody waits for the answer any more.
        with anyio.move_on_after(options.patience):
            result = await client.call_tool(
                options.tool, json.loads(options.arguments), progress_callback=show
            )
            for part in result.content:
                if isinstance(part, TextContent):
                    print(part.text)
            return int(result.is_error)
    print(f"No answer within {options.patience:g} seconds: the question is taken back.", file=sys.stderr)
    return 1


def with_token(patience: float) -> httpx2.AsyncClient:
    token = os.environ.get("REMIT_TOKEN")
    return httpx2.AsyncClient(
        headers={"Authorization": f"Bearer {token}"} if token else {},
        timeout=httpx2.Timeout(30, read=patience + 30),
        event_hooks={"response": [explain]},
    )


async def explain(response: httpx2.Response) -> None:
    """The SDK says of this that the server returned an error."""
    if response.status_code == HTTPStatus.UNAUTHORIZED:
        print("The server asks for a token: put one that it takes into REMIT_TOKEN.", file=sys.stderr)


async def show(progress: float, total: float | None, message: str | None) -> None:
    """The server's word on how far it is, while the answer is on its way."""
    of = "" if total is None else f" of {total:g}"
    print(message or f"{progress:g}{of}", file=sys.stderr)


def main() -> int:
    status = 1
    try:
        status = anyio.run(ask, arguments())
    except* MCPError:
        print("The server turned this client away.", file=sys.stderr)
    return status


if __name__ == "__main__":
    raise SystemExit(main())
