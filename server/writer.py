"""One process's own chain in the audit log."""

import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from policies.canonical import Json, canonical
from policies.errors import AuditUnavailable
from server.chain import Head, columns_of, link, opening_facts
from server.digests import TenantKey, tenant_key
from server.transaction import Later, Transaction, now_ms, recall

log = logging.getLogger("remit.audit")

READ_NEWS = """
    SELECT w.writer, e.sequence, e.hash
    FROM audit_writers w JOIN audit_entries e ON e.writer = w.writer
    WHERE e.sequence > w.named
    AND e.sequence = (SELECT max(sequence) FROM audit_entries WHERE writer = w.writer)
    ORDER BY w.writer
"""
NAME = "UPDATE audit_writers SET named = $1 WHERE writer = $2"
ADD_WRITER = "INSERT INTO audit_writers (writer, named) VALUES ($1, 0)"
READ_HEAD = """
    SELECT now_ms(), (SELECT salt FROM audit_salts WHERE tenant = $1), sequence, hash
    FROM audit_entries WHERE writer = $2 ORDER BY sequence DESC LIMIT 1
"""
ADD_SALT = "INSERT INTO audit_salts (tenant, salt) VALUES ($1, $2)"
ADD_ENTRY = """
    INSERT INTO audit_entries
        (writer, sequence, at, event, call, tenant, user_id, tool, code, body, hash)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
"""


@dataclass(slots=True)
class _Known:
    """What a commit has read of the log, and has added to it since. `now` is in milliseconds."""

    now: int = 0
    heads: dict[str, Head] = field(default_factory=dict[str, Head])
    salts: dict[str, str | None] = field(default_factory=dict[str, str | None])


class Writer:
    """Appends entries. Its transactions run in an engine's thread, one at a time; all else in the event loop.

    The store says where the chain stands, so a commit of unknown outcome can't break it. But the store is
    believed only as far as this process can have written what it says: a head that was never issued, or that
    lies before one that was acknowledged, means that somebody changed the store or put an older copy in its
    place (threat T44). Then nothing more is written, until an operator has looked and restarts.
    """

    def __init__(self, key: bytes) -> None:
        """`key` is what tenants' keys are made from."""
        self.id = secrets.token_hex(16)
        self._key = key
        self._issued: dict[int, str] = {}
        self._acknowledged = 0
        self._ended = False

    @property
    def acknowledged(self) -> int:
        """The last sequence that is known to be durable."""
        return self._acknowledged

    def acknowledge(self, sequence: int) -> None:
        """What a transaction returned is durable, so the chain can't lie before it. In any order."""
        for earlier in range(self._acknowledged, sequence):
            self._issued.pop(earlier, None)
        self._acknowledged = max(self._acknowledged, sequence)

    def open(self, program: str) -> Transaction[int]:
        """The first entry: it names the heads of the writers before, so none of them can vanish."""
        now = yield from now_ms()
        news = [Head(*row) for row in (yield READ_NEWS, ())]
        yield ADD_WRITER, (self.id,)
        for head in news:
            yield NAME, (head.sequence, head.writer)
        yield from self._add(Head(self.id, 0, ""), {"at": now, **opening_facts(news, program)})
        return 1

    def append(self, tenant: str, facts: Callable[[TenantKey], Mapping[str, Json]]) -> Transaction[int]:
        """Returns the entry's sequence. Raises `AuditUnavailable`."""
        if self._ended:
            raise AuditUnavailable("remit is shutting down. Try again when it is back.")
        return (yield from self._append(tenant, facts))

    def end(self) -> Transaction[int]:
        """The last entry: whatever comes after it is refused."""
        sequence = yield from self._append("", lambda _: {"event": "closed"})
        self._ended = True
        return sequence

    def _append(self, tenant: str, facts: Callable[[TenantKey], Mapping[str, Json]]) -> Transaction[int]:
        known = yield from self._look(tenant)
        salt = known.salts[tenant]
        if salt is None:
            salt = secrets.token_hex(32)
            yield Later(ADD_SALT, (tenant, salt))
            known.salts[tenant] = salt
        head = known.heads[self.id]
        yield from self._add(head, {"at": known.now, **facts(tenant_key(self._key, tenant, salt))})
        return head.sequence + 1

    def head(self) -> Transaction[tuple[Head, int]]:
        """Where the chain stands now, and the time."""
        known = yield from self._look("")
        return known.heads[self.id], known.now

    def _look(self, tenant: str) -> Transaction[_Known]:
        """Reads what this commit does not know yet, so that in each the store is believed, or not, once."""
        known = yield from recall(_Known)
        if self.id not in known.heads or tenant not in known.salts:
            rows = yield READ_HEAD, (tenant, self.id)
            now, salt, sequence, digest = rows[0] if rows else (0, None, 0, "")
            known.heads[self.id] = self._believed(Head(self.id, sequence, digest))
            known.salts[tenant], known.now = salt, now
        return known

    def _believed(self, head: Head) -> Head:
        if self._issued.get(head.sequence) != head.hash:
            log.critical(
                "the audit log in the store is not what this process wrote: verify it, then restart",
                extra={"writer": self.id, "sequence": head.sequence, "acknowledged": self._acknowledged},
            )
            raise AuditUnavailable(
                "remit's audit log is not as remit left it, so it does nothing more. Tell an administrator."
            )
        return head

    def _add(self, head: Head, body: Mapping[str, Json]) -> Transaction[None]:
        sequence, text = head.sequence + 1, canonical(body)
        digest = link(self.id, sequence, head.hash, text)
        self._issued[sequence] = digest
        yield Later(ADD_ENTRY, (self.id, sequence, *columns_of(body), text, digest))
        known = yield from recall(_Known)
        known.heads[self.id] = Head(self.id, sequence, digest)
