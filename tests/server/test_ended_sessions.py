"""What a user has open over HTTP ends with them: calls under way, sessions, streams and browsers."""

import time
from argparse import Namespace
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from mcp.client.subscriptions import SubscriptionLost
from mcp.shared.exceptions import MCPError

from server.commands.user import allowed, ended
from server.configuration import Configuration, load
from server.vault import Connected
from tests.server.oidc.forgeries import Forge
from tests.server.oidc.house import WAYS, House, configured, open_house
from tests.server.oidc.issuer import URL
from tests.server.serving import Slow
from tests.server.test_callers import LIST, begin

pytestmark = pytest.mark.anyio

SOURCE = """
[sources.slow]
kind = "sqlite"
dsn = "sqlite:shop.db"
timeout = 60
owner = "a team"
purpose = "tests"
classification = "internal"
tables.t.columns = ["id"]
roles.read = ["analyst"]
"""
PATIENCE = 30.0  # seconds


@dataclass
class Open:
    house: House
    slow: Slow
    configuration: Configuration
    forge: Forge

    def token(self, person: str, age: int) -> str:
        """One that was made so many seconds ago."""
        return self.forge.sign(sub=person, iat=int(time.time()) - age)

    async def end(self, person: str, *, block: bool = False) -> None:
        options = Namespace(user=person, tenant=None, why="", block=block, keep_connections=False)
        await ended(self.configuration.document, options)


@pytest.fixture
async def opened(tmp_path: Path, free_port: int, forge: Forge) -> AsyncGenerator[Open]:
    file = configured(tmp_path, forge.issuer.url, URL).file
    file.write_text(file.read_text() + SOURCE)
    configuration = load(file)
    slow = Slow()
    sources = {"slow": Connected(configuration.document.sources["slow"], slow, None)}
    async with open_house(configuration, free_port, sources) as house:
        yield Open(house, slow, configuration, forge)


async def test_a_call_under_way_ends_with_its_user_whatever_it_came_by(opened: Open) -> None:
    for way in WAYS:
        opened.slow.begun, opened.slow.over = anyio.Event(), anyio.Event()
        with anyio.fail_after(PATIENCE):
            async with (
                opened.house.client(opened.token(way, 5), way) as client,
                opened.house.client(opened.token("bob", 5), "modern") as other,
                anyio.create_task_group() as tasks,
            ):

                async def call(client: Any = client) -> None:
                    with pytest.raises(MCPError):
                        await client.call_tool("slow_wait", {})

                tasks.start_soon(call)
                await opened.slow.begun.wait()
                await opened.end(way)
                await opened.slow.over.wait()
                assert opened.slow.ended == "cancelled"
                assert (await other.list_tools()).tools


async def test_who_listens_for_changes_stops_hearing_of_them_with_the_end_of_their_session(
    opened: Open,
) -> None:
    with anyio.fail_after(PATIENCE):
        async with (
            opened.house.client(opened.token("ada", 5), "modern") as client,
            opened.house.client(opened.token("bob", 5), "modern") as other,
            other.listen(tools_list_changed=True),
        ):
            async with client.listen(tools_list_changed=True) as changes:
                await opened.end("ada")
                with pytest.raises(SubscriptionLost):
                    await anext(changes)
            assert (await other.list_tools()).tools


async def test_a_token_from_before_is_a_401_and_one_from_after_counts(opened: Open) -> None:
    old, blocked = opened.token("ada", 5), opened.token("eve", 5)
    await opened.end("ada")
    await opened.end("eve", block=True)
    opened.slow.let_go.set()
    with anyio.fail_after(PATIENCE):
        async with opened.house.browser(old) as browser:
            while (answer := await browser.post("/mcp", json=LIST)).status_code != 401:
                pass
        assert 'error="invalid_token"' in answer.headers["www-authenticate"]
        async with opened.house.client(opened.token("ada", -5), "modern") as client:
            assert not (await client.call_tool("slow_wait", {})).is_error
        for token in (blocked, opened.token("eve", -5)):
            async with opened.house.client(token, "modern") as client:
                refused = await client.call_tool("slow_wait", {})
                assert refused.is_error
                assert refused.meta is not None
                assert refused.meta["remit/call"]["rule"] == "blocked"
                with pytest.raises(MCPError, match="An administrator has ended your access"):
                    await client.list_tools()
        options = Namespace(user="eve", why="")
        assert await allowed(opened.configuration.document, options)
        async with opened.house.client(opened.token("eve", -5), "modern") as client:
            assert not (await client.call_tool("slow_wait", {})).is_error


async def test_sessions_and_streams_end_with_their_user_and_nobody_elses_do(opened: Open) -> None:
    async with AsyncExitStack() as stack:
        stack.enter_context(anyio.fail_after(PATIENCE))
        hers = await stack.enter_async_context(opened.house.browser(opened.token("ada", 5)))
        his = await stack.enter_async_context(opened.house.browser(opened.token("bob", 5)))
        session, other = await begin(hers), await begin(his)
        known = {"mcp-session-id": session, "accept": "text/event-stream"}
        streams: list[httpx2.Response] = []
        for method, path, headers in (("GET", "/mcp", known), ("GET", "/sse", {})):
            stream = hers.stream(method, path, headers=headers)
            streams.append(await stack.enter_async_context(stream))
        assert [stream.status_code for stream in streams] == [200, 200]
        await opened.end("ada")
        for open_one in streams:
            with suppress(httpx2.RemoteProtocolError):  # the connection ends within a chunk
                async for _ in open_one.aiter_lines():
                    pass
        again = await stack.enter_async_context(opened.house.browser(opened.token("ada", -5)))
        told = await again.post("/mcp", json=LIST, headers={"mcp-session-id": session})
        assert told.status_code == 404
        await begin(again)
        still = await his.post("/mcp", json=LIST, headers={"mcp-session-id": other})
        assert still.status_code == 200
