"""Who is asking: the user that a verified token names, or that of the local configuration."""

import time
from collections.abc import Callable, Mapping
from typing import cast

from policies.bearer import is_name
from policies.call import Caller, Token, Transport, User
from policies.canonical import Json
from policies.document import LocalIdentity, Oidc
from policies.errors import Denied

MAX_ROLES = 1000


class Identity:
    """Names the user behind a caller. What the client says of itself plays no part (threat T11).

    Over HTTP with `[identity.oidc]` that is who the token names, and never the local user; without it the
    server listens on this machine alone, and the local user is meant. Over stdio it is always the local user.
    """

    def __init__(
        self,
        local: LocalIdentity | None,
        oidc: Oidc | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._local = (
            User(local.user, local.tenant, frozenset(local.roles), dict(local.claims)) if local else None
        )
        self._oidc = oidc
        self._now = now

    async def identify(self, caller: Caller) -> User:
        """Raises `Denied` where nobody can be named."""
        return self.of(caller.transport, caller.token)

    def of(self, transport: Transport, token: Token | None) -> User:
        """Raises `Denied` where nobody can be named."""
        if transport is Transport.HTTP and self._oidc is not None:
            return self._named(token, self._oidc)
        if self._local is None:
            raise Denied(
                "This server does not know who you are. An administrator adds [identity.local] to its "
                "configuration.",
                rule="unknown_caller",
                detail=f"no identity for {transport}",
            )
        return self._local

    def _named(self, token: Token | None, oidc: Oidc) -> User:
        if token is None:
            raise Denied(
                "This server does not know who you are. Sign in, and call again with the token.",
                rule="unknown_caller",
                detail="no token came with the call",
            )
        # Checked again: a session and a call that waits outlive the moment at which the token was verified.
        if self._now() >= token.expires:
            raise Denied(
                "Your sign-in has expired. Sign in, and call again with the new token.",
                rule="expired_token",
                detail="the token expired after it was verified",
            )
        return User(
            id=token.subject,
            tenant=_tenant(token.claims, oidc),
            roles=_roles(token.claims, oidc),
            claims=_claims(token.claims, oidc),
            since=token.issued,
            session=token.session,
            client=token.client,
        )


def _tenant(claims: Mapping[str, Json], oidc: Oidc) -> str:
    tenant = claims.get(oidc.tenant_claim) if oidc.tenant_claim else oidc.tenant
    if not is_name(tenant):
        raise _unusable("tenant_claim", str(oidc.tenant_claim), "the tenant's name as a text")
    return tenant


def _roles(claims: Mapping[str, Json], oidc: Oidc) -> frozenset[str]:
    """A token without the claim is refused too: Entra leaves it out where a user has too many groups."""
    roles = claims.get(oidc.roles_claim)
    if not isinstance(roles, list) or len(roles) > MAX_ROLES or not all(is_name(role) for role in roles):
        raise _unusable("roles_claim", oidc.roles_claim, "a list of texts")
    return frozenset(cast("list[str]", roles))


def _claims(claims: Mapping[str, Json], oidc: Oidc) -> dict[str, str]:
    """One that is missing is left out: a row filter that needs it refuses."""
    found: dict[str, str] = {}
    for name, path in oidc.claims.items():
        value = claims.get(path)
        if value is None:
            continue
        if not isinstance(value, str):
            raise _unusable("claims", path, "a text")
        found[name] = value
    return found


def _unusable(setting: str, name: str, wanted: str) -> Denied:
    return Denied(
        "Your sign-in does not say all that this server needs to know of you. An administrator finds the "
        "reason in its log.",
        rule="incomplete_token",
        detail=f"[identity.oidc] {setting}: the claim {name} is missing, or is not {wanted}. Let the "
        "identity provider put it into access tokens, or mend the setting.",
    )
