"""Which bearer tokens count, seen from outside: through the middleware, against an issuer on loopback."""

import ssl
import time
from collections.abc import Callable, Iterator
from typing import Any

import anyio.from_thread
import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Receive, Scope, Send

from policies.bearer import TokenRefused
from policies.call import Token
from policies.document import OidcScopes
from server.anomalies.failures import Failures
from server.issuer import Issuer
from server.tokens import MAX_BYTES, MOST, Tokens
from server.web.bearer import VERIFIED, Bearer, Challenge
from tests.server.oidc.forgeries import FORGERIES, Forge
from tests.server.oidc.issuer import AUDIENCE, Signer

METADATA = "https://remit.acme.example/.well-known/oauth-protected-resource/mcp"


class Behind:
    """What stands behind the middleware: keeps what reaches it."""

    def __init__(self) -> None:
        self.reached: list[Scope] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.reached.append(scope)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"reached"})


def guarded(forge: Forge, behind: Behind) -> httpx2.AsyncClient:
    settings = forge.issuer.settings()
    tokens = Tokens(settings, AUDIENCE, Issuer(settings, ssl.create_default_context()))
    app = Bearer(behind, tokens, Challenge(METADATA, OidcScopes()), lambda token: token.subject, Failures())
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="https://remit.acme.example")


@pytest.mark.anyio
@pytest.mark.threat("T04")
@pytest.mark.parametrize("forgery", FORGERIES)
async def test_a_token_with_one_thing_wrong_opens_nothing(forge: Forge, forgery: str) -> None:
    behind = Behind()
    before = len(forge.issuer.asked)
    async with guarded(forge, behind) as client:
        text = FORGERIES[forgery](forge)
        answer = await client.post("/mcp", headers=[(b"authorization", b"Bearer " + text.encode("latin-1"))])
    assert answer.status_code == 401
    assert answer.json() == {"error": "invalid_token"}
    challenge = answer.headers["www-authenticate"]
    assert challenge == f'Bearer error="invalid_token", resource_metadata="{METADATA}"'
    assert not behind.reached
    assert not forge.elsewhere.asked
    assert len(forge.issuer.asked) - before <= 2


@pytest.mark.anyio
@pytest.mark.threat("T04")
@pytest.mark.parametrize(
    "forgery", ["alg none, some signature", "HS256 with a key that the issuer publishes"]
)
async def test_a_token_that_can_not_count_asks_the_issuer_for_nothing(forge: Forge, forgery: str) -> None:
    before = len(forge.issuer.asked)
    with pytest.raises(TokenRefused):
        await Remembering(forge).tokens.verify(FORGERIES[forgery](forge))
    assert len(forge.issuer.asked) == before


def test_there_are_enough_forgeries() -> None:
    assert len(FORGERIES) >= 100


GOOD: dict[str, Callable[[Forge], str]] = {
    "RS256": lambda f: f.sign(),
    "PS256": lambda f: f.good.sign(f.claims(), algorithm="PS256"),
    "ES256": lambda f: f.ec.sign(f.claims()),
    "EdDSA": lambda f: f.ed25519.sign(f.claims()),
    "no kid, and only one key that can be meant": lambda f: f.ec.sign(f.claims(), b'{"alg": "ES256"}'),
    "typ JWT": lambda f: f.with_header(typ="JWT"),
    "typ JWT, with scp alone": lambda f: f.good.sign(
        f.claims(scope=None, client_id=None, scp="remit:read"), {"typ": "JWT"}
    ),
    "typ application/at+jwt": lambda f: f.with_header(typ="application/AT+JWT"),
    "a header that nobody has to know": lambda f: f.with_header(x5t="AA", nonce="1"),
    "several audiences": lambda f: f.sign(aud=["account", AUDIENCE]),
    "a clock that is half a minute ahead": lambda f: f.sign(
        iat=int(time.time()) + 30, nbf=int(time.time()) + 30
    ),
    "times with fractions": lambda f: f.sign(exp=time.time() + 5.5),
    "no nbf, no iat, no scope, no client": lambda f: f.sign(iat=None, scope=None, client_id=None),
    "scopes as Okta writes them": lambda f: f.sign(scope=None, scp=["remit:read"]),
    "just under 8 KiB": lambda f: f.sign(padding="x" * 5400),
}


@pytest.mark.anyio
@pytest.mark.parametrize("kind", GOOD)
async def test_a_good_token_passes(forge: Forge, kind: str) -> None:
    behind = Behind()
    async with guarded(forge, behind) as client:
        text = GOOD[kind](forge)
        assert len(text) <= MAX_BYTES
        answer = await client.post("/mcp", headers={"authorization": f"bearer {text}"})
    assert answer.status_code == 200
    (scope,) = behind.reached
    token = scope[VERIFIED]
    assert isinstance(token, Token)
    assert (token.issuer, token.subject, scope["user"]) == (forge.issuer.url, "ada", "ada")
    assert token.claims == {"groups": ["analyst"], "tenant": "acme", "territory": "EMEA"}


@pytest.fixture(scope="module")
def verify(forge: Forge) -> Iterator[Callable[[str], Token]]:
    settings = forge.issuer.settings()
    tokens = Tokens(settings, AUDIENCE, Issuer(settings, ssl.create_default_context()))
    with anyio.from_thread.start_blocking_portal() as portal:
        yield lambda text: portal.call(tokens.verify, text)


@pytest.fixture(scope="module")
def originals(forge: Forge) -> list[str]:
    return [forge.sign(exp=int(time.time()) + 3600), forge.ec.sign(forge.claims(exp=int(time.time()) + 3600))]


@pytest.mark.threat("T04")
@given(data=st.data())
def test_a_token_that_was_altered_anywhere_does_not_count(
    verify: Callable[[str], Token], originals: list[str], data: st.DataObject
) -> None:
    text = data.draw(st.sampled_from(originals))
    assert verify(text).subject == "ada"
    at = data.draw(st.integers(0, len(text) - 1))
    cut = data.draw(st.integers(0, 2))
    put = data.draw(st.text(st.characters(min_codepoint=33, max_codepoint=255), max_size=2))
    altered = text[:at] + put + text[at + cut :]
    if altered != text:
        with pytest.raises(TokenRefused) as refused:
            verify(altered)
        assert str(refused.value) == "invalid_token"


class Clock:
    def __init__(self, at: float) -> None:
        self.at = at

    def __call__(self) -> float:
        return self.at


class Remembering:
    """Tokens whose clocks a test turns, and whose issuer counts how often it is asked for a key."""

    def __init__(self, forge: Forge) -> None:
        settings = forge.issuer.settings()
        self.now, self.clock, self.checks = Clock(time.time()), Clock(1000.0), 0
        remembering = self

        class Counting(Issuer):
            async def key(self, kid: str | None, algorithm: str) -> Any:
                remembering.checks += 1
                return await super().key(kid, algorithm)

        self.tokens = Tokens(
            settings, AUDIENCE, Counting(settings, ssl.create_default_context()), self.now, self.clock
        )


@pytest.mark.anyio
async def test_a_verified_token_is_remembered_for_a_minute_without_waiting(forge: Forge) -> None:
    world, text = Remembering(forge), forge.sign()
    first = await world.tokens.verify(text)
    again = world.tokens.verify(text)
    with pytest.raises(StopIteration) as done:
        again.send(None)  # it ends at once: nothing was waited for
    assert done.value.value is first
    assert world.checks == 1
    world.clock.at += 61
    await world.tokens.verify(text)
    assert world.checks == 2


@pytest.mark.anyio
@pytest.mark.threat("T04", "T52")
async def test_what_is_remembered_ends_with_the_token_and_with_the_minute(forge: Forge) -> None:
    world = Remembering(forge)
    text = forge.sign(exp=int(world.now.at) + 10)
    await world.tokens.verify(text)
    world.now.at += 10
    with pytest.raises(TokenRefused, match="invalid_token"):
        await world.tokens.verify(text)
    world.now.at -= 3600  # a step back may make an expired token young again, but never skips the check
    world.clock.at += 61
    checks = world.checks
    await world.tokens.verify(forge.sign(iat=None, exp=int(world.now.at) + 10))
    assert world.checks == checks + 1


@pytest.mark.anyio
async def test_a_refused_token_is_not_remembered(forge: Forge) -> None:
    world = Remembering(forge)
    for _ in range(2):
        with pytest.raises(TokenRefused):
            await world.tokens.verify(forge.sign(aud="https://other.example"))
    assert world.checks == 2


@pytest.mark.anyio
async def test_many_tokens_fill_no_memory_the_one_unused_for_longest_is_forgotten(forge: Forge) -> None:
    world = Remembering(forge)
    texts = [forge.ed25519.sign(forge.claims(jti=str(number))) for number in range(MOST + 1)]
    for text in texts[:MOST]:
        await world.tokens.verify(text)
    await world.tokens.verify(texts[0])
    assert world.checks == MOST
    await world.tokens.verify(texts[MOST])
    await world.tokens.verify(texts[0])
    assert world.checks == MOST + 1
    await world.tokens.verify(texts[1])
    assert world.checks == MOST + 2


@pytest.mark.anyio
async def test_nothing_that_is_kept_of_a_token_has_its_text(forge: Forge) -> None:
    world, text = Remembering(forge), forge.sign(jti="CANARY-xyz")
    token = await world.tokens.verify(text)
    kept = repr(vars(world.tokens)) + repr([getattr(token, name) for name in Token.__slots__])
    for part in ("CANARY", *text.split(".")):
        assert part not in kept


@pytest.mark.anyio
async def test_two_keys_of_one_name_are_not_mistaken_for_each_other(forge: Forge) -> None:
    """Two keys of one kind under one name: neither is meant, rather than one by chance."""
    twin = Signer.rsa("good")
    issuer = forge.issuer
    before = issuer.pages["/realm/keys"]
    issuer.publish(forge.good.published(), twin.published())
    try:
        with pytest.raises(TokenRefused):
            await Remembering(forge).tokens.verify(forge.sign())
    finally:
        issuer.pages["/realm/keys"] = before
