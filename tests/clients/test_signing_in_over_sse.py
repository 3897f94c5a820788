"""A client from before Streamable HTTP that knows nothing but our address signs its user in."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from mcp.client import Client
from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider
from mcp.client.sse import sse_client
from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata, OAuthToken
from pydantic import AnyUrl

from tests.npm import Node
from tests.server.oidc.house import configured, open_house
from tests.server.oidc.provider import CALLBACK, Provider, running, sign_in

pytestmark = pytest.mark.anyio


@pytest.fixture
def url(free_port: int) -> str:
    return f"http://127.0.0.1:{free_port}"


@pytest.fixture
def provider(node: Node, url: str) -> Iterator[Provider]:
    with running(node, f"{url}/mcp") as started:
        yield started


class Person:
    """Sits before the browser that the client opens; the client keeps what it gets in here too."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._told: dict[str, str] = {}
        self.tokens: OAuthToken | None = None
        self._client: OAuthClientInformationFull | None = None

    async def sign_in(self, address: str) -> None:
        with httpx2.Client() as browser:
            returned = parse_qs(urlsplit(sign_in(browser, address, self._name, CALLBACK)).query)
        self._told = {name: value for name, (value,) in returned.items()}

    async def come_back(self) -> AuthorizationCodeResult:
        return AuthorizationCodeResult.model_validate(self._told)

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self._client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self._client = client_info

    def auth(self, address: str) -> OAuthClientProvider:
        wishes = OAuthClientMetadata(
            redirect_uris=[AnyUrl(CALLBACK)], token_endpoint_auth_method="none", client_name="a client"
        )
        return OAuthClientProvider(address, wishes, self, self.sign_in, self.come_back)


@pytest.mark.threat("T04", "T05")
async def test_two_people_sign_in_and_each_sees_their_own_rows(
    tmp_path: Path, free_port: int, url: str, provider: Provider
) -> None:
    async with open_house(configured(tmp_path, provider.issuer, url), free_port):
        for name, territory in (("ada", "EMEA"), ("bob", "APAC")):
            person = Person(name)
            transport = sse_client(f"{url}/sse", auth=person.auth(f"{url}/mcp"))
            async with Client(transport, mode="legacy") as client:
                sql = "SELECT DISTINCT territory FROM customers"
                result = await client.call_tool("shop_query", {"sql": sql})
            assert result.structured_content["rows"] == [[territory]]
            assert person.tokens
            assert person.tokens.scope == "remit:read"
