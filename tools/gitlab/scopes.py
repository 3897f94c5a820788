"""What a token may do, as GitLab says itself: one that may do too much is refused (threat T09)."""

from collections.abc import Set as AbstractSet
from typing import Final

from policies.errors import Denied, NeedsConnection
from policies.sources import GitlabSource
from tools.gitlab.api import V4, Api
from tools.rest import members
from tools.rest.refusals import too_little

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


def wanted(source: GitlabSource) -> str:
    """The scope that does all that the source is for."""
    return ACT if source.acts else READ


def excess(source: GitlabSource, found: AbstractSet[str]) -> list[str]:
    """Those that the source has no use for: `api` may write. One that is not known counts."""
    return sorted(found - _HARMLESS - {wanted(source)})


def hold(name: str, source: GitlabSource, found: AbstractSet[str]) -> None:
    """Raises `Denied` for a token that may do too much, or too little."""
    if (spare := excess(source, found)) and source.overprivileged is None:
        raise Denied(
            f"Your connection to {name} may do more than this source is for, so it is not used. Connect it "
            f"anew, with the scope {wanted(source)} alone.",
            rule="over_privileged",
            detail=f"spare scopes: {len(spare)}",
        )
    if not found & {READ, ACT}:
        raise too_little(name)


def hold_acting(name: str, found: AbstractSet[str]) -> None:
    """Raises `Denied` for a token that may only read."""
    if ACT not in found:
        raise too_little(name)
