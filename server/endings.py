"""Ends what a user has open, for an administrator or for the issuer: the same for every process of the store.

A row says before which moment no sign-in of its user, or of its session, counts any more; `BLOCKED` that none
does. It is one commit with the end of the user's contexts, connections and questions, and with its entry in
the log. A user who signs in again after that is admitted again, unless they are blocked (policies/ending.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from math import floor
from typing import TYPE_CHECKING, Any, Final

from policies.bearer import Logout
from policies.call import Receipt, User
from policies.ending import BLOCKED, OVER, hold
from policies.errors import Denied
from policies.milliseconds import DAY
from server.actions import Action, State
from server.audit import Audit
from server.connections import Connections
from server.context import rows as contexts
from server.decisions import Decisions
from server.digests import printable
from server.standing import signed_in
from server.store import Reader, Store
from server.transaction import Transaction, now_ms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from policies.canonical import Json

KEPT: Final = 90 * DAY
"""Milliseconds that the end of a session is kept, and a logout token beyond its expiry.

Longer than a token of the session lives, and than clocks may differ.
"""

_COLUMNS: Final = "tenant, user_id, session, not_before, ended_at, by_whom, why, version"
_END: Final = f"""
    INSERT INTO endings ({_COLUMNS})
    VALUES ($1, $2, $3, $4, $5, $6, $7, (SELECT coalesce(max(version), 0) + 1 FROM endings))
    ON CONFLICT (user_id, tenant, session) DO UPDATE SET
        not_before = CASE
            WHEN endings.not_before > excluded.not_before THEN endings.not_before
            ELSE excluded.not_before
        END,
        ended_at = excluded.ended_at,
        by_whom = excluded.by_whom,
        why = excluded.why,
        version = excluded.version
"""  # noqa: S608 - names alone
_BLOCKED: Final = "WHERE user_id = $1 AND session = '' AND not_before = $2 ORDER BY tenant"
_ALLOW: Final = """
    UPDATE endings
    SET not_before = $1, version = (SELECT max(version) + 1 FROM endings)
    WHERE user_id = $2 AND tenant = $3 AND session = ''
"""
_FORGET: Final = "DELETE FROM endings WHERE session <> '' AND ended_at < $1"
_LOG_OUT: Final = "INSERT INTO logouts (id, until) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING RETURNING id"
_FORGET_LOGOUTS: Final = "DELETE FROM logouts WHERE until < $1"
_READ: Final = f"SELECT {_COLUMNS} FROM endings"  # noqa: S608 - names alone


@dataclass(frozen=True, slots=True)
class Ending:
    """Whose sign-ins have ended: those of `user`, "" for any, in `tenant`, "" for each of them.

    Of a `session` only those that come from it. `not_before` is what `policies.ending.hold` asks for,
    `ended_at` in milliseconds since 1970; `version` counts the endings of the store.
    """

    tenant: str
    user: str
    session: str
    not_before: int
    ended_at: int = 0
    by: str = ""
    why: str = ""
    version: int = 0

    @property
    def blocks(self) -> bool:
        return self.not_before >= BLOCKED

    def is_of(self, user: User) -> bool:
        return (
            self.user in {"", user.id}
            and self.tenant in {"", user.tenant}
            and self.session in {"", user.session}
        )

    def ends(self, user: User) -> bool:
        """Whether the sign-in of this user is one that it ends."""
        try:
            hold(self.not_before, user.since)
        except Denied:
            return self.is_of(user)
        return False


@dataclass(frozen=True, slots=True)
class Ended:
    """How many of each came to an end with it."""

    connections: int
    questions: int


class Endings:
    def __init__(self, store: Store, audit: Audit, connections: Connections, decisions: Decisions) -> None:
        self._store = store
        self._audit = audit
        self._connections = connections
        self._decisions = decisions

    async def end_user(
        self, tenant: str, user: str, *, by: str, why: str, block: bool, keep_connections: bool
    ) -> Ended:
        """Durable on return. Raises `AuditUnavailable`."""
        ended, receipt = await self._store.run(
            partial(self._ending_now, tenant, user, by, why, block=block, keep_connections=keep_connections)
        )
        self._tell(ended, receipt)
        return ended

    async def allow(self, user: str, *, by: str, why: str) -> bool:
        """Whoever was blocked may sign in anew. False where nobody of that name was blocked."""
        receipt = await self._store.run(partial(self._allowing, user, by, why))
        if receipt is not None:
            self._audit.acknowledge(receipt)
        return receipt is not None

    async def log_out(self, logout: Logout, tenant: str, *, keep_connections: bool) -> bool:
        """False where this very word has counted before. `tenant` is "" where the word does not say.

        The issuer's tokens are as old as its own clock says: one of the same second may be from before.
        """
        before = OVER if logout.session else (floor(logout.issued) + 1) * 1000

        def ending() -> Transaction[tuple[Ended, Receipt] | None]:
            now = yield from now_ms()
            yield _FORGET_LOGOUTS, (now - KEPT,)
            until = floor(logout.expires) * 1000
            if not (yield _LOG_OUT, (sha256(logout.id.encode()).hexdigest(), until)):
                return None
            found = Ending(
                tenant, logout.subject, logout.session, before, now, "", "signed out at the issuer"
            )
            return (yield from self.ending(found, keep_connections=keep_connections))

        done = await self._store.run(ending)
        if done is not None:
            self._tell(*done)
        return done is not None

    async def hold(self, user: User, since: float | None) -> None:
        """Raises `Denied` where a sign-in at `since`, in seconds, has ended, or `StoreUnavailable`."""
        await self._store.read(partial(signed_in, user, since))

    async def now(self) -> float:
        """The store's time, in seconds since 1970. Raises `StoreUnavailable`."""
        return await self._store.read(now_ms) / 1000

    def _tell(self, ended: Ended, receipt: Receipt) -> None:
        self._audit.acknowledge(receipt)
        if ended.connections:
            self._connections.ended.set()

    def _ending_now(
        self, tenant: str, user: str, by: str, why: str, *, block: bool, keep_connections: bool
    ) -> Transaction[tuple[Ended, Receipt]]:
        now = yield from now_ms()
        ending = Ending(tenant, user, "", BLOCKED if block else now, now, by, why)
        return (yield from self.ending(ending, keep_connections=keep_connections))

    def ending(self, ending: Ending, *, keep_connections: bool) -> Transaction[tuple[Ended, Receipt]]:
        """Within a transaction. What has not begun yet under the user's name, or with their yes, does not."""
        yield (
            _END,
            (
                *(ending.tenant, ending.user, ending.session),
                *(ending.not_before, ending.ended_at, ending.by, ending.why),
            ),
        )
        yield _FORGET, (ending.ended_at - KEPT,)
        yield from contexts.end(ending.tenant, ending.user, ending.session)
        whole = bool(ending.user) and not ending.session
        questions = (yield from self._questions(ending)) if whole else []
        for action in questions:
            yield from self._decisions.drop(action)
        connections = 0
        if ending.user and not keep_connections:
            connections = yield from self._connections.ending_of(
                ending.tenant, ending.user, ending.by, printable(ending.why)
            )
        ended = Ended(connections, len(questions))
        facts: dict[str, Json] = {
            "event": "user_ended" if whole else "session_ended",
            "blocked": ending.blocks,
            "connections": ended.connections,
            "questions": ended.questions,
        }
        return ended, (yield from self._entry(ending, facts))

    def _questions(self, ending: Ending) -> Transaction[list[Action]]:
        """Those that wait for the user's own yes or have it, and those that they have approved."""
        return (
            yield from self._audit.actions.read(
                "WHERE state = $1 AND (user_id = $2 OR approved_by = $2) AND $3 IN ('', tenant)",
                State.OPEN.value,
                ending.user,
                ending.tenant,
            )
        )

    def _allowing(self, user: str, by: str, why: str) -> Transaction[Receipt | None]:
        now = yield from now_ms()
        receipt: Receipt | None = None
        for blocking in (yield from _listed(_BLOCKED, user, BLOCKED)):
            yield _ALLOW, (now, user, blocking.tenant)
            allowed = Ending(blocking.tenant, user, "", now, now, by, why)
            receipt = yield from self._entry(allowed, {"event": "user_allowed"})
        return receipt

    def _entry(self, ending: Ending, facts: "Mapping[str, Json]") -> Transaction[Receipt]:
        said: dict[str, Json] = {
            **facts,
            "tenant": printable(ending.tenant),
            "user": printable(ending.user),
            "by": printable(ending.by),
            "why": printable(ending.why),
        }
        return (yield from self._audit.append(printable(ending.tenant), lambda _: said))


async def of_users(store: Reader) -> list[Ending]:
    """Those of users, without those of single sessions."""
    return await store.read(partial(_listed, "WHERE session = '' ORDER BY user_id, tenant"))


def newer(version: int, most: int) -> Transaction[list[Ending]]:
    """The latest of those after it, the oldest first."""
    found = yield from _listed("WHERE version > $1 ORDER BY version DESC LIMIT $2", version, most)
    return found[::-1]


def _listed(condition: str, *arguments: str | int) -> Transaction[list[Ending]]:
    return [_ending(row) for row in (yield f"{_READ} {condition}", arguments)]


def _ending(row: Sequence[Any]) -> Ending:
    return Ending(*row)
