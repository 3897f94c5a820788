"""Each user's own connections to sources: at most one for a user and a source, and nobody else's way in.

The secret of one is sealed under its tenant's key, and bound to tenant, user, source, id, restrictions and
scopes: in another row, or under wider ones, it does not open (threats T09, T37). Making and ending one are on
record in the transaction that does it. From its due day on the secret is not kept; the row without one stays,
so that its user is told why it ended.
"""

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from policies.call import Receipt, User
from policies.canonical import Json
from policies.errors import NeedsConnection
from policies.milliseconds import DAY
from policies.networks import UNRESTRICTED, Restrictions
from policies.renewal import due_within
from policies.secret import Secret
from server.context.results import forget_of
from server.digests import printable
from server.keys import Ring
from server.keys.ring import key_of
from server.keys.rows import TenantKey
from server.oauth import revocations
from server.oauth.tokens import Tokens
from server.seal import DoesNotOpen
from server.store import Reader, Store
from server.transaction import Transaction, now_ms

if TYPE_CHECKING:
    from server.audit import Audit

SWEPT: Final = 100  # connections that one look ends

_READ: Final = """
    SELECT id, tenant, user_id, source, login, made_at, due_at, used_at, networks, per_minute, scopes,
        now_ms(), sealed
    FROM connections
"""
_ADD: Final = """
    INSERT INTO connections
        (id, tenant, user_id, source, login, made_at, due_at, used_at, networks, per_minute, scopes, sealed)
    VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, $10, $11)
"""
_END: Final = "DELETE FROM connections WHERE id = $1 RETURNING scopes, sealed"
_DUE: Final = "SELECT scopes, sealed FROM connections WHERE id = $1 AND due_at <= $2 AND sealed <> ''"
_LAPSE: Final = """
    UPDATE connections SET sealed = '', login = '' WHERE id = $1 AND sealed = $2 AND due_at <= $3 RETURNING id
"""
_OVERDUE: Final = _READ + f" WHERE due_at <= $1 AND sealed <> '' ORDER BY due_at LIMIT {SWEPT}"
_THE_ONE: Final = _READ + " WHERE tenant = $1 AND user_id = $2 AND source = $3"
_USE: Final = "UPDATE connections SET used_at = $1 WHERE id = $2 AND used_at < $3"


@dataclass(frozen=True, slots=True)
class Connection:
    """Times are in milliseconds since 1970. From `due_at` on it has to be made anew.

    `restrictions` are its user's own. `scopes` are those that its tokens were granted, with spaces; "" where
    it is of a secret that was typed. `read_at` is when all this was so.
    """

    id: str
    tenant: str
    user: str
    source: str
    login: str
    made_at: int
    due_at: int
    used_at: int
    restrictions: Restrictions
    scopes: str
    read_at: int

    @property
    def bound(self) -> tuple[str, ...]:
        """What its secret is sealed for."""
        where = ("connection", self.tenant, self.user, self.source, self.id)
        return (*where, *self.restrictions.bound, *((self.scopes,) if self.scopes else ()))

    def granted(self, scopes: str) -> "Connection":
        """The same, with the scopes that its tokens are granted now."""
        when = (self.made_at, self.due_at, self.used_at)
        whose = (self.tenant, self.user, self.source, self.login)
        return Connection(self.id, *whose, *when, self.restrictions, scopes, self.read_at)

    @property
    def due_within(self) -> int | None:
        """In days, as `policies.renewal.due_within` says."""
        return due_within(self.made_at, self.due_at, self.read_at)


@dataclass(frozen=True, slots=True)
class Closed:
    """One with what is sealed, and the row of the key that this is sealed under."""

    connection: Connection
    sealed: str = field(repr=False)
    key: TenantKey | None = field(repr=False)


class Connections:
    def __init__(self, store: Store, audit: "Audit", ring: Ring) -> None:
        self._store = store
        self._audit = audit
        self._ring = ring
        self.ended = asyncio.Event()
        """Set when one has ended in this process."""

    async def now(self) -> int:
        """The store's time, in milliseconds since 1970. Raises `StoreUnavailable`."""
        return await self._store.read(now_ms)

    async def find(self, tenant: str, user: str, source: str, *, acting: bool) -> Closed:
        """What this user reaches the source with, still sealed. `acting`: for a call that acts.

        Raises `NeedsConnection` or `StoreUnavailable`.
        """
        found = await self._store.read(partial(_one, tenant, user, source))
        if found is None:
            raise NeedsConnection(source, acting=acting)
        if found.connection.due_within == 0:
            await self.lapse(found.connection)
            raise NeedsConnection(source, was_due=True, acting=acting)
        return found

    async def open(self, closed: Closed) -> Json:
        """What was kept for it, in the clear. It counts as used.

        Raises `AuditUnavailable` where the secret does not open: one that was tampered with is ended, on
        record.
        """
        found = closed.connection
        try:
            opened = await self._ring.open_under(closed.key, closed.sealed, *found.bound)
        except DoesNotOpen:
            await self.end(found, by="", why="its secret does not open")
            raise
        if found.used_at < found.read_at - DAY:
            await self._store.run(partial(_used, found.id, found.read_at))
        return opened

    async def make(
        self,
        user: User,
        source: str,
        login: str,
        kept: Secret | Tokens,
        *,
        days: int,
        restrictions: Restrictions,
    ) -> Connection:
        """Durable on return. One that there was before is ended; both are on record."""
        scopes = kept.scope if isinstance(kept, Tokens) else ""
        new = _new(user, source, login, restrictions, scopes)
        whose = (new.id, new.tenant, new.user, source, login)
        sealed = await self._sealed(new, kept)

        def making() -> Transaction[tuple[Connection, Receipt]]:
            now = yield from now_ms()
            until = now + days * DAY
            made = Connection(*whose, now, until, 0, restrictions, scopes, now)
            for row in (yield _THE_ONE, (user.tenant, user.id, source)):
                yield from self._ending(_connection(row), user.id, "it was made anew")
            held = (restrictions.networks, restrictions.per_minute, scopes)
            yield _ADD, (*whose, now, until, *held, sealed)
            more: dict[str, Json] = {"scopes": printable(scopes)} if scopes else {}
            return made, (yield from self._entry(made, "connected", user.id, until=until, **more))

        made, receipt = await self._store.run(making)
        self._audit.acknowledge(receipt)
        self.ended.set()
        return made

    async def give_back(self, user: User, source: str, tokens: Tokens) -> None:
        """Has the system take back what it gave and is not kept. Durable on return."""
        new = _new(user, source, "", UNRESTRICTED, tokens.scope)
        sealed = await self._sealed(new, tokens)

        def queuing() -> Transaction[None]:
            yield from revocations.queue(new, sealed, (yield from now_ms()))

        await self._store.run(queuing)
        self.ended.set()

    async def end(self, connection: Connection, *, by: str, why: str) -> bool:
        """Its secret is gone from the store on return, on record. False where somebody else has ended it."""

        return await self._ended(partial(self._ending, connection, by, printable(why)))

    def ending_of(self, tenant: str, user: str, by: str, why: str) -> Transaction[int]:
        """Ends all of a user's, in each tenant where `tenant` is "", within a transaction: how many."""
        ended = 0
        where = " WHERE user_id = $1 AND $2 IN ('', tenant)"
        for connection in (yield from _listed(where, user, tenant)):
            ended += (yield from self._ending(connection, by, why)) is not None
        return ended

    async def lapse(self, connection: Connection) -> bool:
        """The same for one that is due: its row stays, without login and secret."""
        return await self._ended(partial(self._lapsing, connection))

    async def overdue(self) -> list[Connection]:
        """The first `SWEPT` whose secret is kept although they are due."""

        def looking() -> Transaction[list[Connection]]:
            now = yield from now_ms()
            return [_connection(row) for row in (yield _OVERDUE, (now,))]

        return await self._store.read(looking)

    async def of(self, user: User) -> list[Connection]:
        """The user's own by source, with those that were due and have ended."""
        return await self._store.read(
            partial(_listed, " WHERE tenant = $1 AND user_id = $2 ORDER BY source", user.tenant, user.id)
        )

    async def by_source(self, user: User) -> Mapping[str, Connection]:
        return {found.source: found for found in await self.of(user)}

    async def standing(self, user: User) -> Mapping[str, Connection]:
        """Those of the user's that can be used now, by source."""
        return {name: found for name, found in (await self.by_source(user)).items() if found.due_within != 0}

    async def everybody(self) -> list[Connection]:
        """Those whose secret is kept."""
        return await everybodys(self._store)

    async def _ended(self, ending: Callable[[], Transaction[Receipt | None]]) -> bool:
        receipt = await self._store.run(ending)
        if receipt is not None:
            self._audit.acknowledge(receipt)
            self.ended.set()
        return receipt is not None

    def _ending(self, connection: Connection, by: str, why: str) -> Transaction[Receipt | None]:
        """None where it had ended before, and that is on record."""
        rows = yield _END, (connection.id,)
        if not rows or not rows[0][1]:
            return None
        scopes, sealed = rows[0]
        yield from forget_of(connection.tenant, connection.user, connection.source)
        yield from _given_up(connection, scopes, sealed, (yield from now_ms()))
        return (yield from self._entry(connection, "disconnected", by, why=why))

    def _lapsing(self, connection: Connection) -> Transaction[Receipt | None]:
        now = yield from now_ms()
        rows = yield _DUE, (connection.id, now)
        if not rows:
            return None
        scopes, sealed = rows[0]
        if not (yield _LAPSE, (connection.id, sealed, now)):
            return None
        yield from forget_of(connection.tenant, connection.user, connection.source)
        yield from _given_up(connection, scopes, sealed, now)
        return (yield from self._entry(connection, "disconnected", "", why="it was due"))

    async def _sealed(self, connection: Connection, kept: Secret | Tokens) -> str:
        value = kept.to_json() if isinstance(kept, Tokens) else kept.reveal()
        return await self._ring.seal(connection.tenant, value, *connection.bound)

    def _entry(self, connection: Connection, event: str, by: str, **more: Json) -> Transaction[Receipt]:
        facts: dict[str, Json] = {
            "event": event,
            "connection": connection.id,
            "tenant": printable(connection.tenant),
            "user": printable(connection.user),
            "source": connection.source,
            "by": printable(by),
            **more,
        }

        def said(_: object) -> Mapping[str, Json]:
            return facts

        return (yield from self._audit.append(printable(connection.tenant), said))


def _new(user: User, source: str, login: str, restrictions: Restrictions, scopes: str) -> Connection:
    id_ = secrets.token_hex(16)
    return Connection(id_, user.tenant, user.id, source, login, 0, 0, 0, restrictions, scopes, 0)


def _given_up(connection: Connection, scopes: str, sealed: str, now: int) -> Transaction[None]:
    """Tokens are to be taken back by the system that gave them, too."""
    if scopes:
        yield from revocations.queue(connection.granted(scopes), sealed, now)


async def everybodys(store: Reader) -> list[Connection]:
    """Those whose secret is kept."""
    return await store.read(partial(_listed, " WHERE sealed <> '' ORDER BY tenant, user_id, source"))


def _one(tenant: str, user: str, source: str) -> Transaction[Closed | None]:
    rows = yield _THE_ONE, (tenant, user, source)
    if not rows:
        return None
    *_, sealed = rows[0]
    return Closed(_connection(rows[0]), sealed, (yield from key_of(tenant, sealed)))


def _listed(condition: str, *arguments: str) -> Transaction[list[Connection]]:
    rows = yield _READ + condition, arguments
    return [_connection(row) for row in rows]


def _used(connection: str, now: int) -> Transaction[None]:
    yield _USE, (now, connection, now - DAY)


def _connection(row: Sequence[Any]) -> Connection:
    id_, tenant, user, source, login, made_at, due_at, used_at, networks, per_minute, scopes, read_at, _ = row
    restrictions = Restrictions(networks, per_minute)
    whose = (id_, tenant, user, source, login)
    return Connection(*whose, made_at, due_at, used_at, restrictions, scopes, read_at)
