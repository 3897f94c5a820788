"""Secrets of tenants at rest: what opens them, and what does not."""

import asyncio
import base64
import random
import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from policies.canonical import Json
from server.keys import MasterUnavailable, Ring, envelope, open_keys, rows
from server.seal import DoesNotOpen
from server.store import Store, open_store
from server.transaction import Transaction
from tests.server.keys.test_root import masters_of
from tests.server.places import Place, embedded

pytestmark = pytest.mark.anyio

VALUES: tuple[Json, ...] = (None, {"token": "t\u00e9", "scopes": ["a"], "until": 17}, [], "", 0.5, True)
BOUND = some.lists(some.text(max_size=8), max_size=4)


@pytest.fixture
def ring(store: Store, tmp_path: Path) -> Ring:
    return Ring(store, masters_of(tmp_path, "remit.key"))


@asynccontextmanager
async def embedded_ring(folder: Path) -> AsyncGenerator[Ring]:
    async with open_store(embedded(folder).document, None) as store:
        yield Ring(store, masters_of(folder, "remit.key"))


async def opens(ring: Ring, tenant: str, text: str, *bound: str) -> bool:
    try:
        await ring.open(tenant, text, *bound)
    except DoesNotOpen:
        return False
    return True


@pytest.mark.threat("T37")
@given(content=some.binary(), bound=BOUND, other=BOUND)
def test_a_record_opens_under_its_key_and_for_what_it_is_bound_to_alone(
    content: bytes, bound: list[str], other: list[str]
) -> None:
    key = secrets.token_bytes(32)
    sealed = envelope.close(key, content, *bound)
    assert envelope.open(key, sealed, *bound) == content
    assert sealed != envelope.close(key, content, *bound)
    if other != bound:
        with pytest.raises(DoesNotOpen):
            envelope.open(key, sealed, *other)
    with pytest.raises(DoesNotOpen):
        envelope.open(secrets.token_bytes(32), sealed, *bound)


@given(text=some.text())
def test_what_is_no_record_does_not_open(text: str) -> None:
    with pytest.raises(DoesNotOpen):
        envelope.open(bytes(32), text)


async def test_what_is_sealed_opens_as_it_was(tmp_path: Path) -> None:
    async with embedded_ring(tmp_path) as ring:
        for value in VALUES:
            sealed = await ring.seal("acme", value, "ada", "crm", "refresh token")
            assert await ring.open("acme", sealed, "ada", "crm", "refresh token") == value
            assert sealed != await ring.seal("acme", value, "ada", "crm", "refresh token")


@pytest.mark.threat("T37")
async def test_a_sealed_text_with_any_of_its_bytes_changed_does_not_open(tmp_path: Path) -> None:
    async with embedded_ring(tmp_path) as ring:
        sealed = await ring.seal("acme", {"token": secrets.token_hex(8)}, "ada", "crm")
        await ring.seal("zeta", "any")
        changed = [
            sealed[:place] + chr(ord(letter) ^ bit) + sealed[place + 1 :]
            for place, letter in enumerate(sealed)
            for bit in (1, 2, 4, 8, 16, 32, 64, 128)
        ]
        changed += [
            sealed[:-1],
            sealed + "A",
            sealed + "=",
            sealed + "\n",
            " " + sealed,
            "",
            "1.1.",
            "1.0.AAAA",
        ]
        assert not [text for text in changed if await opens(ring, "acme", text, "ada", "crm")]
        assert await opens(ring, "acme", sealed, "ada", "crm")


@pytest.mark.threat("T37")
async def test_a_thousand_sealed_texts_moved_to_other_rows_do_not_open(tmp_path: Path) -> None:
    """Rows of four tenants, with three users of the same names and three connections each."""
    chance = random.Random(37)
    places = [
        (t, u, c) for t in ("acme", "zeta", "a", "b") for u in ("ada", "bob", "") for c in ("crm", "x", "")
    ]
    async with embedded_ring(tmp_path) as ring:
        sealed = {place: await ring.seal(place[0], "token", *place[1:]) for place in places}
        moved = 0
        while moved < 1_000:
            here, there = chance.sample(places, 2)
            assert not await opens(ring, there[0], sealed[here], *there[1:])
            moved += 1
        assert all([await opens(ring, place[0], sealed[place], *place[1:]) for place in places])


@pytest.mark.threat("T37")
async def test_the_key_of_one_tenant_in_anothers_row_does_not_unwrap(
    ring: Ring, store: Store, tmp_path: Path
) -> None:
    sealed = await ring.seal("acme", "token", "ada")
    await ring.seal("zeta", "token", "ada")

    def swap() -> Transaction[None]:
        moved = yield from rows.read_one("acme", 1)
        assert moved
        yield "UPDATE tenant_keys SET wrapped = $1 WHERE tenant = 'zeta'", (moved.wrapped.text,)

    await store.run(swap)
    restarted = Ring(store, masters_of(tmp_path, "remit.key"))
    assert not await opens(restarted, "zeta", sealed, "ada")
    with pytest.raises(DoesNotOpen):
        await restarted.seal("zeta", "token")
    assert await opens(restarted, "acme", sealed, "ada")


async def test_replicas_that_seal_for_a_new_tenant_at_once_use_one_key(place: Place, tmp_path: Path) -> None:
    masters = masters_of(tmp_path, "remit.key")

    async def replica(store: Store) -> str:
        return await Ring(store, masters).seal("acme", "token")

    async with (
        open_store(place.document, place.password) as one,
        open_store(place.document, place.password) as two,
    ):
        sealed = await asyncio.gather(*(replica(store) for store in (one, two) * 4))
        assert len((await one.read(rows.read_all)).tenants) == 1
        assert all([await opens(Ring(two, masters), "acme", text) for text in sealed])


@pytest.mark.threat("T37")
async def test_a_destroyed_key_opens_nothing_on_any_replica_from_then_on(
    store: Store, tmp_path: Path
) -> None:
    replicas = [Ring(store, masters_of(tmp_path, "remit.key")) for _ in range(2)]
    sealed = await replicas[0].seal("acme", "token")
    other = await replicas[0].seal("zeta", "token")
    assert all([await opens(ring, "acme", sealed) for ring in replicas])  # and is remembered
    assert await store.run(partial(rows.destroy, "acme")) == [1]
    assert not any([await opens(ring, "acme", sealed) for ring in replicas])
    assert all([await opens(ring, "zeta", other) for ring in replicas])
    assert await store.run(partial(rows.destroy, "acme")) == []
    new = await replicas[1].seal("acme", "token")
    assert new.startswith("1.2.")
    assert await opens(replicas[0], "acme", new)
    assert not await opens(replicas[0], "acme", sealed)


async def test_a_master_that_the_configuration_no_longer_names_is_said_by_its_name(
    store: Store, tmp_path: Path
) -> None:
    first = masters_of(tmp_path, "first.key")
    sealed = await Ring(store, first).seal("acme", "token")
    with pytest.raises(MasterUnavailable) as no:
        await Ring(store, masters_of(tmp_path, "second.key")).open("acme", sealed)
    assert first.current.name in no.value.why


@pytest.mark.threat("T37")
async def test_a_dump_of_the_store_holds_neither_a_secret_nor_a_key(tmp_path: Path) -> None:
    secret = secrets.token_hex(24)
    masters = masters_of(tmp_path, "remit.key")
    async with open_store(embedded(tmp_path).document, None) as store:
        keys = await open_keys(masters, store)
        ring = Ring(store, masters)
        sealed = await ring.seal("acme", {"token": secret}, "ada")

        def keep() -> Transaction[None]:
            yield "INSERT INTO sources_off (source, at, why) VALUES ('a', 1, $1)", (sealed,)

        await store.run(keep)
        dump = files(tmp_path)
        unwrapped = [
            await masters.unwrap(key.wrapped, *key.bound) for key in (await store.read(rows.read_all)).live
        ]
    master = base64.b64decode((tmp_path / "remit.key").read_text().strip())
    hidden = [secret.encode(), master, *unwrapped, keys.derive("actions")]
    dump += files(tmp_path)
    assert sealed.encode() in dump
    assert len(hidden) == 5
    for value in hidden:
        for form in (value, value.hex().encode(), base64.b64encode(value), base64.urlsafe_b64encode(value)):
            assert form.rstrip(b"=") not in dump


def files(folder: Path) -> bytes:
    """The store's, its log of what is not yet in it among them."""
    return b"".join(path.read_bytes() for path in folder.glob("remit.db*"))
