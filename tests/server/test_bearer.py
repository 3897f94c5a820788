"""What a client is told that brings no token, or one that does not suffice; and what stands behind sees."""

import ssl
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.types import Message, Receive, Scope, Send

from policies.bearer import lacking
from policies.call import Tier, Token
from policies.document import Document, Identity, OidcScopes, Server
from server.anomalies.failures import Failures
from server.issuer import RETRY, Issuer
from server.tokens import Tokens
from server.web import metadata
from server.web.bearer import VERIFIED, Bearer, Challenge
from tests.server.oidc.issuer import AUDIENCE, PretendIssuer, Signer

pytestmark = pytest.mark.anyio

KEY = Signer.ec("key")
URL = "https://remit.acme.example"
METADATA = f"{URL}/.well-known/oauth-protected-resource/mcp"
SCOPES = OidcScopes(read="remit:read", act="remit:act")


@pytest.fixture
def far() -> Iterator[PretendIssuer]:
    issuer = PretendIssuer(KEY.published())
    yield issuer
    issuer.close()


class World:
    """The middleware before an application that keeps what reaches it."""

    def __init__(self, far: PretendIssuer, scopes: OidcScopes = SCOPES) -> None:
        self.reached: list[Scope] = []
        self.failures = Failures()
        self.challenge = Challenge(METADATA, scopes)
        settings = far.settings()
        self.app = Bearer(
            self._behind,
            Tokens(settings, AUDIENCE, Issuer(settings, ssl.create_default_context())),
            self.challenge,
            lambda token: token,
            self.failures,
        )

    async def _behind(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.reached.append(scope)
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b""})

    async def post(self, *headers: tuple[str, str], path: str = "/mcp", body: str = "") -> httpx2.Response:
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(self.app), base_url=URL) as client:
            return await client.post(path, headers=list(headers), content=body)


def bearer(text: str) -> tuple[str, str]:
    return "Authorization", f"Bearer {text}"


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("Authorization", "Basic YWRhOmh1bnRlcjI=")],
        [("Authorization", "")],
        [("X-Authorization", "Bearer x")],
        [("Cookie", "access_token=x")],
    ],
)
async def test_who_brings_no_token_is_told_where_to_get_one(
    far: PretendIssuer, headers: list[tuple[str, str]]
) -> None:
    world = World(far)
    answer = await world.post(*headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == f'Bearer scope="remit:read", resource_metadata="{METADATA}"'
    assert answer.headers["cache-control"] == "no-store"
    assert not world.reached
    assert not far.asked


async def test_without_scopes_in_the_settings_none_is_asked_for(far: PretendIssuer) -> None:
    answer = await World(far, OidcScopes()).post()
    assert answer.headers["www-authenticate"] == f'Bearer resource_metadata="{METADATA}"'


@pytest.mark.threat("T04")
async def test_a_token_at_two_places_or_in_the_address_is_no_request(far: PretendIssuer) -> None:
    world, text = World(far), KEY.sign(far.claims())
    for answer in (
        await world.post(bearer(text), bearer(text)),
        await world.post(bearer(text), ("authorization", "Basic YWRhOmh1bnRlcjI=")),
        await world.post(path=f"/mcp?access_token={text}"),
        await world.post(bearer(text), path=f"/mcp?a=1&%61ccess_token={text}"),
    ):
        assert answer.status_code == 400
        assert (
            answer.headers["www-authenticate"]
            == f'Bearer error="invalid_request", resource_metadata="{METADATA}"'
        )
        assert text not in answer.text
    assert not world.reached
    assert not far.asked


async def test_a_token_in_the_body_is_not_looked_at(far: PretendIssuer) -> None:
    form = ("Content-Type", "application/x-www-form-urlencoded")
    answer = await World(far).post(form, body=f"access_token={KEY.sign(far.claims())}")
    assert answer.status_code == 401
    assert not far.asked


@pytest.mark.threat("T03", "T05")
async def test_what_stands_behind_sees_who_asks_and_not_the_token(far: PretendIssuer) -> None:
    world, text = World(far), KEY.sign(far.claims())
    answer = await world.post(bearer(text), ("Mcp-Session-Id", "1"))
    assert answer.status_code == 200
    (scope,) = world.reached
    token = scope[VERIFIED]
    assert isinstance(token, Token)
    assert (token.client, token.subject) == ("editor", "ada")
    assert scope["user"] is token
    assert (b"mcp-session-id", b"1") in scope["headers"]
    seen = repr(scope)
    for part in text.split("."):
        assert part not in seen


async def test_an_issuer_that_is_away_is_a_reason_to_come_back_and_no_failure(far: PretendIssuer) -> None:
    far.pages.clear()
    world = World(far)
    answer = await world.post(bearer(KEY.sign(far.claims())))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, str(RETRY))
    assert answer.json() == {"error": "temporarily_unavailable"}
    assert not world.reached


async def test_a_token_without_the_scope_is_told_which_to_ask_for(far: PretendIssuer) -> None:
    world = World(far)
    answer = await world.post(bearer(KEY.sign(far.claims(scope="openid"))))
    assert answer.status_code == 403
    assert answer.json() == {"error": "insufficient_scope"}
    assert answer.headers["www-authenticate"] == (
        f'Bearer error="insufficient_scope", scope="remit:read", resource_metadata="{METADATA}"'
    )
    assert not world.reached


async def test_stepping_up_to_act_keeps_the_scope_to_read(far: PretendIssuer) -> None:
    world = World(far)
    await world.post(bearer(KEY.sign(far.claims(scope="remit:read"))))
    needed = lacking(world.reached[0][VERIFIED], Tier.ACT, SCOPES)
    answer = world.challenge.insufficient_scope(needed)
    assert answer.status_code == 403
    assert 'scope="remit:read remit:act"' in answer.headers["www-authenticate"]


async def test_no_other_kind_of_connection_gets_through(far: PretendIssuer) -> None:
    world, sent = World(far), list[Any]()

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    await world.app({"type": "websocket", "headers": [], "query_string": b""}, receive, send)
    assert sent == [{"type": "websocket.close", "code": 1008}]
    assert not world.reached
    await world.app({"type": "lifespan"}, receive, send)
    assert world.reached == [{"type": "lifespan"}]


@pytest.mark.parametrize(
    ("url", "paths"),
    [
        (URL, ["/.well-known/oauth-protected-resource/mcp", "/.well-known/oauth-protected-resource"]),
        (
            f"{URL}/tools/",
            [
                "/.well-known/oauth-protected-resource/tools/mcp",
                "/.well-known/oauth-protected-resource/mcp",
                "/.well-known/oauth-protected-resource",
            ],
        ),
    ],
)
async def test_the_metadata_stand_where_the_challenge_says_and_name_the_issuer(
    far: PretendIssuer, url: str, paths: list[str]
) -> None:
    oidc = far.settings(scopes=SCOPES.model_dump(), audience="api://something-else")
    document = Document.model_validate(
        {"root": "/", "server": Server(url=url, name="acme"), "identity": Identity(oidc=oidc)}
    )
    app = Starlette(routes=metadata.routes(document, oidc))
    assert metadata.address(document.resource) == URL + paths[0]
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=URL) as client:
        for path in paths:
            answer = await client.get(path)
            assert answer.status_code == 200
            assert answer.json() == {
                "resource": url.rstrip("/") + "/mcp",
                "authorization_servers": [far.url],
                "scopes_supported": ["remit:read", "remit:act"],
                "bearer_methods_supported": ["header"],
                "resource_name": "acme",
            }
            assert (await client.post(path)).status_code == 405
    plain = metadata.metadata(document, far.settings())
    assert "scopes_supported" not in plain
