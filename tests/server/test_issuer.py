"""Where the issuer's keys come from, how often they are fetched, and which of them count."""

import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from server.issuer import APART, FRESH, MAX_BYTES, RETRY, USABLE, Issuer, IssuerUnreachable, published, usable
from server.issuer import metadata_addresses as addresses
from tests.certificates import Authority
from tests.server.oidc.issuer import PretendIssuer, Signer

pytestmark = pytest.mark.anyio

TLS = ssl.create_default_context()
FIRST, SECOND = Signer.ec("first"), Signer.ec("second")
HOME = "/realm/.well-known/openid-configuration"
ELSEWHERE = "/.well-known/oauth-authorization-server/realm"


@pytest.fixture
def far() -> Iterator[PretendIssuer]:
    issuer = PretendIssuer(FIRST.published())
    yield issuer
    issuer.close()


class Clock:
    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def why(far: PretendIssuer, **changes: Any) -> str:
    with pytest.raises(IssuerUnreachable) as unreachable:
        await published(far.settings(**changes), ssl.create_default_context())
    assert str(unreachable.value) == "temporarily_unavailable"
    return unreachable.value.why


def test_the_two_places_of_metadata_are_those_of_the_two_specifications() -> None:
    assert addresses("https://idp.example") == (
        "https://idp.example/.well-known/openid-configuration",
        "https://idp.example/.well-known/oauth-authorization-server",
    )
    assert addresses("https://idp.example/a/b/") == (
        "https://idp.example/a/b/.well-known/openid-configuration",
        "https://idp.example/.well-known/oauth-authorization-server/a/b",
    )


async def test_metadata_are_found_at_either_place(far: PretendIssuer, clock: Clock) -> None:
    far.pages[ELSEWHERE] = far.pages.pop(HOME)
    assert await Issuer(far.settings(), TLS, clock).key("first", "ES256")


KEYS = "/realm/keys"
SPOILS: dict[str, tuple[Callable[[PretendIssuer], object], str]] = {
    "a slash too many": (lambda far: far.describe(issuer=far.url + "/"), "to the letter"),
    "another issuer": (lambda far: far.describe(issuer="https://idp.evil.example"), "to the letter"),
    "no issuer": (lambda far: far.describe(issuer=None), "to the letter"),
    "no place of keys": (lambda far: far.describe(jwks_uri=None), "jwks_uri"),
    "keys without TLS": (lambda far: far.describe(jwks_uri="http://keys.acme.example/"), "without TLS"),
    "keys in a file": (lambda far: far.describe(jwks_uri="file:///etc/passwd"), "without TLS"),
    "keys nowhere": (lambda far: far.describe(jwks_uri="https://["), "where its jwks_uri is"),
    "a list": (lambda far: far.answer(HOME, b"[]"), "to the letter"),
    "a page": (lambda far: far.answer(HOME, b"<html>hunter2"), "JSON"),
    "another place": (lambda far: far.answer(HOME, b"", 302, {"location": HOME + "2"}), "answers 302"),
    "a fault": (lambda far: far.answer(HOME, b"hunter2", status=500), "answers 500"),
    "keys without end": (lambda far: far.answer(KEYS, b" " * (MAX_BYTES + 1)), "more than"),
    "keys zipped": (lambda far: far.answer(KEYS, b"\x1f\x8b", 200, {"content-encoding": "gzip"}), "encoding"),
    "keys twice": (lambda far: far.answer(KEYS, b'{"keys": [], "keys": []}'), "JSON"),
    "keys that are no list": (lambda far: far.answer(KEYS, b'{"keys": {}}'), "no key for"),
    "no key": (lambda far: far.publish(), "no key for"),
    "nobody there": (lambda far: far.close(), "can't be reached"),
}


@pytest.mark.threat("T04")
@pytest.mark.parametrize("spoilt", SPOILS)
async def test_an_issuer_that_is_not_as_it_should_be_gives_no_key(far: PretendIssuer, spoilt: str) -> None:
    spoil, says = SPOILS[spoilt]
    spoil(far)
    told = await why(far)
    assert says in told
    assert "hunter2" not in told


@pytest.mark.threat("T04")
async def test_an_issuer_whose_certificate_is_not_its_own_is_not_believed(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    trusting = ssl.create_default_context(cafile=authority.certificate)
    for name, tls, believed in (
        ("127.0.0.1", trusting, True),
        ("127.0.0.1", ssl.create_default_context(), False),
        ("idp.acme.example", trusting, False),
    ):
        far = PretendIssuer(FIRST.published(), certificate=authority.server(name))
        try:
            if believed:
                assert await published(far.settings(), tls)
            else:
                with pytest.raises(IssuerUnreachable) as unreachable:
                    await published(far.settings(), tls)
                assert "can't be trusted" in unreachable.value.why
                assert not far.asked
        finally:
            far.close()


@pytest.mark.threat("T40")
async def test_an_issuer_that_never_ends_its_answer_holds_nobody_for_long(
    far: PretendIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.issuer.PATIENCE", 0.2)
    far.answer(HOME, b"{", 200, {"content-length": "100"})
    with anyio.fail_after(9):
        assert await why(far)


@pytest.mark.threat("T04")
@pytest.mark.parametrize(
    "jwk",
    [
        Signer.rsa("a", 1024).published(),
        FIRST.published(use="enc"),
        FIRST.published(use=["sig"]),
        FIRST.published(alg="RS256"),
        FIRST.published(key_ops=["sign"]),
        FIRST.published(key_ops="verify"),
        FIRST.key.as_dict(private=True),
        FIRST.published(x="AA"),
        FIRST.published(y=FIRST.published()["x"]),
        FIRST.published(x=7),
        FIRST.published(crv="P-384"),
        FIRST.published(crv="secp256k1"),
        FIRST.published(crv=None),
        FIRST.published(kid=7),
        FIRST.published(kty="oct"),
        FIRST.published(kty="ML-DSA"),
        {"kty": "oct", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0", "kid": "a"},
        {"kty": "OKP", "crv": "X25519", "x": "hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo"},
        {"kty": "RSA", "n": "AQAB", "e": "AQAB"},
        {"kty": "RSA", "n": None, "e": "AQAB"},
        {"kty": "RSA", "e": "AQAB"},
        {"kty": ["RSA"]},
        {},
        "a text",
        None,
    ],
)
def test_a_strange_key_is_left_out_and_the_others_count(jwk: Any) -> None:
    algorithms = frozenset({"RS256", "PS256", "ES256", "EdDSA"})
    assert usable({"keys": [jwk]}, algorithms) == ()
    (key,) = usable({"keys": [jwk, SECOND.published(), jwk]}, algorithms)
    assert (key.kid, key.algorithms) == ("second", frozenset({"ES256"}))


async def test_keys_are_fetched_once_and_then_again_when_they_may_be_old(
    far: PretendIssuer, clock: Clock
) -> None:
    issuer = Issuer(far.settings(), TLS, clock)
    for _ in range(5):
        assert await issuer.key("first", "ES256")
    assert far.looked_up == 1
    clock.at += FRESH + 1
    assert await issuer.key("first", "ES256")
    assert far.looked_up == 2


@pytest.mark.threat("T40")
async def test_a_flood_of_unknown_names_is_one_look_up_in_half_a_minute(
    far: PretendIssuer, clock: Clock
) -> None:
    issuer = Issuer(far.settings(), TLS, clock)
    assert await issuer.key("first", "ES256")
    clock.at += APART

    async def ask(number: int) -> None:
        assert await issuer.key(f"unknown {number}", "ES256") is None

    async with anyio.create_task_group() as tasks:
        for number in range(200):
            tasks.start_soon(ask, number)
    assert far.looked_up == 2
    clock.at += APART - 1
    await ask(0)
    assert far.looked_up == 2


@pytest.mark.threat("T04")
async def test_a_new_key_is_found_at_once_and_an_old_one_is_dropped(far: PretendIssuer, clock: Clock) -> None:
    issuer = Issuer(far.settings(), TLS, clock)
    assert await issuer.key("first", "ES256")
    far.publish(SECOND.published())
    clock.at += APART
    assert await issuer.key("second", "ES256")
    assert await issuer.key("first", "ES256") is None


@pytest.mark.threat("T04")
async def test_a_key_that_was_taken_back_is_dropped_though_nobody_names_another(
    far: PretendIssuer, clock: Clock
) -> None:
    issuer = Issuer(far.settings(), TLS, clock)
    assert await issuer.key("first", "ES256")
    far.publish(SECOND.published())
    clock.at += FRESH + 1
    assert await issuer.key("first", "ES256") is None


async def test_known_keys_serve_an_hour_without_the_issuer_and_then_none_does(
    far: PretendIssuer, clock: Clock
) -> None:
    issuer = Issuer(far.settings(), TLS, clock)
    assert await issuer.key("first", "ES256")
    before = dict(far.pages)
    far.pages.clear()
    clock.at += USABLE
    assert await issuer.key("first", "ES256")
    clock.at += 1
    with pytest.raises(IssuerUnreachable) as unreachable:
        await issuer.key("first", "ES256")
    assert unreachable.value.retry_after == RETRY
    far.pages.update(before)
    clock.at += RETRY
    assert await issuer.key("first", "ES256")


@pytest.mark.threat("T40")
async def test_an_issuer_that_is_away_is_not_asked_for_every_call(far: PretendIssuer, clock: Clock) -> None:
    far.pages.clear()
    issuer = Issuer(far.settings(), TLS, clock)
    refusals = 0

    async def ask() -> None:
        nonlocal refusals
        with pytest.raises(IssuerUnreachable):
            await issuer.key("first", "ES256")
        refusals += 1

    async with anyio.create_task_group() as tasks:
        for _ in range(50):
            tasks.start_soon(ask)
    assert refusals == 50
    assert far.asked == [HOME, ELSEWHERE]


async def test_a_caller_that_goes_away_takes_the_keys_from_nobody(far: PretendIssuer, clock: Clock) -> None:
    issuer = Issuer(far.settings(), TLS, clock)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(issuer.key, "first", "ES256")
        await anyio.lowlevel.checkpoint()
        tasks.cancel_scope.cancel()
    assert await issuer.key("first", "ES256")
    assert far.looked_up == 1
