"""What a token has to say to count, once its signature is known to be the issuer's.

A bearer token by RFC 9068 (JWT access tokens) and RFC 8725 (their best practice), an ID token by OpenID
Connect Core 3.1.3.7, a logout token by Back-Channel Logout; threats T04 and T05. `now` is in seconds since
1970.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard, cast

from policies.call import Tier, Token
from policies.canonical import Json
from policies.document import Oidc, OidcScopes

LEEWAY = 60  # seconds that the issuer's clock may be ahead; none for an expiry
FARTHEST = 2**53  # seconds since 1970: beyond it a number is no longer exact

# Claims that only other kinds of JWT carry: an ID token, a logout or security event. And `cnf`, a key that
# the sender must prove to hold (RFC 8705, RFC 9449): the token would be taken here without that proof.
FOREIGN = frozenset({"at_hash", "c_hash", "events", "cnf"})

# Claims that an ID token never carries. Where one application is both client and audience, as Entra allows,
# its access tokens differ from its ID tokens by these alone.
OWN = frozenset({"scope", "scp", "client_id"})


LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"


@dataclass(frozen=True, slots=True)
class Logout:
    """The issuer's word that somebody has signed out there (OpenID Connect Back-Channel Logout 1.0).

    With a `session` it is of that one alone; without, of all that `subject` has. `id` is good once. `issued`
    and `expires` are in seconds since 1970.
    """

    id: str
    subject: str
    session: str
    issued: float
    expires: float


class TokenRefused(Exception):  # noqa: N818 - a refusal is an answer, not a fault
    """The token does not count. The text is RFC 6750's error code; `why` is for the log.

    `whose` are the tenant and the user that the issuer has signed it for, None where that is not certain.
    """

    def __init__(self, why: str, *, whose: tuple[str, str] | None = None) -> None:
        super().__init__("invalid_token")
        self.why = why
        self.whose = whose


def vouch(claims: Mapping[str, Json], oidc: Oidc, audience: str, now: float, *, typed: bool) -> Token:
    """The facts of a token whose signature holds, `typed` if its header says that it is an access token.

    Raises `TokenRefused`.
    """
    expires = _hold(claims, oidc, audience, now)
    _insist(not FOREIGN & claims.keys(), "it is not a plain access token")
    _insist(typed or bool(OWN & claims.keys()), "it may be an ID token")
    return _token(claims, oidc, _client(claims), _scopes(claims), expires)


def vouch_sign_in(
    claims: Mapping[str, Json], oidc: Oidc, now: float, *, client: str, nonce: str, lasting: float
) -> Token:
    """The facts of an ID token that answers the sign-in with this nonce. They count for `lasting` seconds.

    Raises `TokenRefused`.
    """
    _hold(claims, oidc, client, now)
    _insist("iat" in claims, "it does not say when it was made")
    _insist("events" not in claims, "it is not an ID token")
    # Who else it is for could show it here; `azp` says whom it was given to.
    _insist(
        claims.get("azp", client) == client and (len(_audiences(claims["aud"])) == 1 or "azp" in claims),
        "it was given to another client",
    )
    said = claims.get("nonce")
    _insist(
        isinstance(said, str) and hmac.compare_digest(said.encode(), nonce.encode()),
        "it answers another sign-in",
    )
    return _token(claims, oidc, client, frozenset(), now + lasting)


def vouch_logout(claims: Mapping[str, Json], oidc: Oidc, now: float, *, client: str) -> Logout:
    """The facts of a logout token, by section 2.6 of Back-Channel Logout. Raises `TokenRefused`."""
    expires = _hold(claims, oidc, client, now)
    issued, id_ = _time(claims, "iat"), claims.get("jti")
    events, subject, session = claims.get("events"), claims.get("sub", ""), _session(claims)
    if issued is None:
        raise TokenRefused("it does not say when it was made")
    if not is_name(id_):
        raise TokenRefused("it can't be told from another")
    _insist(isinstance(events, dict) and isinstance(events.get(LOGOUT_EVENT), dict), "it is no logout token")
    _insist("nonce" not in claims, "it is an ID token")
    if not isinstance(subject, str) or (subject and not is_name(subject)):
        raise TokenRefused("it names its subject badly")
    _insist(bool(subject or session), "it does not say who has signed out")
    return Logout(id_, subject, session, issued, expires)


def signed_for(claims: Mapping[str, Json], oidc: Oidc) -> tuple[str, str] | None:
    """The tenant and the user of claims whose signature holds, where they name both."""
    tenant = claim(claims, oidc.tenant_claim) if oidc.tenant_claim else oidc.tenant
    subject = claims.get("sub")
    return (tenant, subject) if is_name(tenant) and is_name(subject) else None


def token_to_json(token: Token) -> dict[str, Json]:
    return {
        "issuer": token.issuer,
        "subject": token.subject,
        "client": token.client,
        "scopes": [*sorted(token.scopes)],
        "claims": dict(token.claims),
        "issued": token.issued,
        "expires": token.expires,
        "session": token.session,
    }


def token_from_json(value: Json) -> Token:
    """Of `token_to_json`, of this version or an earlier one, and nothing else."""
    parts = cast("dict[str, Any]", value)
    return Token(
        issuer=parts["issuer"],
        subject=parts["subject"],
        client=parts["client"],
        scopes=frozenset(parts["scopes"]),
        claims=parts["claims"],
        issued=parts.get("issued", 0.0),
        expires=parts["expires"],
        session=parts.get("session", ""),
    )


def is_name(value: object) -> TypeGuard[str]:
    """Whether a claim can be an id: a text with nothing that a store, a log or a terminal would choke on."""
    return isinstance(value, str) and 0 < len(value) <= 256 and value.isprintable()


def claim(claims: Mapping[str, Json], name: str) -> Json:
    """The claim of that very name, or else the one at the end of the path that its dots make; or null.

    The name comes first, because some providers write URLs with dots in them as names.
    """
    if name in claims:
        return claims[name]
    first, _, rest = name.partition(".")
    inner = claims.get(first)
    return claim(inner, rest) if rest and isinstance(inner, dict) else None


def needed_scopes(tier: Tier | None, scopes: OidcScopes) -> tuple[str, ...]:
    """What a token must hold to call a tool of this tier, or, for None, for anything else."""
    acts = tier in {Tier.ACT, Tier.AUTO}
    return tuple(scope for scope in (scopes.read, scopes.act if acts else None) if scope is not None)


def lacking(token: Token, tier: Tier | None, scopes: OidcScopes) -> tuple[str, ...]:
    """All that is needed, where the token does not hold all of it; else nothing.

    A client that steps up asks for exactly what it is told, so it is told what it has to keep as well.
    """
    needed = needed_scopes(tier, scopes)
    return () if token.scopes.issuperset(needed) else needed


def _hold(claims: Mapping[str, Json], oidc: Oidc, audience: str, now: float) -> float:
    """What every token of the issuer has to say. Returns when it expires; raises `TokenRefused`."""
    _insist(claims.get("iss") == oidc.issuer, "it is of another issuer")
    _insist(audience in _audiences(claims.get("aud")), "it is for another audience")
    expires = _time(claims, "exp")
    if expires is None or now >= expires:
        raise TokenRefused("it has expired, or never does")
    for name in ("nbf", "iat"):
        begins = _time(claims, name)
        _insist(begins is None or begins <= now + LEEWAY, f"its {name} is in the future")
    return expires


def _token(
    claims: Mapping[str, Json], oidc: Oidc, client: str, scopes: frozenset[str], expires: float
) -> Token:
    subject = claims.get("sub")
    if not is_name(subject):
        raise TokenRefused("it names no subject")
    named = {
        name for name in (oidc.roles_claim, oidc.tenant_claim, *oidc.claims.values()) if name is not None
    }
    return Token(
        issuer=oidc.issuer,
        subject=subject,
        client=client,
        scopes=scopes,
        claims={name: value for name in sorted(named) if (value := claim(claims, name)) is not None},
        issued=_time(claims, "iat") or 0.0,
        expires=expires,
        session=_session(claims),
    )


def _insist(fact: bool, why: str) -> None:  # noqa: FBT001 - the fact is the first thing read
    if not fact:
        raise TokenRefused(why)


def _audiences(aud: Json) -> list[str]:
    if isinstance(aud, str):
        return [aud]
    if isinstance(aud, list) and all(isinstance(one, str) for one in aud):
        return cast("list[str]", aud)
    return []


def _time(claims: Mapping[str, Json], name: str) -> float | None:
    if name not in claims:
        return None
    value = claims[name]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TokenRefused(f"its {name} is not a number")
    _insist(0 <= value <= FARTHEST, f"its {name} is not a time")
    return value


def _client(claims: Mapping[str, Json]) -> str:
    """`client_id` is RFC 9068's name for it, `azp` that of Keycloak and Entra."""
    client = claims.get("client_id", claims.get("azp"))
    if client is None:
        return ""
    if not is_name(client):
        raise TokenRefused("it names its client badly")
    return client


def _session(claims: Mapping[str, Json]) -> str:
    session = claims.get("sid", "")
    if session and not is_name(session):
        raise TokenRefused("it names its session badly")
    return session if isinstance(session, str) else ""


def _scopes(claims: Mapping[str, Json]) -> frozenset[str]:
    """`scope` is RFC 9068's name for them, in one text; Entra and Okta write `scp`, Okta as a list."""
    scopes = claims.get("scope", claims.get("scp", ""))
    if isinstance(scopes, str):
        scopes = [*scopes.split(" ")]
    if not isinstance(scopes, list) or not all(isinstance(scope, str) for scope in scopes):
        raise TokenRefused("it names its scopes badly")
    return frozenset(scope for scope in cast("list[str]", scopes) if scope)
