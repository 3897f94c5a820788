"""Secrets by reference."""

import os
import types
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import chainer, fail, null

from policies.errors import ConfigurationError
from server.keys import references, resolve
from tests.server.keys.system_store import SystemStore, system_store

__all__ = ["system_store"]

CANARY = "hunter2-canary"


def secret_file(path: Path, text: str = CANARY, mode: int = 0o600) -> None:
    path.write_text(text)
    path.chmod(mode)


def test_a_file_gives_its_text_without_the_end_of_its_line(tmp_path: Path) -> None:
    for text in (CANARY, f"{CANARY}\n", f"{CANARY}\r\n"):
        secret_file(tmp_path / "secret", text)
        assert resolve("file:secret", tmp_path).reveal() == CANARY
        assert resolve(f"file:{tmp_path}/secret", Path("/elsewhere")).reveal() == CANARY


@pytest.mark.threat("T35")
@pytest.mark.parametrize("mode", [0o604, 0o640, 0o660, 0o644, 0o602, 0o620, 0o610, 0o700 | 0o007])
def test_a_file_that_others_may_read_or_write_is_refused_with_the_remedy(tmp_path: Path, mode: int) -> None:
    secret_file(tmp_path / "secret", mode=mode)
    with pytest.raises(ConfigurationError, match=r"others may read or write the file. Run: chmod 600") as no:
        resolve("file:secret", tmp_path)
    assert CANARY not in str(no.value)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_file_of_another_user_is_refused(tmp_path: Path) -> None:
    secret_file(tmp_path / "secret")
    os.chown(tmp_path / "secret", 65534, 65534)
    with pytest.raises(ConfigurationError, match=r"another user's"):
        resolve("file:secret", tmp_path)


def test_a_named_pipe_or_a_folder_in_a_files_place_does_not_hold_up_the_start(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    (tmp_path / "folder").mkdir()
    for name in ("pipe", "folder"):
        with pytest.raises(ConfigurationError, match=r"it is not a file|can't be read"):
            resolve(f"file:{name}", tmp_path)


def test_what_is_missing_empty_too_long_or_no_text_is_refused(tmp_path: Path) -> None:
    secret_file(tmp_path / "empty", "\n")
    secret_file(tmp_path / "long", "x" * 65_537)
    secret_file(tmp_path / "binary")
    (tmp_path / "binary").write_bytes(b"\xff\xfe" + CANARY.encode())
    for name, why in (
        ("missing", "no such secret"),
        ("empty", "empty"),
        ("long", "too long"),
        ("binary", "not text"),
    ):
        with pytest.raises(ConfigurationError, match=why) as no:
            resolve(f"file:{name}", tmp_path)
        assert CANARY not in repr(no.value)


def test_an_environment_variable_gives_its_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REMIT_TEST_SECRET", CANARY)
    assert resolve("env:REMIT_TEST_SECRET", tmp_path).reveal() == CANARY
    monkeypatch.delenv("REMIT_TEST_SECRET")
    with pytest.raises(ConfigurationError, match=r"no such secret"):
        resolve("env:REMIT_TEST_SECRET", tmp_path)


def test_an_entry_of_the_system_store_gives_its_value(tmp_path: Path, system_store: SystemStore) -> None:
    system_store.entries["remit", "shop/password"] = CANARY
    assert resolve("keyring:remit/shop/password", tmp_path).reveal() == CANARY
    for reference in ("keyring:remit", "keyring:/name", "keyring:remit/"):
        with pytest.raises(ConfigurationError, match=r"names no service or no entry"):
            resolve(reference, tmp_path)


def test_a_chain_of_keyrings_is_as_good_as_the_system_store_in_it(
    tmp_path: Path, system_store: SystemStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    system_store.entries["remit", "a"] = CANARY
    chain = types.new_class("Chain", (chainer.ChainerBackend,))
    nowhere = null.Keyring()  # type: ignore[no-untyped-call]  # keyring has no types
    setattr(chain, "backends", [nowhere, system_store])  # noqa: B010 - computed on the class
    monkeypatch.setattr(keyring, "get_keyring", chain)
    assert resolve("keyring:remit/a", tmp_path).reveal() == CANARY


@pytest.mark.parametrize("useless", [fail.Keyring, null.Keyring])
def test_a_keyring_that_is_no_system_store_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, useless: type[KeyringBackend]
) -> None:
    monkeypatch.setattr(keyring, "get_keyring", useless)
    with pytest.raises(ConfigurationError, match=r"no key store of an operating system. Unlock one"):
        resolve("keyring:remit/master", tmp_path)


def test_a_keyring_that_waits_for_somebody_stops_the_start_in_bounded_time(
    tmp_path: Path, system_store: SystemStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(references, "KEYRING_PATIENCE", 0.05)
    system_store.unlocked.clear()
    try:
        with pytest.raises(ConfigurationError, match=r"does not answer. Unlock it"):
            resolve("keyring:remit/a", tmp_path)
    finally:
        system_store.unlocked.set()


@pytest.mark.threat("T35")
def test_a_keyring_that_fails_says_nothing_of_what_it_holds(
    tmp_path: Path, system_store: SystemStore
) -> None:
    system_store.fails = RuntimeError(f"could not decrypt {CANARY}")
    with pytest.raises(ConfigurationError, match=r"the keyring failed .RuntimeError.") as no:
        resolve("keyring:remit/a", tmp_path)
    assert CANARY not in str(no.value)
    assert no.value.__cause__ is None
