"""Each user's own connections to sources: at most one for a user and a source, and nobody else's way in.

The secret of one is sealed under its tenant's key, and bound to tenant, user, source, id and restrictions: in
another row, or under wider ones, it does not open (threats T09, T37). Making and ending one are on record in
the transaction that does it. From its due day on the secret is not kept; the row without one stays, so that
its user is told why it ended.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final, cast

from policies.call import Receipt, User
from policies.canonical import Json
from policies.errors import NeedsConnection
from policies.networks import Restrictions
from policies.renewal import DAY, due_within
from policies.secret import Credential, Secret
from server.digests import printable
from server.keys import Ring
from server.keys.ring import key_of
from server.keys.rows import TenantKey
from server.seal import DoesNotOpen
from server.store import Reader, Store
from server.transaction import Transaction, now_ms

if TYPE_CHECKING:
    from server.audit import Audit

SWEPT: Final = 100  # connections that one look ends

_READ: Final = """
    SELECT id, tenant, user_id, source, login, made_at, due_at, used_at, networks, per_minute,
        now_ms(), sealed
    FROM connections
"""
_ADD: Final = """
    INSERT INTO connections
        (id, tenant, user_id, source, login, made_at, due_at, used_at, networks, per_minute, sealed)
    VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, $10)
"""
_END: Final = "DELETE FROM connections WHERE id = $1 RETURNING sealed"
_LAPSE: Final = """
    UPDATE connections SET sealed = '', login = ''
    WHERE id = $1 AND due_at <= $2 AND sealed <> '' RETURNING id
"""
_OVERDUE: Final = _READ + f" WHERE due_at <= $1 AND sealed <> '' ORDER BY due_at LIMIT {SWEPT}"
_THE_ONE: Final = _READ + " WHERE tenant = $1 AND user_id = $2 AND source = $3"
_USE: Final = "UPDATE connections SET used_at = $1 WHERE id = $2 AND used_at < $3"


@dataclass(frozen=True, slots=True)
class Connection:
    """Times are in milliseconds since 1970. From `due_at` on it has to be made anew.

    `restrictions` are its user's own. `read_at` is when all this was so.
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
    read_at: int

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

    async def find(self, tenant: str, user: str, source: str) -> Closed:
        """What this user reaches the source with, still sealed.

        Raises `NeedsConnection` or `StoreUnavailable`.
        """
        found = await self._store.read(partial(_one, tenant, user, source))
        if found is None:
            raise NeedsConnection(source)
        if found.connection.due_within == 0:
            await self.lapse(found.connection)
            raise NeedsConnection(source, was_due=True)
        return found

    async def open(self, closed: Closed) -> Credential:
        """It counts as used.

        Raises `AuditUnavailable` where the secret does not open: one that was tampered with is ended, on
        record.
        """
        found = closed.connection
        try:
            opened = await self._ring.open_under(closed.key, closed.sealed, *_bound(found))
        except DoesNotOpen:
            await self.end(found, by="", why="its secret does not open")
            raise
        if found.used_at < found.read_at - DAY:
            await self._store.run(partial(_used, found.id, found.read_at))
        return Credential(Secret(cast("str", opened)), found.login, found.id)

    async def make(
        self,
        user: User,
        source: str,
        login: str,
        secret: Secret,
        *,
        days: int,
        restrictions: Restrictions,
    ) -> Connection:
        """Durable on return. One that there was before is ended; both are on record."""
        number = secrets.token_hex(16)
        new = Connection(number, user.tenant, user.id, source, login, 0, 0, 0, restrictions, 0)
        sealed = await self._ring.seal(user.tenant, secret.reveal(), *_bound(new))

        def making() -> Transaction[tuple[Connection, Receipt]]:
            now = yield from now_ms()
            until = now + days * DAY
            made = Connection(number, user.tenant, user.id, source, login, now, until, 0, restrictions, now)
            for row in (yield _THE_ONE, (user.tenant, user.id, source)):
                yield from self._ending(_connection(row), user.id, "it was made anew")
            held = (restrictions.networks, restrictions.per_minute)
            yield _ADD, (number, user.tenant, user.id, source, login, now, until, *held, sealed)
            return made, (yield from self._entry(made, "connected", user.id, until=until))

        made, receipt = await self._store.run(making)
        self._audit.acknowledge(receipt)
        return made

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
        return receipt is not None

    def _ending(self, connection: Connection, by: str, why: str) -> Transaction[Receipt | None]:
        """None where it had ended before, and that is on record."""
        rows = yield _END, (connection.id,)
        if not rows or not rows[0][0]:
            return None
        return (yield from self._entry(connection, "disconnected", by, why=why))

    def _lapsing(self, connection: Connection) -> Transaction[Receipt | None]:
        now = yield from now_ms()
        if not (yield _LAPSE, (connection.id, now)):
            return None
        return (yield from self._entry(connection, "disconnected", "", why="it was due"))

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
    id_, tenant, user, source, login, made_at, due_at, used_at, networks, per_minute, read_at, _ = row
    restrictions = Restrictions(networks, per_minute)
    return Connection(id_, tenant, user, source, login, made_at, due_at, used_at, restrictions, read_at)


def _bound(one: Connection) -> tuple[str, ...]:
    return ("connection", one.tenant, one.user, one.source, one.id, *one.restrictions.bound)
