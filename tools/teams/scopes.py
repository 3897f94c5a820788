"""The delegated permissions of Graph's that a source has a use for.

learn.microsoft.com/graph/permissions-reference. What a token may do stands in the token, which Graph takes
only as it was issued. It is read, and not verified: one that was made up reaches nothing, whatever it says.
"""

import base64
import binascii
from typing import Final

from policies.canonical import Json
from policies.frames import BadFrame, parse
from policies.sources import TeamsSource
from tools.chat.scopes import Scopes

SEARCH: Final = "Chat.Read"
"""Without it Graph searches no messages, in channels neither; and chats are read with it."""
_READING: Final = ("Channel.ReadBasic.All", "ChannelMessage.Read.All", "Team.ReadBasic.All", "User.Read")
_ACTING: Final = ("ChannelMessage.ReadWrite", "ChannelMessage.Send")
_CHATTING: Final = ("Chat.ReadWrite",)
# Of who it is, and how long it lasts.
OPENID: Final = frozenset({"openid", "profile", "email", "offline_access"})
_MAX_BYTES: Final = 8192


def scopes(source: TeamsSource) -> Scopes:
    """Those that acting takes: to send, to change what was sent or take it back, and both in chats."""
    acting = (*_ACTING, *(_CHATTING if source.direct else ())) if source.acts else ()
    if source.direct:
        return Scopes((*_READING, SEARCH), acting, OPENID)
    return Scopes(_READING, acting, OPENID, optional=(SEARCH,))


def told_by(token: str) -> frozenset[str]:
    """What it says that it may do: nothing, where it is none of Entra's for work and school accounts."""
    header, _, rest = token.partition(".")
    payload, dot, _ = rest.partition(".")
    claims = _claims(payload) if header and dot else None
    said = claims.get("scp") if isinstance(claims, dict) else None
    return frozenset(said.split()) if isinstance(said, str) else frozenset()


def _claims(payload: str) -> Json:
    try:
        padded = payload.encode("ascii") + b"=" * (-len(payload) % 4)
        return parse(base64.b64decode(padded, altchars=b"-_", validate=True), _MAX_BYTES)
    except (ValueError, binascii.Error, BadFrame):
        return None
