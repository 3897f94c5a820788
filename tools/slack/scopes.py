"""The scopes of Slack's that a source has a use for (docs.slack.dev/reference/scopes)."""

from typing import Final

from policies.sources import SlackSource
from tools.rest.scopes import Scopes

ACT: Final = "chat:write"
_PUBLIC: Final = ("channels:history", "channels:read", "search:read", "users:read")
_PRIVATE: Final = ("groups:history", "groups:read")
_DIRECT: Final = ("im:history", "im:read", "mpim:history", "mpim:read")
# Of whoever it is, and of search by parts.
_HARMLESS: Final = frozenset({"identify", "team:read", "search:read.public", "search:read.users"})


def scopes(source: SlackSource) -> Scopes:
    private, direct = _PRIVATE if source.private else (), _DIRECT if source.direct else ()
    reading = tuple(sorted((*_PUBLIC, *private, *direct)))
    return Scopes(reading, (ACT,) if source.acts else (), _HARMLESS)
