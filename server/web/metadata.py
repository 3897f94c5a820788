"""The metadata of the protected resource: where a client that has no token gets one (RFC 9728)."""

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from policies.canonical import Json
from policies.document import Document, Oidc

WELL_KNOWN = "/.well-known/oauth-protected-resource"


def address(resource: str) -> str:
    """Where the metadata of `resource` are: the well-known path goes between its host and its own path."""
    parts = urlsplit(resource)
    return f"{parts.scheme}://{parts.netloc}{WELL_KNOWN}{parts.path}"


def metadata(document: Document, oidc: Oidc) -> dict[str, Json]:
    """`resource` is the address that clients reach, whatever the issuer writes into `aud` for it."""
    scopes: list[Json] = [scope for scope in (oidc.scopes.read, oidc.scopes.act) if scope is not None]
    return {
        "resource": document.resource,
        "authorization_servers": [oidc.issuer],
        **({"scopes_supported": scopes} if scopes else {}),
        "bearer_methods_supported": ["header"],
        "resource_name": document.server.name,
    }


def routes(document: Document, oidc: Oidc) -> list[Route]:
    """At the path of RFC 9728, with and without a prefix that a proxy cuts off, and at the root."""
    answer = metadata(document, oidc)

    async def serve(_: Request) -> JSONResponse:
        return JSONResponse(
            answer,
            # Public, and read by clients that run in a browser too.
            headers={"cache-control": "public, max-age=3600", "access-control-allow-origin": "*"},
        )

    paths = {WELL_KNOWN, f"{WELL_KNOWN}/mcp", urlsplit(address(document.resource)).path}
    return [Route(path, serve, methods=["GET"]) for path in sorted(paths)]
