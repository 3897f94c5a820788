"""The wrapped keys that the store of record keeps: the root key, and the keys of tenants."""

from collections import Counter
from dataclasses import dataclass

from server.transaction import Rows, Transaction, now_ms

READ_ROOT = "SELECT wrapped, master, made_at FROM root_key"
KEEP_ROOT = """
    INSERT INTO root_key (one, wrapped, master, made_at) VALUES (1, $1, $2, $3) ON CONFLICT (one) DO NOTHING
"""
REWRAP_ROOT = "UPDATE root_key SET wrapped = $1, master = $2 WHERE wrapped = $3 RETURNING one"
READ_TENANTS = """
    SELECT tenant, version, wrapped, master, made_at, destroyed_at FROM tenant_keys ORDER BY tenant, version
"""
READ_ONE = """
    SELECT tenant, version, wrapped, master, made_at, destroyed_at FROM tenant_keys
    WHERE tenant = $1 AND version = $2
"""
READ_NEWEST = """
    SELECT tenant, version, wrapped, master, made_at, destroyed_at FROM tenant_keys
    WHERE tenant = $1 ORDER BY version DESC LIMIT 1
"""
KEEP = """
    INSERT INTO tenant_keys (tenant, version, wrapped, master, made_at, destroyed_at)
    VALUES ($1, $2, $3, $4, $5, 0) ON CONFLICT (tenant, version) DO NOTHING
"""
REWRAP = """
    UPDATE tenant_keys SET wrapped = $1, master = $2
    WHERE tenant = $3 AND version = $4 AND wrapped = $5 RETURNING version
"""
DESTROY = """
    UPDATE tenant_keys SET wrapped = '', destroyed_at = $1
    WHERE tenant = $2 AND destroyed_at = 0 RETURNING version
"""


@dataclass(frozen=True, slots=True)
class Wrapped:
    """`master` is the name of the one that wrapped it."""

    text: str
    master: str


@dataclass(frozen=True, slots=True)
class Root:
    wrapped: Wrapped
    made_at: int

    bound = ("root key",)


@dataclass(frozen=True, slots=True)
class TenantKey:
    """`destroyed_at` is 0 while it lives; afterwards nothing of the key is left."""

    tenant: str
    version: int
    wrapped: Wrapped
    made_at: int
    destroyed_at: int

    @property
    def bound(self) -> tuple[str, ...]:
        return bound_to(self.tenant, self.version)


@dataclass(frozen=True, slots=True)
class Held:
    """What the store keeps: the root key, and every version of every tenant's key."""

    root: Root | None
    tenants: tuple[TenantKey, ...]

    @property
    def live(self) -> tuple[Root | TenantKey, ...]:
        root = () if self.root is None else (self.root,)
        return *root, *(key for key in self.tenants if not key.destroyed_at)

    @property
    def by_master(self) -> Counter[str]:
        """How many keys each master has wrapped, by its name."""
        return Counter(key.wrapped.master for key in self.live)


def bound_to(tenant: str, version: int) -> tuple[str, ...]:
    """What the wrapping of a tenant's key is bound to: moved to another row, it does not unwrap."""
    return "tenant key", tenant, str(version)


def read_root() -> Transaction[Root | None]:
    rows = yield READ_ROOT, ()
    return Root(Wrapped(*rows[0][:2]), rows[0][2]) if rows else None


def keep_root(wrapped: Wrapped) -> Transaction[Root]:
    """The one that is kept: this, or another process's that came first."""
    now = yield from now_ms()
    yield KEEP_ROOT, (wrapped.text, wrapped.master, now)
    root = yield from read_root()
    assert root is not None
    return root


def read_all() -> Transaction[Held]:
    root = yield from read_root()
    rows = yield READ_TENANTS, ()
    return Held(root, tuple(_keys(rows)))


def read_one(tenant: str, version: int) -> Transaction[TenantKey | None]:
    rows = yield READ_ONE, (tenant, version)
    return next(iter(_keys(rows)), None)


def read_newest(tenant: str) -> Transaction[TenantKey | None]:
    rows = yield READ_NEWEST, (tenant,)
    return next(iter(_keys(rows)), None)


def keep(tenant: str, version: int, wrapped: Wrapped) -> Transaction[TenantKey]:
    """The newest of the tenant's: this, or another process's that came first."""
    now = yield from now_ms()
    yield KEEP, (tenant, version, wrapped.text, wrapped.master, now)
    newest = yield from read_newest(tenant)
    assert newest is not None
    return newest


def rewrap(key: Root | TenantKey, fresh: Wrapped) -> Transaction[bool]:
    """False where it was rewrapped or destroyed since it was read."""
    if isinstance(key, Root):
        rows = yield REWRAP_ROOT, (fresh.text, fresh.master, key.wrapped.text)
    else:
        where = (key.tenant, key.version, key.wrapped.text)
        rows = yield REWRAP, (fresh.text, fresh.master, *where)
    return bool(rows)


def destroy(tenant: str) -> Transaction[list[int]]:
    """The versions that are no more."""
    now = yield from now_ms()
    rows = yield DESTROY, (now, tenant)
    return sorted(row[0] for row in rows)


def _keys(rows: Rows) -> list[TenantKey]:
    return [
        TenantKey(tenant, version, Wrapped(text, master), made_at, destroyed_at)
        for tenant, version, text, master, made_at, destroyed_at in rows
    ]
