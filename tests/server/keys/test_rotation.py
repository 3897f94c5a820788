"""Another master takes over, while others go on reading."""

import asyncio
import contextlib
from functools import partial
from pathlib import Path

import pytest

from server.keys import Masters, MasterUnavailable, Ring, open_keys, rows
from server.keys.rotation import Rotated, rotate
from server.seal import DoesNotOpen
from server.store import Store, open_store
from tests.server.keys.test_ring import opens
from tests.server.keys.test_root import masters_of
from tests.server.places import Place

pytestmark = pytest.mark.anyio

TENANTS = [f"tenant {number}" for number in range(20)]


async def sealed_by(store: Store, masters: Masters) -> dict[str, str]:
    """A secret of each tenant's, under the root key's and their own keys."""
    await open_keys(masters, store)
    ring = Ring(store, masters)
    return {tenant: await ring.seal(tenant, "token", "ada") for tenant in TENANTS}


@pytest.mark.threat("T37")
async def test_after_a_rotation_the_new_master_opens_everything_and_the_old_one_nothing(
    store: Store, tmp_path: Path
) -> None:
    old, new = masters_of(tmp_path, "old.key"), masters_of(tmp_path, "new.key")
    sealed = await sealed_by(store, old)
    before = (await open_keys(old, store)).derive("x")
    rotated = await rotate(store, masters_of(tmp_path, "new.key", "old.key"))
    assert rotated == Rotated(len(TENANTS) + 1, 0, frozenset({new.current.name}))
    assert (await open_keys(new, store)).derive("x") == before
    ring = Ring(store, new)
    assert all([await opens(ring, tenant, text, "ada") for tenant, text in sealed.items()])
    for tenant, text in sealed.items():
        with pytest.raises(MasterUnavailable):
            await Ring(store, old).open(tenant, text, "ada")


@pytest.mark.threat("T37")
async def test_nothing_that_the_new_master_wrapped_unwraps_under_the_old_one(
    store: Store, tmp_path: Path
) -> None:
    """Not by the name that stands beside it: by the key."""
    old = masters_of(tmp_path, "old.key")
    await sealed_by(store, old)
    await rotate(store, masters_of(tmp_path, "new.key", "old.key"))
    for key in (await store.read(rows.read_all)).live:
        with pytest.raises(DoesNotOpen):
            await old.current.unwrap(key.wrapped.text, *key.bound)


async def test_a_rotation_that_was_stopped_goes_on_where_it_was_and_a_second_one_changes_nothing(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sealed_by(store, masters_of(tmp_path, "old.key"))
    both = masters_of(tmp_path, "new.key", "old.key")
    unwrap, left = both.unwrap, iter(range(7))

    async def stops(wrapped: rows.Wrapped, *bound: str) -> bytes:
        if next(left, None) is None:
            raise MasterUnavailable("stopped", "go on")
        return await unwrap(wrapped, *bound)

    monkeypatch.setattr(both, "unwrap", stops)
    with pytest.raises(MasterUnavailable):
        await rotate(store, both)
    monkeypatch.setattr(both, "unwrap", unwrap)
    counted = (await store.read(rows.read_all)).by_master
    assert [counted[name] for name in both.names] == [7, len(TENANTS) - 6]
    assert (await rotate(store, both)).rewrapped == len(TENANTS) - 6
    assert await rotate(store, both) == Rotated(0, len(TENANTS) + 1, frozenset({both.current.name}))


async def test_two_rotations_at_once_and_a_destroyed_key_get_into_nobodys_way(
    store: Store, tmp_path: Path
) -> None:
    old, both = masters_of(tmp_path, "old.key"), masters_of(tmp_path, "new.key", "old.key")
    sealed = await sealed_by(store, old)
    stale = (await store.read(rows.read_all)).tenants[0]
    first, second, _ = await asyncio.gather(
        rotate(store, both), rotate(store, both), store.run(partial(rows.destroy, TENANTS[0]))
    )
    assert len(TENANTS) <= first.rewrapped + second.rewrapped <= len(TENANTS) + 1
    assert not await store.run(partial(rows.rewrap, stale, await both.wrap(bytes(32), *stale.bound)))
    ring = Ring(store, both)
    assert [
        tenant for tenant, text in sealed.items() if not await opens(ring, tenant, text, "ada")
    ] == TENANTS[:1]


@pytest.mark.threat("T37", "T51")
async def test_no_reading_fails_while_keys_are_rotated(place: Place, tmp_path: Path) -> None:
    """Replicas go from the old master to both, and on to the new one, each at its own time."""
    old = masters_of(tmp_path, "old.key")
    going, coming = masters_of(tmp_path, "old.key", "new.key"), masters_of(tmp_path, "new.key", "old.key")
    read, failed = asyncio.Semaphore(0), 0

    async def replica(masters: Masters) -> None:
        """One that remembers no key: each reading unwraps."""
        nonlocal failed
        async with open_store(place.document, place.password) as its_own:
            while True:
                for tenant, text in sealed.items():
                    try:
                        await Ring(its_own, masters).open(tenant, text, "ada")
                        read.release()
                    except Exception:  # noqa: BLE001 - whatever it is, it counts
                        failed += 1

    async with open_store(place.document, place.password) as store:
        sealed = await sealed_by(store, old)
        readers = [asyncio.create_task(replica(masters)) for masters in (going, coming)]
        for masters in (coming, going, coming):
            assert (await rotate(store, masters)).rewrapped == len(TENANTS) + 1
            for _ in range(2 * len(TENANTS)):
                await read.acquire()
        for reader in readers:
            reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await reader
    assert not failed
