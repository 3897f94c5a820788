"""The delegated permissions of Graph's that a source of Teams has a use for."""

from typing import Final

from policies.sources import TeamsSource
from tools.graph.scopes import OPENID
from tools.rest.scopes import Scopes

SEARCH: Final = "Chat.Read"
"""Without it Graph searches no messages, in channels neither; and chats are read with it."""
_READING: Final = ("Channel.ReadBasic.All", "ChannelMessage.Read.All", "Team.ReadBasic.All", "User.Read")
_ACTING: Final = ("ChannelMessage.ReadWrite", "ChannelMessage.Send")
_CHATTING: Final = ("Chat.ReadWrite",)


def scopes(source: TeamsSource) -> Scopes:
    """Those that acting takes: to send, to change what was sent or take it back, and both in chats."""
    acting = (*_ACTING, *(_CHATTING if source.direct else ())) if source.acts else ()
    if source.direct:
        return Scopes((*_READING, SEARCH), acting, OPENID)
    return Scopes(_READING, acting, OPENID, optional=(SEARCH,))
