"""What a token may do, as GitLab says itself: one that may do more than read is refused (threat T09)."""

from collections.abc import Set as AbstractSet
from typing import Final

from policies.errors import Denied, NeedsConnection
from tools.gitlab.api import V4, Api
from tools.gitlab.refusals import too_little
from tools.rest import members

READ: Final = "read_api"
ACT: Final = "api"
# docs.gitlab.com/integration/oauth_provider: scopes that change nothing.
_HARMLESS: Final = frozenset(
    {READ, "read_user", "read_repository", "read_registry", "openid", "profile", "email", "self_rotate"}
)
_OAUTH: Final = ("oauth", "token", "info")
_PERSONAL: Final = (*V4, "personal_access_tokens", "self")


async def scopes(api: Api) -> frozenset[str]:
    """Of the token that the session has, an OAuth one or a personal one. Raises `Refusal`."""
    try:
        answer = await api.ask("GET", *_OAUTH)
        name = "scope"
    except NeedsConnection:
        # It knows OAuth's tokens alone.
        answer = await api.ask("GET", *_PERSONAL)
        name = "scopes"
    found = members.texts(members.record(api.read(answer)), name)
    return frozenset(map(str, found))


def excess(found: AbstractSet[str]) -> list[str]:
    """Those that a reader has no use for: `api` may write. One that is not known counts."""
    return sorted(found - _HARMLESS)


def hold(source: str, found: AbstractSet[str], overprivileged: str | None) -> None:
    """Raises `Denied` for a token that may do too much, or too little."""
    if (spare := excess(found)) and overprivileged is None:
        raise Denied(
            f"Your connection to {source} may do more than read, so it is not used. Connect it anew, with "
            f"the scope {READ} alone.",
            rule="over_privileged",
            detail=f"spare scopes: {len(spare)}",
        )
    if not found & {READ, ACT}:
        raise too_little(source)
