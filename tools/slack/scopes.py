"""What a token may do, as Slack says itself: one that may do too much is refused (threat T09)."""

from collections.abc import Set as AbstractSet
from typing import Final

from policies.errors import Denied
from policies.sources import SlackSource
from tools.rest.refusals import too_little

ACT: Final = "chat:write"
_PUBLIC: Final = ("channels:history", "channels:read", "search:read", "users:read")
_PRIVATE: Final = ("groups:history", "groups:read")
_DIRECT: Final = ("im:history", "im:read", "mpim:history", "mpim:read")
# docs.slack.dev/reference/scopes: of whoever it is, and of search by parts.
_HARMLESS: Final = frozenset({"identify", "team:read", "search:read.public", "search:read.users"})


def reading(source: SlackSource) -> tuple[str, ...]:
    """Those without which not all can be read that the source opens."""
    private, direct = _PRIVATE if source.private else (), _DIRECT if source.direct else ()
    return tuple(sorted((*_PUBLIC, *private, *direct)))


def acting(source: SlackSource) -> tuple[str, ...]:
    return (*reading(source), ACT) if source.acts else reading(source)


def excess(source: SlackSource, found: AbstractSet[str]) -> list[str]:
    """Those that the source has no use for. One that is not known counts."""
    return sorted(found - _HARMLESS - {*acting(source)})


def hold(name: str, source: SlackSource, found: AbstractSet[str]) -> None:
    """Raises `Denied` for a token that may do too much, or too little."""
    if (spare := excess(source, found)) and source.overprivileged is None:
        raise Denied(
            f"Your connection to {name} may do more than this source is for, so it is not used. Connect it "
            f"anew, with these scopes alone: {', '.join(acting(source))}.",
            rule="over_privileged",
            detail=f"spare scopes: {len(spare)}",
        )
    if not found >= {*reading(source)}:
        raise too_little(name)


def hold_acting(name: str, found: AbstractSet[str]) -> None:
    """Raises `Denied` for a token that may only read."""
    if ACT not in found:
        raise too_little(name)
