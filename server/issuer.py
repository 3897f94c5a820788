"""The issuer that tokens are taken from: where people sign in, where its keys are, and which of them count.

OpenID Connect Discovery and RFC 8414 say where, RFC 7517 in what form. Nothing here looks at a token.
"""

import logging
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from ssl import SSLContext
from time import monotonic
from typing import cast
from urllib.parse import urlsplit

import anyio
import httpx2
from cryptography.exceptions import UnsupportedAlgorithm
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey, import_key
from joserfc.jws import JWSRegistry
from joserfc.util import base64_to_int

from policies.canonical import Json
from policies.document import Oidc
from policies.frames import BadFrame, parse
from tools.authorization import Authentication
from tools.outbound.addresses import Origin, origins, outside
from tools.outbound.client import Bounds, Transport, client
from tools.outbound.errors import BlockedAddress, OutboundError
from tools.outbound.tls import ClientContext, Tls, client_context

log = logging.getLogger("remit.issuer")

FRESH = 600  # seconds after which keys are looked up again, so that a key taken back is dropped
USABLE = 3600  # seconds that keys serve at the most while the issuer does not answer
APART = 30  # seconds between two look-ups, however many tokens name a key that nobody knows
RETRY = 5  # seconds between two look-ups while no key is known at all
PATIENCE = 10.0  # seconds for one look-up
MAX_BYTES = 262_144  # of one document
MIN_RSA_BITS = 2048  # NIST SP 800-131A


class IssuerUnreachable(Exception):  # noqa: N818 - what is so, not whose fault it is
    """No key is known, so no token can be judged. `why` is for the operator; `retry_after` is in seconds."""

    def __init__(self, why: str, retry_after: int = RETRY) -> None:
        super().__init__("temporarily_unavailable")
        self.why = why
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that verifies, and the algorithms that it may do so with."""

    kid: str | None
    algorithms: frozenset[str]
    value: RSAKey | ECKey | OKPKey = field(repr=False)


class Issuer:
    """One issuer's keys, remembered. `clock` counts seconds and never steps."""

    def __init__(self, oidc: Oidc, tls: SSLContext, clock: Callable[[], float] = monotonic) -> None:
        self._oidc = oidc
        self._tls = tls
        self._clock = clock
        self._lock = anyio.Lock()
        self._keys: tuple[PublicKey, ...] = ()
        self._fetched = self._asked = float("-inf")
        self._why = "it was not asked yet"

    async def key(self, kid: str | None, algorithm: str) -> PublicKey | None:
        """The one key that a token's header means. Raises `IssuerUnreachable` where none at all is known."""
        age = self._clock() - self._fetched
        if age > USABLE:
            self._keys = ()
        # Who finds a look-up under way goes on with the keys at hand: a slow issuer slows one call, not all.
        if not self._keys or (age > FRESH and not self._lock.locked()):
            await self._look_up()
        found = self._find(kid, algorithm)
        if found is None:
            await self._look_up()
            found = self._find(kid, algorithm)
        if not self._keys:
            raise IssuerUnreachable(self._why)
        return found

    def _find(self, kid: str | None, algorithm: str) -> PublicKey | None:
        """A token without `kid` means the issuer's only key for the algorithm, where it has only one."""
        fit = [key for key in self._keys if algorithm in key.algorithms and (kid is None or key.kid == kid)]
        return fit[0] if len(fit) == 1 else None

    async def _look_up(self) -> None:
        async with self._lock:
            if self._clock() - self._asked < (APART if self._keys else RETRY):
                return
            self._asked = self._clock()
            # A caller that goes away must not take the answer from those who wait for it.
            with anyio.CancelScope(shield=True):
                try:
                    self._keys = await published(self._oidc, self._tls)
                except IssuerUnreachable as error:
                    self._why = error.why
                    log.warning("the issuer's keys can't be had", extra={"why": error.why})
                else:
                    self._fetched = self._asked


async def published(oidc: Oidc, tls: SSLContext) -> tuple[PublicKey, ...]:
    """The keys that the issuer publishes now and that count. Raises `IssuerUnreachable`."""
    async with _asking(oidc.issuer, way_to(oidc, tls)) as asking:
        address = _endpoint(oidc, await _metadata(asking, oidc.issuer), "jwks_uri")
        keys = usable(await _get(asking, address), frozenset(oidc.algorithms))
    if not keys:
        raise IssuerUnreachable(f"{oidc.issuer} publishes no key for {', '.join(oidc.algorithms)}")
    return keys


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where the authorization code flow goes. `names_itself`: its answers say `iss` (RFC 9207).

    `authentication` is how it wants a client to show its secret, of those that remit knows.
    """

    authorization: str
    token: str
    names_itself: bool
    authentication: Authentication


async def endpoints(oidc: Oidc, tls: SSLContext) -> Endpoints:
    """Raises `IssuerUnreachable`."""
    told = await metadata(oidc.issuer, way_to(oidc, tls))
    return Endpoints(
        _endpoint(oidc, told, "authorization_endpoint"),
        _endpoint(oidc, told, "token_endpoint"),
        names_itself(told),
        authentication(told),
    )


async def metadata(issuer: str, way: Transport) -> Mapping[str, Json]:
    """What an issuer publishes of itself. Raises `IssuerUnreachable`."""
    async with _asking(issuer, way) as asking:
        return await _metadata(asking, issuer)


def names_itself(told: Mapping[str, Json]) -> bool:
    return told.get("authorization_response_iss_parameter_supported") is True


def authentication(told: Mapping[str, Json]) -> Authentication:
    methods = told.get("token_endpoint_auth_methods_supported")
    in_body = isinstance(methods, list) and "client_secret_basic" not in methods
    return "client_secret_post" if in_body else "client_secret_basic"


def trusting(oidc: Oidc, root: Path) -> ClientContext:
    """How the issuer proves who it is. Made once: it takes milliseconds. Raises `ConfigurationError`."""
    return client_context(Tls.of("identity.oidc", oidc, root))


def way_to(oidc: Oidc, tls: SSLContext) -> Transport:
    """One try is enough: whoever asks comes again."""
    return Transport(tls, _named(oidc), Bounds(seconds=PATIENCE, size=MAX_BYTES, tries=1))


def _named(oidc: Oidc) -> frozenset[Origin]:
    return origins((oidc.issuer, *oidc.endpoint_origins))


@asynccontextmanager
async def _asking(issuer: str, way: Transport) -> AsyncGenerator[httpx2.AsyncClient]:
    try:
        with anyio.fail_after(PATIENCE):
            async with client(way, headers={"accept": "application/json"}) as asking:
                yield asking
    except TimeoutError:
        raise IssuerUnreachable(f"{issuer} did not answer within {PATIENCE:.0f} s") from None


def usable(document: Json, allowed: frozenset[str]) -> tuple[PublicKey, ...]:
    """The keys of a JWK set that may verify a token. One that is strange is left out; the others count."""
    listed = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        return ()
    return tuple(key for one in listed if isinstance(one, dict) and (key := _import(one, allowed)))


def _import(jwk: dict[str, Json], allowed: frozenset[str]) -> PublicKey | None:
    operations = jwk.get("key_ops", ["verify"])
    if (
        jwk.get("kty") not in ("RSA", "EC", "OKP")
        or not isinstance(operations, list)
        or "verify" not in operations
        or "d" in jwk  # a private key that is published is anybody's
    ):
        return None
    public = {name: value for name, value in jwk.items() if name in _PUBLIC}
    try:
        if jwk["kty"] == "RSA" and base64_to_int(cast("str", jwk.get("n"))).bit_length() < MIN_RSA_BITS:
            return None
        key = import_key(cast("dict[str, str | list[str]]", public))
    except (JoseError, UnsupportedAlgorithm, ValueError, TypeError, KeyError):
        return None
    if not isinstance(key, RSAKey | ECKey | OKPKey) or (
        isinstance(key, OKPKey) and key.curve_name not in {"Ed25519", "Ed448"}
    ):
        return None
    algorithms = frozenset(name for name in allowed if _fits(key, name))
    return PublicKey(key.kid, algorithms, key) if algorithms else None


_PUBLIC = frozenset({"kty", "use", "alg", "kid", "n", "e", "crv", "x", "y"})


def _fits(key: RSAKey | ECKey | OKPKey, algorithm: str) -> bool:
    """By its kind, its curve, and what it says of its own use."""
    try:
        JWSRegistry.algorithms[algorithm].check_key(key)
    except JoseError:
        return False
    return True


async def _metadata(asking: httpx2.AsyncClient, issuer: str) -> dict[str, Json]:
    refused: IssuerUnreachable | None = None
    for address in metadata_addresses(issuer):
        try:
            document = await _get(asking, address)
        except IssuerUnreachable as error:
            refused = refused or error
            continue
        if not isinstance(document, dict) or document.get("issuer") != issuer:
            raise IssuerUnreachable(f"{address} does not name {issuer} as its issuer, to the letter")
        return document
    assert refused
    raise refused


def metadata_addresses(issuer: str) -> tuple[str, str]:
    """OpenID Connect appends its well-known path to the issuer; RFC 8414 puts its own before the issuer's."""
    parts = urlsplit(issuer)
    path = parts.path.rstrip("/")
    origin = f"{parts.scheme}://{parts.netloc}"
    return (
        f"{origin}{path}/.well-known/openid-configuration",
        f"{origin}/.well-known/oauth-authorization-server{path}",
    )


def _endpoint(oidc: Oidc, told: Mapping[str, Json], name: str) -> str:
    """An address for us or for a browser, so never one that only looks like one (threats T12 and T15)."""
    address = told.get(name)
    if not isinstance(address, str):
        raise IssuerUnreachable(f"{oidc.issuer} does not say where its {name} is")
    try:
        outside(address, _named(oidc))
    except BlockedAddress as blocked:
        raise IssuerUnreachable(f"{oidc.issuer} says where its {name} is, and {blocked}") from None
    return address


async def _get(asking: httpx2.AsyncClient, address: str) -> Json:
    """Raises `IssuerUnreachable`; what the other side wrote is not in it."""
    try:
        answer = await asking.get(address)
    except OutboundError as error:
        raise IssuerUnreachable(f"{address}: {error}") from None
    if answer.status_code != 200:
        raise IssuerUnreachable(f"{address} answers {answer.status_code}")
    try:
        return parse(answer.content)
    except BadFrame:
        raise IssuerUnreachable(f"{address} does not answer in JSON of one meaning") from None
