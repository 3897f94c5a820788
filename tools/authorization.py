"""Where a system's users authorize a client by OAuth 2.0, and which scopes that takes there."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Authorization:
    """What a connector knows of its system; the settings of the source come before it.

    `issuer` is what the authorization server calls itself, or None where it has no metadata (RFC 8414).
    `read` are the scopes without which nothing can be read. `act` are all of those that one asks for who acts
    as well, reading among them. `revoke` is where tokens are revoked (RFC 7009), if anywhere.
    """

    issuer: str | None
    authorize: str
    token: str
    revoke: str | None
    read: tuple[str, ...]
    act: tuple[str, ...]
