"""What remit is measured against: `mcp` and `asyncpg`, with nothing between them and no guard at all.

    python -m tests.benchmarks.bare PORT

The address of the database is in `BARE_DSN`, its role's password in `PGPASSWORD`, its authority in `BARE_CA`.
"""

import json
import os
import ssl
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

import asyncpg
import mcp_types as types
import uvicorn
from mcp.server import Server

if TYPE_CHECKING:
    from mcp.server.context import ServerRequestContext

TOOL = "shop_query"
SCHEMA: dict[str, Any] = {"type": "object", "properties": {"sql": {"type": "string"}}, "required": ["sql"]}

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Context: TypeAlias = "ServerRequestContext[Pool, Any]"


@asynccontextmanager
async def pool(_: "Server[Pool]") -> AsyncGenerator[Pool]:
    tls = ssl.create_default_context(cafile=os.environ["BARE_CA"])
    async with asyncpg.create_pool(os.environ["BARE_DSN"], ssl=tls, min_size=0, max_size=10) as pool:
        yield pool


async def list_tools(_: "Context", __: types.PaginatedRequestParams | None) -> types.ListToolsResult:
    return types.ListToolsResult(tools=[types.Tool(name=TOOL, input_schema=SCHEMA)])


async def call_tool(context: "Context", params: types.CallToolRequestParams) -> types.CallToolResult:
    rows = await context.lifespan_context.fetch((params.arguments or {})["sql"])
    # Both halves of an answer, as the protocol asks for of a tool with structured content.
    text = json.dumps([list(row.values()) for row in rows], default=str)
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=text)], structured_content={"rows": json.loads(text)}
    )


def main() -> None:
    app = Server("bare", lifespan=pool, on_list_tools=list_tools, on_call_tool=call_tool)
    uvicorn.run(
        app.streamable_http_app(json_response=True),
        host="127.0.0.1",
        port=int(sys.argv[1]),
        log_config=None,
        access_log=False,
        server_header=False,
    )


if __name__ == "__main__":
    main()
