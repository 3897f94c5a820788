"""What a token may do, as far as GitHub says: one that may do too much is refused (threat T09).

Scopes are of classic tokens and of OAuth apps. What a fine-grained token, or one of a GitHub App, may do is a
matter of its permissions, which GitHub does not tell it; it has none of the scopes that are looked at here.
"""

from collections.abc import Set as AbstractSet
from typing import Final

from policies.errors import Denied
from policies.sources import GithubSource
from tools.github.api import Api
from tools.rest.refusals import too_little

# docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps: those that change nothing.
_HARMLESS: Final = frozenset(
    {
        "read:user",
        "user:email",
        "read:org",
        "read:project",
        "read:packages",
        "read:gpg_key",
        "read:public_key",
    }
)
_ACTING: Final = frozenset({"repo", "public_repo"})


async def scopes(api: Api) -> frozenset[str] | None:
    """Of the token that the session has; None for one that has permissions. Raises `Refusal`."""
    answer = await api.ask("GET", "user")
    told = answer.headers.get("x-oauth-scopes")
    return None if told is None else frozenset(filter(None, (each.strip() for each in told.split(","))))


def excess(source: GithubSource, found: AbstractSet[str] | None) -> list[str]:
    """Those that the source has no use for. One that is not known counts."""
    return sorted((found or frozenset()) - _HARMLESS - (_ACTING if source.acts else frozenset()))


def hold(name: str, source: GithubSource, found: AbstractSet[str] | None) -> None:
    """Raises `Denied` for a token that may do too much."""
    if (spare := excess(source, found)) and source.overprivileged is None:
        raise Denied(
            f"Your connection to {name} may do more than this source is for, so it is not used. Connect it "
            "anew, with a fine-grained token.",
            rule="over_privileged",
            detail=f"spare scopes: {len(spare)}",
        )


def hold_acting(name: str, found: AbstractSet[str] | None) -> None:
    """Raises `Denied` for a token of which GitHub says that it may only read."""
    if found is not None and not found & _ACTING:
        raise too_little(name)
