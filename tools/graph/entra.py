"""Where users authorize remit: Microsoft Entra, in one tenant."""

from policies.sources import GraphSource
from tools.authorization import Authorization
from tools.graph.scopes import OPENID
from tools.rest.scopes import Scopes


def authorization(source: GraphSource, scopes: Scopes) -> Authorization:
    """learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow. Nothing there takes back a token,
    and what it calls itself has the tenant's id in it, where the settings may have a domain.
    """
    at = f"{source.authority.rstrip('/')}/{source.tenant}/oauth2/v2.0"
    reading = (*scopes.reading, *scopes.optional)
    return Authorization(
        issuer=None,
        authorize=f"{at}/authorize",
        token=f"{at}/token",
        revoke=None,
        read=reading,
        act=(*reading, *scopes.acting),
        authentication="client_secret_post",
        besides=("offline_access",),
        disregarded=OPENID,
    )
