"""authlib's OAuth client, over the one way out."""

from typing import Any
from urllib.parse import quote_plus

from authlib.integrations.httpx_client import AsyncOAuth2Client

from policies.secret import Secret
from tools.authorization import Authentication
from tools.outbound.client import Transport


def oauth_client(
    name: str,
    secret: Secret | None,
    authentication: Authentication,
    way: Transport,
    *,
    callback: str | None = None,
    scopes: tuple[str, ...] = (),
    posting: bool = True,
) -> Any:
    """An `AsyncOAuth2Client`, which has no types of its own. PKCE is always by S256 (RFC 7636).

    Without a secret it is a public client. Not `posting`: it only makes addresses for a browser.
    """
    shown = secret.reveal() if secret else ""
    if posting and shown and authentication == "client_secret_basic":
        # RFC 6749, section 2.3.1, which authlib leaves to its caller.
        name, shown = quote_plus(name), quote_plus(shown)
    method = authentication if shown else "none"
    return AsyncOAuth2Client(
        client_id=name,
        client_secret=shown or None,
        token_endpoint_auth_method=method,
        revocation_endpoint_auth_method=method,
        scope=" ".join(scopes) or None,
        redirect_uri=callback,
        code_challenge_method="S256",
        transport=way,
        follow_redirects=False,
        trust_env=False,
    )
