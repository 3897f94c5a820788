"""Each user's own connections to sources: at most one for a user and a source, and nobody else's way in.

The secret of one is sealed under its tenant's key, and bound to tenant, user, source and id: moved to another
row it does not open (threats T09, T37). Making and ending one are on record in the transaction that does it.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final, cast

from policies.call import Receipt, User
from policies.canonical import Json
from policies.secret import Credential, Secret
from server.digests import printable
from server.keys import Ring
from server.seal import DoesNotOpen
from server.store import Store
from server.transaction import Rows, Transaction, now_ms

if TYPE_CHECKING:
    from server.audit import Audit

DAY: Final = 86_400_000  # milliseconds

_READ: Final = """
    SELECT id, tenant, user_id, source, login, made_at, due_at, used_at, sealed
    FROM connections
"""
_ADD: Final = """
    INSERT INTO connections (id, tenant, user_id, source, login, made_at, due_at, used_at, sealed)
    VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8)
"""
_END: Final = "DELETE FROM connections WHERE id = $1 RETURNING id"
_FORMER: Final = _READ + " WHERE tenant = $1 AND user_id = $2 AND source = $3"
_USE: Final = "UPDATE connections SET used_at = $1 WHERE id = $2 AND used_at < $3"
_STANDS: Final = "SELECT 1 FROM connections WHERE id = $1 AND due_at > $2"


@dataclass(frozen=True, slots=True)
class Connection:
    """Times are in milliseconds since 1970. From `due_at` on it has to be made anew."""

    id: str
    tenant: str
    user: str
    source: str
    login: str
    made_at: int
    due_at: int
    used_at: int


class Connections:
    def __init__(self, store: Store, audit: "Audit", ring: Ring) -> None:
        self._store = store
        self._audit = audit
        self._ring = ring

    async def credential(self, tenant: str, user: str, source: str) -> Credential | None:
        """What this user reaches the source with, or None. It counts as used.

        Raises `AuditUnavailable` where the store can't be read or the secret does not open; one that was
        tampered with is ended, on record.
        """
        rows, now = await self._store.read(partial(_standing, tenant, user))
        row = next((row for row in rows if _connection(row).source == source), None)
        if row is None:
            return None
        *_, sealed = row
        found = _connection(row)
        try:
            opened = await self._ring.open(tenant, sealed, *_bound(found.id, tenant, user, source))
        except DoesNotOpen:
            await self.end(found, by="", why="its secret does not open")
            raise
        if found.used_at < now - DAY:
            await self._store.run(partial(_used, found.id, now))
        return Credential(Secret(cast("str", opened)), found.login, found.id)

    async def make(self, user: User, source: str, login: str, secret: Secret, days: int) -> Connection:
        """Durable on return. One that there was before is ended; both are on record."""
        number = secrets.token_hex(16)
        bound = _bound(number, user.tenant, user.id, source)
        sealed = await self._ring.seal(user.tenant, secret.reveal(), *bound)

        def making() -> Transaction[tuple[Connection, Receipt]]:
            now = yield from now_ms()
            made = Connection(number, user.tenant, user.id, source, login, now, now + days * DAY, 0)
            for row in (yield _FORMER, (user.tenant, user.id, source)):
                yield _END, (row[0],)
                yield from self._entry(_connection(row), "disconnected", user.id, why="it was made anew")
            yield _ADD, (number, user.tenant, user.id, source, login, now, made.due_at, sealed)
            return made, (yield from self._entry(made, "connected", user.id, until=made.due_at))

        made, receipt = await self._store.run(making)
        self._audit.acknowledge(receipt)
        return made

    async def end(self, connection: Connection, *, by: str, why: str) -> bool:
        """Its secret is gone from the store on return, on record. False where somebody else has ended it."""

        def ending() -> Transaction[Receipt | None]:
            if not (yield _END, (connection.id,)):
                return None
            return (yield from self._entry(connection, "disconnected", by, why=printable(why)))

        receipt = await self._store.run(ending)
        if receipt is not None:
            self._audit.acknowledge(receipt)
        return receipt is not None

    async def of(self, user: User) -> list[Connection]:
        """The user's own, by source."""
        return await self._store.read(
            partial(_listed, " WHERE tenant = $1 AND user_id = $2 ORDER BY source", user.tenant, user.id)
        )

    async def standing(self, user: User) -> Mapping[str, Connection]:
        """Those of the user's that can be used now, by source."""
        rows, _ = await self._store.read(partial(_standing, user.tenant, user.id))
        return {found.source: found for found in map(_connection, rows)}

    async def everybody(self) -> list[Connection]:
        return await self._store.read(partial(_listed, " ORDER BY tenant, user_id, source"))

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


def stands(connection: str) -> Transaction[bool]:
    """Whether nobody has ended it, and it is not due, by the time of this transaction (threat T43)."""
    now = yield from now_ms()
    return bool((yield _STANDS, (connection, now)))


def _standing(tenant: str, user: str) -> Transaction[tuple[Rows, int]]:
    """Those that are not due, and the time that this was so."""
    now = yield from now_ms()
    rows = yield _READ + " WHERE tenant = $1 AND user_id = $2 AND due_at > $3", (tenant, user, now)
    return rows, now


def _listed(condition: str, *arguments: str) -> Transaction[list[Connection]]:
    rows = yield _READ + condition, arguments
    return [_connection(row) for row in rows]


def _used(connection: str, now: int) -> Transaction[None]:
    yield _USE, (now, connection, now - DAY)


def _connection(row: Sequence[Any]) -> Connection:
    return Connection(*row[:-1])


def _bound(connection: str, tenant: str, user: str, source: str) -> tuple[str, ...]:
    return ("connection", tenant, user, source, connection)
