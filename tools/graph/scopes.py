"""Delegated permissions of Graph's, as a token tells them.

learn.microsoft.com/graph/permissions-reference. What a token may do stands in the token, which Graph takes
only as it was issued. It is read, and not verified: one that was made up reaches nothing, whatever it says.
"""

import base64
import binascii
from typing import Final

from policies.canonical import Json
from policies.frames import BadFrame, parse

# Of who it is, and how long it lasts.
OPENID: Final = frozenset({"openid", "profile", "email", "offline_access"})
_MAX_BYTES: Final = 8192


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
