"""Tokens of the issuer: a text that arrived in, a verified `Token` out.

What counts, in this order (RFC 7515, RFC 8725, RFC 9068; threat T04):
 1. three parts of canonical base64url, 8 KiB at the most: an encrypted token has five
 2. a header with one of the configured algorithms, and nothing that says where its key is to be found
 3. a key that the issuer publishes now, for that algorithm
 4. the signature over the bytes that arrived
 5. claims that `policies/bearer.py` vouches for: an access token's, an ID token's, or a logout token's
"""

import re
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from hashlib import sha256

from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry
from joserfc.util import urlsafe_b64decode

from policies.bearer import TokenRefused, signed_for, vouch
from policies.call import Token
from policies.canonical import Json
from policies.document import Oidc
from policies.frames import BadFrame, parse
from server.issuer import Issuer

MAX_BYTES = 8192
REMEMBERED = 60  # seconds that a verified token is taken again unseen: as long as a revoked key may last
MOST = 4096  # tokens remembered

PLAIN = frozenset({"jwt"})
ACCESS = frozenset({"at+jwt", "application/at+jwt"})
LOGOUT = frozenset({"logout+jwt", "application/logout+jwt"})
# Each would let a token choose its own key, or how it is read: an extension (crit, b64), a JWE, a JWT within.
REFUSED_HEADERS = frozenset({"jwk", "jku", "x5u", "x5c", "crit", "b64", "enc", "zip", "cty"})

_COMPACT = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")


class Tokens:
    """Verifies the tokens of one issuer for one audience.

    `now` is the wall clock, which may step, and `clock` one that does not; both in seconds.
    """

    def __init__(
        self,
        oidc: Oidc,
        audience: str,
        issuer: Issuer,
        now: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._oidc = oidc
        self._audience = audience
        self._issuer = issuer
        self._now = now
        self._clock = clock
        self._verified: OrderedDict[bytes, tuple[Token, float]] = OrderedDict()

    async def verify(self, text: str) -> Token:
        """Raises `TokenRefused` or `IssuerUnreachable`. Waits for nothing where it was seen just now."""
        hold_form(text)
        digest = sha256(text.encode()).digest()
        if token := self._remembered(digest):
            return token
        payload, kind = await signed(text, self._oidc, self._issuer, PLAIN | ACCESS)
        try:
            token = vouch(payload, self._oidc, self._audience, self._now(), typed=kind in ACCESS)
        except TokenRefused as refused:
            raise TokenRefused(refused.why, whose=signed_for(payload, self._oidc)) from None
        self._remember(digest, token)
        return token

    def _remembered(self, digest: bytes) -> Token | None:
        token, until = self._verified.get(digest, (None, 0.0))
        if token is None:
            return None
        # Two clocks: one that steps back must not keep a token for longer than a minute (threat T52).
        if self._clock() >= until or self._now() >= token.expires:
            del self._verified[digest]
            return None
        self._verified.move_to_end(digest)
        return token

    def _remember(self, digest: bytes, token: Token) -> None:
        self._verified[digest] = token, self._clock() + REMEMBERED
        if len(self._verified) > MOST:
            self._verified.popitem(last=False)


async def signed(
    text: str, oidc: Oidc, issuer: Issuer, kinds: frozenset[str]
) -> tuple[Mapping[str, Json], str]:
    """The claims, and which of these kinds the header says it is: the issuer has signed just this text.

    Raises `TokenRefused` or `IssuerUnreachable`.
    """
    parts = hold_form(text)
    algorithm, kid, kind = _header(_object(parts[1]), oidc, kinds)
    payload = _object(parts[2])
    key = await issuer.key(kid, algorithm)
    if key is None:
        raise TokenRefused("no published key fits its header")
    message = f"{parts[1]}.{parts[2]}".encode()
    try:
        holds = JWSRegistry.algorithms[algorithm].verify(message, _bytes(parts[3]), key.value)
    except (JoseError, ValueError):
        holds = False
    if not holds:
        raise TokenRefused("its signature does not hold")
    return payload, kind


def hold_form(text: str) -> re.Match[str]:
    """The three parts. Raises `TokenRefused`."""
    if len(text) > MAX_BYTES:
        raise TokenRefused("it is too long")
    if not (parts := _COMPACT.fullmatch(text)):
        raise TokenRefused("it is not a signed JWT")
    return parts


def _header(header: Mapping[str, Json], oidc: Oidc, kinds: frozenset[str]) -> tuple[str, str | None, str]:
    """The algorithm, the key's name, and which of these kinds it says it is. Raises `TokenRefused`."""
    if REFUSED_HEADERS & header.keys():
        raise TokenRefused("its header says where its key is, or how it is to be read")
    algorithm, kind, kid = header.get("alg"), header.get("typ", "jwt"), header.get("kid")
    if not isinstance(algorithm, str) or algorithm not in oidc.algorithms:
        raise TokenRefused("its algorithm is not one of [identity.oidc] algorithms")
    if not isinstance(kind, str) or kind.lower() not in kinds:
        raise TokenRefused("it says to be of another kind")
    if "kid" in header and not isinstance(kid, str):
        raise TokenRefused("it names its key badly")
    return algorithm, kid if isinstance(kid, str) else None, kind.lower()


def _object(part: str) -> dict[str, Json]:
    try:
        value = parse(_bytes(part))
    except (ValueError, BadFrame):
        value = None
    if not isinstance(value, dict):
        raise TokenRefused("a part of it is not a JSON object with one meaning")
    return value


def _bytes(part: str) -> bytes:
    """Raises `ValueError` for what is not the one base64url text of some bytes."""
    return urlsafe_b64decode(part.encode())
