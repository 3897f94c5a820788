"""The tokens that are still to be taken back by the systems that gave them, in the store."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from policies.networks import Restrictions
from server.transaction import Transaction

if TYPE_CHECKING:
    from server.connections import Connection

PAUSES: Final = (60, 300, 1_800, 7_200, 28_800)
"""Seconds before each try but the first; after the last one it is given up."""
TRIES: Final = len(PAUSES) + 1
_AT_ONCE: Final = 16

_ADD: Final = """
    INSERT INTO revocations
        (id, connection, tenant, user_id, source, networks, per_minute, scopes, tries, due_at, sealed)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $10)
"""
_READ: Final = """
    SELECT id, tries, due_at, sealed, connection, tenant, user_id, source, networks, per_minute, scopes
    FROM revocations
"""
_DUE: Final = _READ + " WHERE due_at <= $1 ORDER BY due_at LIMIT $2"
_OF: Final = _READ + " WHERE connection = $1"
_TRY: Final = "UPDATE revocations SET tries = $1, due_at = $2 WHERE id = $3 AND due_at = $4 RETURNING id"
_DROP: Final = "DELETE FROM revocations WHERE id = $1"


@dataclass(frozen=True, slots=True)
class Revocation:
    """`tries` are those that were made before. `sealed` is what the connection had."""

    id: str
    tries: int
    due_at: int
    sealed: str = field(repr=False)
    connection: str
    tenant: str
    user: str
    source: str
    restrictions: Restrictions
    scopes: str

    @property
    def is_last(self) -> bool:
        return self.tries + 1 >= TRIES


def queue(connection: "Connection", sealed: str, now: int) -> Transaction[None]:
    """`now` in milliseconds: it is due at once."""
    whose = (connection.id, connection.tenant, connection.user, connection.source)
    held = (connection.restrictions.networks, connection.restrictions.per_minute, connection.scopes)
    yield _ADD, (secrets.token_hex(16), *whose, *held, now, sealed)


def due(now: int) -> Transaction[list[Revocation]]:
    rows = yield _DUE, (now, _AT_ONCE)
    return [_revocation(row) for row in rows]


def of(connection: str) -> Transaction[list[Revocation]]:
    rows = yield _OF, (connection,)
    return [_revocation(row) for row in rows]


def claim(one: Revocation, now: int) -> Transaction[bool]:
    """Of several at once one tries it; where that one dies, it is due again after the pause."""
    pause = PAUSES[min(one.tries, len(PAUSES) - 1)] * 1000
    return bool((yield _TRY, (one.tries + 1, now + pause, one.id, one.due_at)))


def drop(one: Revocation) -> Transaction[None]:
    yield _DROP, (one.id,)


def _revocation(row: Sequence[Any]) -> Revocation:
    id_, tries, due_at, sealed, connection, tenant, user, source, networks, per_minute, scopes = row
    restrictions = Restrictions(networks, per_minute)
    return Revocation(id_, tries, due_at, sealed, connection, tenant, user, source, restrictions, scopes)
