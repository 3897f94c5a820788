"""Secrets of tenants, each sealed under its tenant's own key.

A sealed text is "1.", the version of the tenant's key, "." and the record (envelope.py). Tenant, version and
all that the caller binds are bound into it. Unwrapped keys are remembered, and still each opening looks at
the tenant's row: once that is destroyed, nothing opens on any replica.
"""

import json
import re
import secrets
from dataclasses import dataclass
from functools import partial

from policies.canonical import Json, canonical
from server.keys import envelope, rows
from server.keys.masters import Masters
from server.keys.rows import TenantKey
from server.seal import DoesNotOpen
from server.store import Store
from server.transaction import Transaction

KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Sealed:
    """`key` is the row of the one that it was sealed under."""

    text: str
    key: TenantKey


class Ring:
    def __init__(self, store: Store, masters: Masters) -> None:
        self._store = store
        self._masters = masters
        self._unwrapped: dict[tuple[str, int], bytes] = {}
        self._newest: dict[str, TenantKey] = {}

    async def seal(self, tenant: str, value: Json, *bound: str) -> str:
        """Under the tenant's newest key, which is made where there is none or it was destroyed.

        `bound` says what it is of and for whom, and has to be said again to open it. Raises
        `StoreUnavailable` or `MasterUnavailable`, and `DoesNotOpen` where remit did not write the key's row.
        """
        return await self._sealed(await self._read_newest(tenant), value, bound)

    async def seal_to_append(self, tenant: str, value: Json, *bound: str) -> Sealed:
        """As `seal`, under the key that was the newest when this process looked last.

        It saves that look: whoever keeps it sees in the same transaction that it is (`is_newest`), and says
        `forget` where it is not.
        """
        row = self._newest.get(tenant)
        if row is None:
            row = self._newest[tenant] = await self._read_newest(tenant)
        return Sealed(await self._sealed(row, value, bound), row)

    def forget(self, tenant: str) -> None:
        self._newest.pop(tenant, None)

    async def open(self, tenant: str, text: str, *bound: str) -> Json:
        """Raises `DoesNotOpen` for what was not sealed so, or whose key is destroyed.

        Raises `StoreUnavailable` or `MasterUnavailable` too.
        """
        return await self.open_under(await self._store.read(partial(key_of, tenant, text)), text, *bound)

    async def open_under(self, row: TenantKey | None, text: str, *bound: str) -> Json:
        """The same where the row was read before, by `key_of`."""
        parts = _SEALED.fullmatch(text)
        if parts is None:
            raise DoesNotOpen("it is not of the form of one")
        if row is None:
            raise DoesNotOpen("the tenant has no such key")
        value: Json = json.loads(envelope.open(await self._key(row), parts[2], *_bound(row, bound)))
        return value

    async def _sealed(self, row: TenantKey, value: Json, bound: tuple[str, ...]) -> str:
        text = envelope.close(await self._key(row), canonical(value).encode(), *_bound(row, bound))
        return f"1.{row.version}.{text}"

    async def _read_newest(self, tenant: str) -> TenantKey:
        row = await self._store.read(partial(rows.read_newest, tenant))
        if row is None or row.destroyed_at:
            row = await self._made(tenant, row.version + 1 if row else 1)
        return row

    async def _made(self, tenant: str, version: int) -> TenantKey:
        wrapped = await self._masters.wrap(secrets.token_bytes(KEY_BYTES), *rows.bound_to(tenant, version))
        return await self._store.run(partial(rows.keep, tenant, version, wrapped))

    async def _key(self, row: TenantKey) -> bytes:
        place = row.tenant, row.version
        if row.destroyed_at:
            self._unwrapped.pop(place, None)
            raise DoesNotOpen("the tenant's key was destroyed")
        key = self._unwrapped.get(place)
        if key is None:
            key = self._unwrapped[place] = await self._masters.unwrap(row.wrapped, *row.bound)
        return key


def key_of(tenant: str, text: str) -> Transaction[TenantKey | None]:
    """The row of the key that the text was sealed under, as part of a reading of more."""
    parts = _SEALED.fullmatch(text)
    return (yield from rows.read_one(tenant, int(parts[1]))) if parts else None


def is_newest(key: TenantKey) -> Transaction[bool]:
    return (yield from rows.read_newest(key.tenant)) == key


_SEALED = re.compile(r"1\.([1-9][0-9]{0,8})\.(.+)")


def _bound(row: TenantKey, bound: tuple[str, ...]) -> tuple[str, ...]:
    """The tenant and its key's version come first, so that nothing that is bound can take their place."""
    return "secret", row.tenant, str(row.version), *bound
