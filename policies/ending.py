"""Whether somebody's sign-in still counts, now that a moment is known before which none of theirs does.

The moment, `not_before`, is in milliseconds since 1970. The clock is the issuer's: its tokens say when they
were made.
"""

from typing import Final

from policies.errors import Denied

BLOCKED: Final = 2**53
"""No sign-in counts, and neither does the local user, until an administrator allows it again."""
OVER: Final = BLOCKED - 1
"""No token of a session counts any more, whenever it was made."""


def hold(not_before: int | None, since: float | None) -> None:
    """Raises `Denied`. `since`, in seconds, is when the token was made, None for who signs in nowhere."""
    if not_before is None:
        return
    if not_before >= BLOCKED:
        raise Denied(
            "An administrator has ended your access. Ask them to allow it again.",
            rule="blocked",
        )
    if since is not None and since * 1000 < not_before:
        raise Denied(
            "Your session has ended. Sign in, and call again with the new token.",
            rule="ended_session",
        )
