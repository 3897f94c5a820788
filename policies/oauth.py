"""A source's table `oauth`: remit as a client of the system's authorization server (RFC 6749)."""

from typing import Annotated

from pydantic import Field

from policies.values import Frozen, ScopeName, SecretReference, Tls, WebAddress

Scopes = Annotated[tuple[ScopeName, ...], Field(min_length=1, max_length=50)]


class OAuthScopes(Frozen):
    """What is asked for, in the place of what the kind of source needs by itself.

    `read` for who reads alone; `act`, all that it takes to act as well, for who acts.
    """

    read: Scopes | None = None
    act: Scopes | None = None


class OAuth(Tls, frozen=True):
    """Without a secret it is a public client. The addresses are those of the kind where they are not set.

    The `tls_` settings are for the authorization server's endpoints.
    """

    client_id: str = Field(min_length=1, max_length=256, pattern=r"^[!-~]+$")
    client_secret: SecretReference | None = None
    issuer: WebAddress | None = None
    authorize: WebAddress | None = None
    token: WebAddress | None = None
    revoke: WebAddress | None = None
    scopes: OAuthScopes = OAuthScopes()
