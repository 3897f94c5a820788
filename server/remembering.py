"""What a process remembers of endings: it ends what is open here, and turns tokens away at the door.

No call is admitted on the strength of this: see server/standing.py. It is for what is under way already, for
streams, and for clients, which learn by a 401 that they need a new token.
"""

import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from functools import partial
from itertools import product
from typing import Final

import anyio

from policies.bearer import TokenRefused
from policies.call import Token, Transport, User
from policies.ending import hold
from policies.errors import AuditUnavailable, Denied
from server.endings import Ending, newer
from server.identity import Identity
from server.store import Reader
from server.tokens import Tokens

log = logging.getLogger("remit.endings")

EVERY: Final = 0.5  # seconds between two looks: what only reads has to stop within one
MOST: Final = 10_000  # endings remembered


class Remembered:
    def __init__(self, store: Reader) -> None:
        self._store = store
        self._version = 0
        self._moments: OrderedDict[tuple[str, str, str], int] = OrderedDict()

    def not_before(self, user: User) -> int | None:
        """What `policies.ending.hold` asks for, as far as this process has heard."""
        keys = product(("", user.tenant), ("", user.id), ("", user.session))
        return max((self._moments[key] for key in keys if key in self._moments), default=None)

    async def look(self) -> list[Ending]:
        """Those since the last look. Raises `AuditUnavailable`."""
        found = await self._store.read(partial(newer, self._version, MOST))
        for ending in found:
            self._version = max(self._version, ending.version)
            self._moments[ending.tenant, ending.user, ending.session] = ending.not_before
            self._moments.move_to_end((ending.tenant, ending.user, ending.session))
        while len(self._moments) > MOST:
            self._moments.popitem(last=False)
        return found

    async def watch(self, end: Callable[[Ending], Awaitable[None]]) -> None:
        """Looks until it is cancelled, and calls for each."""
        while True:
            await anyio.sleep(EVERY)
            try:
                found = await self.look()
            except AuditUnavailable as error:
                log.error("endings can't be read", extra={"detail": error.detail})  # noqa: TRY400
                continue
            for ending in found:
                try:
                    await end(ending)
                except Exception:
                    # What is open of one user must not keep that of the next one open.
                    log.exception("what a user has open could not all be ended")


class SignedIn:
    """Verifies as `tokens` do, and refuses those of sessions that have ended."""

    def __init__(self, tokens: Tokens, identity: Identity, remembered: Remembered) -> None:
        self._tokens = tokens
        self._identity = identity
        self._remembered = remembered

    async def verify(self, text: str) -> Token:
        """Raises `TokenRefused` or `IssuerUnreachable`.

        Who is blocked passes: no new token would help them, and each call tells them so.
        """
        token = await self._tokens.verify(text)
        try:
            user = self._identity.of(Transport.HTTP, token)
        except Denied:
            return token  # each call is refused, and on record
        try:
            hold(self._remembered.not_before(user), user.since)
        except Denied as denied:
            if denied.rule != "blocked":
                raise TokenRefused("its session has ended", whose=(user.tenant, user.id)) from None
        return token
