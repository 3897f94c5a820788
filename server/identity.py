"""Who is asking: the user of the local configuration."""

from policies.call import Caller, User
from policies.document import LocalIdentity
from policies.errors import Denied


class Identity:
    """Names the user behind a caller. What the client says of itself plays no part (threat T11)."""

    def __init__(self, local: LocalIdentity | None) -> None:
        self._local = (
            User(local.user, local.tenant, frozenset(local.roles), dict(local.claims)) if local else None
        )

    async def identify(self, caller: Caller) -> User:
        """Raises `Denied` where nobody can be named."""
        if self._local is None:
            raise Denied(
                "This server does not know who you are. An administrator adds [identity.local] to its "
                "configuration.",
                rule="unknown_caller",
                detail=f"no identity for {caller.transport}",
            )
        return self._local
