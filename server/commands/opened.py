"""What a command works with that goes on record: the store, its keys and the log."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from policies.document import Document
from server.audit import Audit, open_audit
from server.keys import Keys, Masters, open_keys, open_masters, store_password
from server.store import Store, open_store


@dataclass(frozen=True, slots=True)
class Opened:
    store: Store
    masters: Masters = field(repr=False)
    keys: Keys = field(repr=False)
    audit: Audit


@asynccontextmanager
async def opened(document: Document) -> AsyncGenerator[Opened]:
    """Raises `ConfigurationError` or `AuditUnavailable`."""
    async with open_store(document, store_password(document)) as store:
        masters = await open_masters(document, store)
        keys = await open_keys(masters, store)
        folder = document.within(document.audit.checkpoints)
        async with open_audit(store, keys, document.audit, folder) as audit:
            yield Opened(store, masters, keys, audit)
