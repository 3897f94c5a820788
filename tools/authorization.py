"""Where a system's users authorize a client by OAuth 2.0, and which scopes that takes there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

PERMITTED: Final = "*"
"""In the place of scopes, where a system keeps by itself what a client may do: none is asked for or told."""

Authentication = Literal["client_secret_basic", "client_secret_post"]
"""How a client shows its secret (RFC 6749, section 2.3.1)."""


@dataclass(frozen=True, slots=True)
class Authorization:
    """What a connector knows of its system; the settings of the source come before it.

    `issuer` is what the authorization server calls itself, or None where it has no metadata (RFC 8414).
    `read` are the scopes without which nothing can be read. `act` are all of those that one asks for who acts
    as well, reading among them; `PERMITTED` alone where there are none. `revoke` is where tokens are revoked
    (RFC 7009), if anywhere. `asking` is said besides where a browser is sent to be asked.

    `besides` are asked for as well, and nothing hangs on them. Of what a system says that it granted,
    `disregarded` does not count: what it gives to all, or does not tell of.
    """

    issuer: str | None
    authorize: str
    token: str
    revoke: str | None
    read: tuple[str, ...]
    act: tuple[str, ...]
    authentication: Authentication = "client_secret_basic"
    asking: Mapping[str, str] = field(default_factory=dict[str, str])
    besides: tuple[str, ...] = ()
    disregarded: frozenset[str] = frozenset()
