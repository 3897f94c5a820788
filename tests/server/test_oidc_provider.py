"""Against a real issuer: the authorization code flow, two people, its keys rotated, and the doctor."""

import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from policies.bearer import TokenRefused
from policies.call import Caller, Transport, User
from policies.document import Document, Oidc, OidcScopes
from policies.document import Identity as IdentitySettings
from policies.errors import Denied
from server.anomalies.failures import Failures
from server.commands import doctor
from server.identity import Identity
from server.issuer import APART, FRESH, Issuer
from server.tokens import REMEMBERED, Tokens
from server.web import metadata
from server.web.bearer import VERIFIED, Bearer, Challenge
from tests.npm import Node
from tests.server.oidc.provider import Provider, running

pytestmark = pytest.mark.anyio

URL = "http://127.0.0.1:8787"
RESOURCE = f"{URL}/mcp"
OTHER = "https://mail.acme.example/mcp"
SCOPE = "openid remit:read"


@pytest.fixture(scope="module")
def provider(node: Node) -> Iterator[Provider]:
    with running(node, RESOURCE, OTHER) as started:
        yield started


@pytest.fixture
def oidc(provider: Provider) -> Oidc:
    scopes = OidcScopes(read="remit:read", act="remit:act")
    return Oidc(
        issuer=provider.issuer, tenant_claim="tenant", claims={"territory": "territory"}, scopes=scopes
    )


class Clock:
    def __init__(self) -> None:
        self.at = time.monotonic()

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tokens(oidc: Oidc, clock: Clock) -> Tokens:
    return Tokens(oidc, RESOURCE, Issuer(oidc, ssl.create_default_context(), clock), clock=clock)


async def named(tokens: Tokens, oidc: Oidc, text: str) -> User:
    return await Identity(None, oidc).identify(Caller(Transport.HTTP, "", await tokens.verify(text)))


async def test_a_client_that_knows_only_our_address_finds_its_way_to_a_token(
    provider: Provider, oidc: Oidc, tokens: Tokens
) -> None:
    document = Document.model_validate({"root": "/", "identity": {"oidc": oidc}})

    async def who(request: Request) -> JSONResponse:
        return JSONResponse(request.scope[VERIFIED].subject)

    challenge = Challenge(metadata.address(document.resource), oidc.scopes)
    guarded = Bearer(
        Starlette(routes=[Route("/mcp", who)]), tokens, challenge, lambda token: token, Failures()
    )
    app = Starlette(routes=[*metadata.routes(document, oidc), Route("/mcp", guarded)])
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=URL) as client:
        refused = await client.get("/mcp")
        told = dict(part.split("=", 1) for part in refused.headers["www-authenticate"][7:].split(", "))
        known: Any = (await client.get(told["resource_metadata"].strip('"'))).json()
        assert known["authorization_servers"] == [provider.issuer]
        text = provider.token("ada", known["resource"], told["scope"].strip('"'))
        answer = await client.get("/mcp", headers={"authorization": f"Bearer {text}"})
    assert (answer.status_code, answer.json()) == (200, "ada")


@pytest.mark.threat("T05")
async def test_two_people_at_one_client_are_two_users(provider: Provider, oidc: Oidc, tokens: Tokens) -> None:
    ada, bob = provider.token("ada", RESOURCE, SCOPE), provider.token("bob", RESOURCE, SCOPE)
    assert (await tokens.verify(ada)).client == (await tokens.verify(bob)).client == "editor"
    assert await named(tokens, oidc, ada) == User(
        "ada", "acme", frozenset({"analyst"}), {"territory": "EMEA"}
    )
    assert await named(tokens, oidc, bob) == User(
        "bob", "acme", frozenset({"analyst"}), {"territory": "APAC"}
    )
    desktop = provider.token("ada", RESOURCE, SCOPE, client="desktop")
    assert await named(tokens, oidc, desktop) == await named(tokens, oidc, ada)


@pytest.mark.threat("T04")
async def test_a_token_for_another_server_and_an_id_token_do_not_count(
    provider: Provider, tokens: Tokens
) -> None:
    given = provider.tokens("ada", RESOURCE, SCOPE)
    await tokens.verify(given["access_token"])
    others = provider.tokens("ada", OTHER, SCOPE)
    for text in (others["access_token"], others["id_token"], given["id_token"]):
        with pytest.raises(TokenRefused):
            await tokens.verify(text)


@pytest.mark.threat("T04")
async def test_a_rotated_key_is_taken_up_and_the_old_one_dropped(
    provider: Provider, tokens: Tokens, clock: Clock
) -> None:
    before = provider.token("ada", RESOURCE, SCOPE)
    await tokens.verify(before)
    provider.rotate("second", "first")
    try:
        between = provider.token("ada", RESOURCE, SCOPE)
        clock.at += APART
        await tokens.verify(between)
        await tokens.verify(before)
        provider.rotate("second")
        clock.at += max(FRESH, REMEMBERED) + 1
        await tokens.verify(between)
        with pytest.raises(TokenRefused):
            await tokens.verify(before)
    finally:
        provider.rotate("first")


async def test_a_token_that_says_too_little_names_nobody(
    provider: Provider, oidc: Oidc, tokens: Tokens
) -> None:
    with pytest.raises(Denied) as denied:
        await named(tokens, oidc, provider.token("eve", RESOURCE, SCOPE))
    assert "groups" in denied.value.detail


async def test_the_doctor_asks_the_issuer(provider: Provider, oidc: Oidc) -> None:
    assert await doctor.identity_findings(IdentitySettings(oidc=oidc), Path()) == []
    wrong = oidc.model_copy(update={"issuer": provider.issuer + "/"})
    (finding,) = await doctor.identity_findings(IdentitySettings(oidc=wrong), Path())
    assert finding.fatal
    assert "to the letter" in finding.what
    weak = oidc.model_copy(update={"algorithms": ("ES256",)})
    (finding,) = await doctor.identity_findings(IdentitySettings(oidc=weak), Path())
    assert "no key for ES256" in finding.what
    (finding,) = await doctor.identity_findings(IdentitySettings(), Path())
    assert "[identity.oidc]" in finding.what
