"""The root key: made once for a store, kept wrapped, and what is derived from it."""

import asyncio
import base64
import hmac
import pickle
import secrets
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from policies.document import Document
from policies.document import Keys as Settings
from policies.errors import ConfigurationError
from server.keys import Keys, Masters, find_keys, open_keys, open_masters, rows
from server.keys.local import open_local
from server.store import Store, open_store
from server.transaction import Transaction
from tests.server.places import Place, embedded

pytestmark = pytest.mark.anyio


def named(document: Document, **settings: object) -> Document:
    return document.model_copy(update={"keys": Settings.model_validate(settings)})


def masters_of(folder: Path, *names: str) -> Masters:
    """Local ones of these names, the current one first, made where they are not there."""
    current, *former = [open_local(f"file:{name}", folder, make=True) for name in names]
    return Masters(current, tuple(former))


async def test_a_store_has_one_root_key_from_its_first_start_on(store: Store, place: Place) -> None:
    first = await open_keys(await open_masters(place.document, store), store)
    again = await open_keys(await open_masters(place.document, store), store)
    assert first.derive("x") == again.derive("x") == (await find_keys(place.document, store)).derive("x")


async def test_processes_that_start_at_once_on_a_new_store_agree_on_one_root_key(place: Place) -> None:
    async def start() -> bytes:
        async with open_store(place.document, place.password) as store:
            return (await open_keys(await open_masters(place.document, store), store)).derive("x")

    assert len(set(await asyncio.gather(*(start() for _ in range(8))))) == 1


async def test_a_root_key_that_another_process_kept_meanwhile_is_the_one(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    masters = masters_of(tmp_path, "remit.key")
    read = store.read

    async def late(transaction: object) -> None:
        assert transaction is rows.read_root
        monkeypatch.setattr(store, "read", read)
        first.append(await open_keys(masters, store))

    first: list[Keys] = []
    monkeypatch.setattr(store, "read", late)
    slower = await open_keys(masters, store)
    assert slower.derive("x") == first[0].derive("x") == (await open_keys(masters, store)).derive("x")


async def test_a_store_of_another_master_is_refused_and_says_which_it_wants(
    store: Store, tmp_path: Path
) -> None:
    first = masters_of(tmp_path, "first.key")
    await open_keys(first, store)
    with pytest.raises(ConfigurationError, match=r"Name the one it wants in keys.master") as no:
        await open_keys(masters_of(tmp_path, "second.key"), store)
    assert first.current.name in no.value.message


async def test_a_master_that_was_lost_is_not_replaced_by_a_new_one(place: Place, store: Store) -> None:
    await open_keys(await open_masters(place.document, store), store)
    key = place.document.within("remit.key")
    key.unlink()
    with pytest.raises(ConfigurationError, match=r"there is no such secret"):
        await open_masters(place.document, store)
    assert not key.exists()


async def test_a_former_master_still_opens_the_store(store: Store, tmp_path: Path) -> None:
    first = await open_keys(masters_of(tmp_path, "first.key"), store)
    second = await open_keys(masters_of(tmp_path, "second.key", "first.key"), store)
    assert second.derive("x") == first.derive("x")


async def test_a_root_key_that_was_changed_in_the_store_stops_the_start(store: Store, tmp_path: Path) -> None:
    masters = masters_of(tmp_path, "remit.key")
    await open_keys(masters, store)

    def change() -> Transaction[None]:
        yield "UPDATE root_key SET wrapped = 'AAAA' || substr(wrapped, 5)", ()

    await store.run(change)
    with pytest.raises(ConfigurationError, match=r"does not unwrap, although local:\w+ did wrap it"):
        await open_keys(masters, store)


async def test_a_store_that_is_only_looked_into_gets_no_keys(tmp_path: Path) -> None:
    place = embedded(tmp_path)
    async with open_store(place.document, None) as store:
        with pytest.raises(ConfigurationError, match=r"Start `remit serve` once"):
            await find_keys(place.document, store)
    assert not (tmp_path / "remit.key").exists()


def test_each_purpose_has_a_key_of_its_own() -> None:
    keys = Keys.of(secrets.token_bytes(32))
    derived = {keys.derive(purpose) for purpose in ("a", "b", "audit signing")}
    assert len(derived) == 3
    assert {len(key) for key in derived} == {32}


def test_the_derivation_is_hkdf_sha256_as_written_down() -> None:
    """RFC 5869, step by step: 32 bytes are one block."""
    extracted = hmac.digest(bytes(32), bytes(range(32)), "sha256")
    expanded = hmac.digest(extracted, b"remit 1 audit signing\x01", "sha256")
    assert Keys.of(bytes(range(32))).derive("audit signing") == expanded


def test_the_public_key_checks_what_the_signing_key_signs() -> None:
    keys = Keys.of(secrets.token_bytes(32))
    public = serialization.load_pem_public_key(keys.public_key_pem)
    assert isinstance(public, Ed25519PublicKey)
    public.verify(keys.signing_key.sign(b"a"), b"a")
    with pytest.raises(InvalidSignature):
        public.verify(keys.signing_key.sign(b"a"), b"b")


@pytest.mark.threat("T35")
def test_keys_have_no_text_form_and_are_never_pickled() -> None:
    root = secrets.token_bytes(32)
    keys = Keys.of(root)
    assert base64.b64encode(root).decode() not in repr(keys)
    with pytest.raises(TypeError, match=r"never pickled"):
        pickle.dumps(keys)
