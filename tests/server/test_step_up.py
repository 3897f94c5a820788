"""A token that reaches as far as reading, and a tool that acts: the client is told what to ask for."""

from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from policies.call import Tier, Tool, User
from policies.secret import Credential
from server.assembly import connected
from server.commands.autonomous import switched_on
from server.configuration import load
from server.history import search
from server.vault import Connected
from tests.server.enabling import tomorrow
from tests.server.oidc.house import House, configured, open_house
from tests.server.oidc.issuer import URL, PretendIssuer, Signer
from tools.authorization import Authorization
from tools.connector import Connector, Finding, Session

pytestmark = pytest.mark.anyio

KEY = Signer.ec("key")
READ = "remit:read"
ACT = "remit:act"


SCOPE = """
[scopes.{0}]
tool = "shop_{0}"
roles = ["support"]
targets = []
kinds = []
rows = 1
per_hour = {{ calls = 1, rows = 1 }}
per_day = {{ calls = 1, rows = 1 }}
"""


class Acting:
    """A source with a tool that acts beside those that read."""

    authorization: Authorization | None = None

    def __init__(self, behind: Connector) -> None:
        self._behind = behind
        schema = behind.tools[0].input_schema
        acting = Tool("shop", "merge", Tier.ACT, "Merge", "Merges.", schema, {"type": "object"})
        self.tools: Sequence[Tool] = (*behind.tools, acting)

    def open(self, user: User | None, credential: Credential | None) -> AbstractAsyncContextManager[Session]:
        return self._behind.open(user, credential)

    async def inspect(self, credential: Credential | None) -> Sequence[Finding]:
        return await self._behind.inspect(credential)

    async def close(self) -> None:
        await self._behind.close()


@pytest.fixture
def far() -> Iterator[PretendIssuer]:
    issuer = PretendIssuer(KEY.published())
    yield issuer
    issuer.close()


@pytest.fixture
async def house(tmp_path: Path, free_port: int, far: PretendIssuer) -> AsyncGenerator[House]:
    file = configured(tmp_path, far.url, URL).file
    text = file.read_text()
    assert 'read = ["analyst"]\n' in text
    for right in ("act", "act_unconfirmed"):
        text = text.replace(f'{right} = ["analyst"] ', f'{right} = ["support"] ', 1)
    file.write_text(text + "".join(map(SCOPE.format, ("write", "merge"))))
    configuration = load(file)
    for scope in configuration.document.scopes:
        await switched_on(configuration.document, scope, tomorrow(), "tests")
    sources = dict(connected(configuration.document))
    shop = sources["shop"]
    sources["shop"] = Connected(shop.settings, Acting(shop.connector), shop.credential)
    async with open_house(configuration, free_port, sources) as opened:
        yield opened


async def call(house: House, tool: str, token: str) -> tuple[int, str]:
    """The status, and the challenge."""
    message: Any = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {
            "name": tool,
            "arguments": {},
            "_meta": {
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientInfo": {"name": "a client", "version": "1"},
                "io.modelcontextprotocol/clientCapabilities": {},
            },
        },
    }
    modern = {"mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call", "mcp-name": tool}
    async with house.browser(token) as browser:
        answer = await browser.post("/mcp", json=message, headers=modern)
    return answer.status_code, answer.headers.get("www-authenticate", "")


def challenge(scope: str) -> str:
    metadata = f"{URL}/.well-known/oauth-protected-resource/mcp"
    return f'Bearer error="insufficient_scope", scope="{scope}", resource_metadata="{metadata}"'


async def test_a_tool_that_acts_asks_for_the_scope_to_act_and_one_that_reads_does_not(
    house: House, far: PretendIssuer
) -> None:
    reading = KEY.sign(far.claims(groups=["analyst", "support"], scope="remit:read"))
    acting = KEY.sign(far.claims(groups=["analyst", "support"], scope="remit:read remit:act"))
    assert await call(house, "shop_schema", reading) == (200, "")
    status, told = await call(house, "shop_merge", reading)
    assert status == 403
    assert told == challenge("remit:read remit:act")
    assert (await call(house, "shop_merge", acting))[0] == 200
    bare = KEY.sign(far.claims(groups=["support"], scope="remit:act"))
    assert (await call(house, "shop_merge", bare))[0] == 403


@pytest.mark.threat("T36")
async def test_a_tool_that_is_closed_and_one_that_does_not_exist_ask_for_nothing(
    house: House, far: PretendIssuer
) -> None:
    reading = KEY.sign(far.claims(groups=["analyst"], scope="remit:read"))
    assert await call(house, "shop_merge", reading) == await call(house, "shop_merges", reading) == (200, "")


@pytest.mark.threat("T10")
async def test_every_tool_asks_for_exactly_what_it_takes_and_nothing_is_begun(
    house: House, far: PretendIssuer
) -> None:
    """Whatever is in the catalogue; a tool is listed all the same, or no client would ever step up to it."""
    tools = house.service.catalogue.tools
    assert {tool.tier for tool in tools} == {*Tier}
    groups = ["analyst", "support"]
    needed = {tool.name: READ if tool.tier is Tier.READ else f"{READ} {ACT}" for tool in tools}
    for scope in (READ, ACT, f"{READ} {ACT}", f"openid {READ.upper()} {ACT}er"):
        token, held = KEY.sign(far.claims(groups=groups, scope=scope)), {*scope.split()}
        for tool in tools:
            # Whoever may not read at all is told so at the door, whatever the tool.
            missing = needed[tool.name] if READ in held else READ
            if held >= {*missing.split()}:
                assert await call(house, tool.name, token) == (200, "")
            else:
                assert await call(house, tool.name, token) == (403, challenge(missing))
    assert await house.service.store.read(lambda: house.service.pipeline.audit.actions.read("")) == []
    assert "intended" not in {entry.columns[1] for entry in await search(house.service.store, limit=1000)}
