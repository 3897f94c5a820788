"""No URL from outside makes remit connect to an inner address: every input, every payload (threat T12)."""

import socket
import ssl
from asyncio import start_server
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, get_args

import anyio
import httpx2
import pytest
from pydantic import AfterValidator, BaseModel, ValidationError

from policies.destinations import Slack, Webhook
from policies.document import Document, Oidc, Telemetry
from policies.errors import UpstreamFailed
from policies.oauth import OAuth
from policies.secret import Credential, Secret
from policies.sources import GitlabSource, TeamsSource
from policies.values import Dsn, MasterReference, Origin, WebAddress
from server.alerts.slack import SlackSender
from server.alerts.webhook import WebhookSender
from server.issuer import IssuerUnreachable, endpoints, published
from server.keys.master import MasterUnavailable
from server.keys.transit import Transit
from server.oauth.answers import FarFailed
from server.oauth.far import AuthorizationServer
from server.oauth.tokens import Tokens
from server.telemetry.exporting import Exporter
from tests.server.alerts.senders import MESSAGE
from tests.server.oidc.issuer import PretendIssuer, Signer
from tests.tools.outbound.far import Far
from tests.tools.outbound.payloads import NAMES, urls
from tools.authorization import Authorization
from tools.gitlab.connector import GitlabConnector
from tools.outbound import addresses
from tools.outbound.client import Transport, client
from tools.outbound.errors import BlockedAddress, OutboundError, Unreachable
from tools.outbound.tls import Tls, client_context
from tools.teams.connector import TeamsConnector

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T12")]

TLS = ssl.create_default_context()
REFUSED = (OutboundError, httpx2.InvalidURL, httpx2.UnsupportedProtocol)


@pytest.fixture(autouse=True)
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers are what this system takes them for; no name is asked for outside."""
    system = anyio.getaddrinfo

    async def look_up(host: str, port: int, **named: Any) -> Sequence[Any]:
        known = NAMES.get(host.rstrip("."))
        if known is None:
            return await system(host, port, flags=socket.AI_NUMERICHOST, **named)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in known]

    monkeypatch.setattr(anyio, "getaddrinfo", look_up)


@pytest.fixture
async def watch() -> AsyncIterator[Far]:
    """Listens on every address of this machine, and should hear nobody."""
    far = Far()
    server = await start_server(far.serve, None, 0, family=socket.AF_INET)
    far.port = server.sockets[0].getsockname()[1]
    inner = await start_server(far.serve, "::", far.port) if socket.has_dualstack_ipv6() else None
    try:
        yield far
    finally:
        server.close()
        if inner:
            inner.close()


@pytest.fixture
def issuer() -> Iterator[PretendIssuer]:
    far = PretendIssuer(Signer.ec("first").published())
    yield far
    far.close()


async def test_a_client_connects_nowhere_inside(watch: Far) -> None:
    async with client(Transport(TLS), follow_redirects=True) as asking:
        for url in urls(watch.port):
            with pytest.raises(REFUSED) as refused:
                await asking.get(url)
            assert not isinstance(refused.value, Unreachable), url
    assert watch.connections == 0


async def test_a_client_for_which_every_port_is_right_connects_nowhere_inside_either(
    watch: Far, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(addresses, "_PORTS", {"https": watch.port, "http": watch.port})
    async with client(Transport(TLS)) as asking:
        for url in urls(watch.port):
            with pytest.raises(REFUSED):
                await asking.get(url)
    assert watch.connections == 0


@pytest.mark.threat("T15")
@pytest.mark.parametrize("endpoint", ["jwks_uri", "token_endpoint", "authorization_endpoint"])
async def test_an_issuer_sends_nobody_inside(watch: Far, issuer: PretendIssuer, endpoint: str) -> None:
    oidc = issuer.settings()
    plain = dict.fromkeys(("jwks_uri", "token_endpoint", "authorization_endpoint"), f"{issuer.url}/x")
    resolved = {f"https://{name}/" for name in NAMES}
    for url in [*urls(watch.port), "a:$(calc)", "--config=x", "javascript:alert(1)"]:
        issuer.describe(**{**plain, endpoint: url})
        if endpoint == "jwks_uri":
            with pytest.raises(IssuerUnreachable) as refused:
                await published(oidc, TLS)
            assert "blocked_address" in refused.value.why, url
        elif url not in resolved:
            with pytest.raises(IssuerUnreachable) as refused:
                await endpoints(oidc, TLS)
            assert "blocked_address" in refused.value.why, url
    assert watch.connections == 0
    assert set(issuer.asked) == {"/realm/.well-known/openid-configuration"}


async def test_an_issuer_that_is_elsewhere_in_its_own_words_is_not_gone_after(
    watch: Far, issuer: PretendIssuer
) -> None:
    for url in filter(str.isascii, urls(watch.port)):
        issuer.answer("/realm/.well-known/openid-configuration", b"", 302, {"location": url})
        with pytest.raises(IssuerUnreachable) as refused:
            await published(issuer.settings(), TLS)
        assert "302" in refused.value.why
    assert watch.connections == 0


async def test_an_inner_endpoint_elsewhere_is_asked_where_the_operator_names_its_origin(
    issuer: PretendIssuer,
) -> None:
    elsewhere = PretendIssuer(Signer.ec("elsewhere").published())
    try:
        issuer.describe(jwks_uri=f"{elsewhere.url}/keys")
        with pytest.raises(IssuerUnreachable):
            await published(issuer.settings(), TLS)
        assert elsewhere.asked == []
        named = issuer.settings(endpoint_origins=[elsewhere.url.removesuffix("/realm")])
        assert [key.kid for key in await published(named, TLS)] == ["elsewhere"]
    finally:
        elsewhere.close()


SPELLINGS = [
    "0177.0.0.1",
    "0x7f.1",
    "2130706433",
    "127.1",
    "0",
    "127.0.0.1.",
    "%31%32%37.0.0.1",
    "[fe80::1%25lo]",
]
NO_MACHINE = [
    "169.254.169.254",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "0.0.0.0",
    "224.0.0.1",
    "[::]",
    "[fd00:ec2::254]",
    "[ff02::1]",
    "[::ffff:169.254.169.254]",
    "metadata.google.internal",
]


async def _ask_issuer(url: str, folder: Path) -> None:
    del folder
    await published(Oidc.model_validate({"issuer": url, "tenant": "acme"}), TLS)


async def _allow(url: str, folder: Path) -> None:
    del folder
    far = PretendIssuer()
    try:
        named = far.settings(endpoint_origins=[url])
        far.describe(jwks_uri=f"{url}/keys")
        await published(named, TLS)
    finally:
        far.close()


async def _wrap(url: str, folder: Path) -> None:
    keys = {"master": f"transit:{url}/transit/remit", "token": "env:REMIT_TEST_TOKEN"}
    document = Document.model_validate({"root": folder, "keys": keys})
    await Transit.of(document.keys.master, document).wrap(b"k" * 32, "bound")


async def _unwrap(url: str, folder: Path) -> None:
    former = f"transit:{url}/transit/remit"
    keys = {"former": [former], "token": "env:REMIT_TEST_TOKEN"}
    document = Document.model_validate({"root": folder, "keys": keys})
    await Transit.of(document.keys.former[0], document).unwrap("vault:v1:x", "bound")


async def _renew(setting: str, url: str, folder: Path) -> None:
    del folder
    settings = OAuth.model_validate({"client_id": "remit", setting: url})
    good = "https://idp.example"
    server = _authorizing(settings, Authorization(None, good, good, good, ("read",), ("read",)))
    await (server.revoke(TOKENS) if setting == "revoke" else server.renew(TOKENS, 0))


async def _renew_at(url: str, folder: Path) -> None:
    teams = {"kind": "teams", "channels": ["*"], "authority": url, "tenant": "acme.example"}
    known = TeamsConnector("code", TeamsSource.model_validate(teams), folder).authorization
    assert known is not None
    await _authorizing(OAuth(client_id="remit"), known).renew(TOKENS, 0)


TOKENS = Tokens(Secret("access"), Secret("refresh"), 0, frozenset({"read"}))


def _authorizing(settings: OAuth, known: Authorization) -> AuthorizationServer:
    tls = client_context(Tls("sources.code.oauth"))
    return AuthorizationServer("code", settings, known, secret=None, tls=tls)


async def _open_gitlab(url: str, folder: Path) -> None:
    source = GitlabSource.model_validate({"kind": "gitlab", "url": url, "projects": ["acme/*"]})
    await GitlabConnector("code", source, folder).inspect(None)
    async with GitlabConnector("code", source, folder).open(None, Credential(Secret("x" * 20), "")):
        pass


async def _tell(url: str, folder: Path) -> None:
    del folder
    settings = Webhook.model_validate({"kind": "webhook", "url": url, "secret": "env:REMIT_TEST_TOKEN"})
    tls = client_context(Tls("alerts.ops"))
    await WebhookSender(settings, Secret("A" * 32), tls).send(MESSAGE)


async def _chat(url: str, folder: Path) -> None:
    del folder
    settings = Slack.model_validate({"kind": "slack", "url": "env:REMIT_TEST_TOKEN", "origin": url})
    await SlackSender(settings, Secret(f"{url}/x"), client_context(Tls("alerts.chat"))).send(MESSAGE)


async def _trace(url: str, folder: Path) -> None:
    del folder
    settings = Telemetry.model_validate({"otlp": url})
    await Exporter(settings.otlp, client_context(Tls("telemetry")), {}).send(b"")


ASKED: dict[str, Callable[[str, Path], Awaitable[None]]] = {
    "identity.oidc.issuer": _ask_issuer,
    "identity.oidc.endpoint_origins": _allow,
    "keys.master": _wrap,
    "keys.former": _unwrap,
    "sources.url": _open_gitlab,
    "sources.authority": _renew_at,
    "alerts.url": _tell,
    "alerts.origin": _chat,
    "telemetry.otlp": _trace,
    **{f"sources.oauth.{each}": partial(_renew, each) for each in ("issuer", "token", "revoke")},
}
"""The settings that remit is led to over HTTP by, and how."""
NOT_ASKED = {
    "server.url": "its own address",
    "server.origins": "compared with what browsers say",
    "server.store": "a database of the operator's",
    "sources.dsn": "a database of the operator's",
    "sources.oauth.authorize": "asked by browsers",
}


def addresses_in(model: type[BaseModel], path: str = "") -> Iterator[str]:
    """The settings below a table that hold an address, whatever they are wrapped in."""
    for name, field in model.model_fields.items():
        yield from _addresses_of(f"{path}{name}", (field.annotation, *field.metadata))


def _addresses_of(path: str, parts: Sequence[object]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, type) and issubclass(part, BaseModel):
            yield from addresses_in(part, f"{path}.")
        elif isinstance(part, AfterValidator) and part in HOLDS_ADDRESS:
            yield path
        else:
            yield from _addresses_of(path, get_args(part))


HOLDS_ADDRESS = [
    each
    for kind in (WebAddress, Origin, MasterReference, Dsn)
    for each in get_args(kind)
    if isinstance(each, AfterValidator)
]


def test_every_address_of_the_configuration_is_looked_at_here() -> None:
    assert set(addresses_in(Document)) == ASKED.keys() | NOT_ASKED.keys()


TOLD = (*(ValidationError, IssuerUnreachable, MasterUnavailable, FarFailed, UpstreamFailed, BlockedAddress),)


@pytest.mark.parametrize("field", ASKED)
async def test_the_operator_names_a_machine_in_plain_words(
    field: str, watch: Far, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Any other host is the operator's own word: the payloads that name one are connected to."""
    monkeypatch.setenv("REMIT_TEST_TOKEN", "a token")
    refused = 0
    for port in ("", f":{watch.port}"):
        for host in SPELLINGS:
            with pytest.raises(ValidationError):
                await ASKED[field](f"https://{host}{port}", tmp_path)
            refused += 1
        for host in NO_MACHINE:
            with pytest.raises(
                (
                    ValidationError,
                    IssuerUnreachable,
                    MasterUnavailable,
                    FarFailed,
                    UpstreamFailed,
                    BlockedAddress,
                )
            ) as said:
                await ASKED[field](f"https://{host}{port}", tmp_path)
            if not isinstance(said.value, ValidationError):
                told = f"{said.value} {vars(said.value)}"
                assert "blocked_address" in told or BlockedAddress.__name__ in told
            refused += 1
    assert refused == 2 * (len(SPELLINGS) + len(NO_MACHINE))
    assert watch.connections == 0


METADATA = (
    *("authorization_endpoint", "token_endpoint", "jwks_uri", "registration_endpoint", "userinfo_endpoint"),
    *("revocation_endpoint", "introspection_endpoint", "device_authorization_endpoint"),
    *("pushed_authorization_request_endpoint", "backchannel_authentication_endpoint"),
    *("end_session_endpoint", "check_session_iframe", "signed_metadata", "service_documentation"),
    *("op_policy_uri", "op_tos_uri", "logo_uri", "policy_uri", "resource"),
)
"""What an issuer may give addresses under: RFC 8414, RFC 9126, OpenID Connect Discovery, Session and CIBA."""


async def test_an_issuer_that_gives_the_same_inner_address_for_everything_sends_nobody_there(
    watch: Far, issuer: PretendIssuer
) -> None:
    tried = 0
    for url in urls(watch.port):
        issuer.describe(**dict.fromkeys(METADATA, url), mtls_endpoint_aliases=dict.fromkeys(METADATA, url))
        with pytest.raises(IssuerUnreachable):
            await published(issuer.settings(), TLS)
        with suppress(IssuerUnreachable):  # a name that leads inside is for the browser to look up
            await endpoints(issuer.settings(), TLS)
        tried += 1
    assert tried == len(urls(watch.port)) > 200
    assert watch.connections == 0
    assert set(issuer.asked) == {"/realm/.well-known/openid-configuration"}
