"""Secrets by reference, the master key, and what is derived from it."""

import base64
import os
import pickle
import secrets
import stat
import threading
import types
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import keyring
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from keyring.backend import KeyringBackend
from keyring.backends import chainer, fail, null

from policies.errors import ConfigurationError
from server import keys
from server.keys import open_keys, resolve

CANARY = "hunter2-canary"


def secret_file(path: Path, text: str = CANARY, mode: int = 0o600) -> None:
    path.write_text(text)
    path.chmod(mode)


class SystemStore(KeyringBackend):
    """Stands for an operating system's key store."""

    priority = 5  # pyright: ignore[reportAssignmentType] - a property of the class there

    def __init__(self) -> None:
        self.entries: dict[tuple[str, str], str] = {}
        self.hangs: threading.Event | None = None
        self.fails: Exception | None = None

    def get_password(self, service: str, username: str) -> str | None:
        if self.hangs:
            self.hangs.wait()
        if self.fails:
            raise self.fails
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[service, username] = password


@pytest.fixture
def system_store(monkeypatch: pytest.MonkeyPatch) -> SystemStore:
    store = SystemStore()
    monkeypatch.setattr(SystemStore, "__module__", "keyring.backends.SecretService")
    monkeypatch.setattr(keyring, "get_keyring", lambda: store)
    return store


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
    for look in (resolve, open_keys):
        with pytest.raises(ConfigurationError, match=r"no key store of an operating system. Unlock one"):
            look("keyring:remit/master", tmp_path)


def test_a_keyring_that_waits_for_somebody_stops_the_start_in_bounded_time(
    tmp_path: Path, system_store: SystemStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "KEYRING_PATIENCE", 0.05)
    system_store.hangs = threading.Event()
    try:
        with pytest.raises(ConfigurationError, match=r"does not answer. Unlock it"):
            resolve("keyring:remit/a", tmp_path)
    finally:
        system_store.hangs.set()


@pytest.mark.threat("T35")
def test_a_keyring_that_fails_says_nothing_of_what_it_holds(
    tmp_path: Path, system_store: SystemStore
) -> None:
    system_store.fails = RuntimeError(f"could not decrypt {CANARY}")
    with pytest.raises(ConfigurationError, match=r"the keyring failed .RuntimeError.") as no:
        resolve("keyring:remit/a", tmp_path)
    assert CANARY not in str(no.value)
    assert no.value.__cause__ is None


def test_the_master_key_is_made_on_the_first_start_for_its_owner_alone(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        first = open_keys("file:remit.key", tmp_path)
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "remit.key").stat().st_mode) == 0o600
    assert len(base64.b64decode((tmp_path / "remit.key").read_text())) == 32
    assert [path.name for path in tmp_path.iterdir()] == ["remit.key"]
    assert open_keys("file:remit.key", tmp_path).derive("x") == first.derive("x")


def test_processes_that_start_at_once_have_one_master_key(tmp_path: Path) -> None:
    def start(_: int) -> bytes:
        return open_keys("file:remit.key", tmp_path).derive("x")

    with ThreadPoolExecutor(8) as pool:
        derived = set(pool.map(start, range(32)))
    assert len(derived) == 1


def test_a_master_key_that_another_process_made_meanwhile_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def draw(length: int) -> bytes:
        secret_file(tmp_path / "remit.key", base64.b64encode(b"other" * 6 + b"xx").decode())
        return b"x" * length

    monkeypatch.setattr(secrets, "token_bytes", draw)
    opened = open_keys("file:remit.key", tmp_path)
    assert base64.b64decode((tmp_path / "remit.key").read_text()).startswith(b"other")
    assert opened.derive("x") == open_keys("file:remit.key", tmp_path).derive("x")


def test_the_master_key_is_made_in_the_system_store(tmp_path: Path, system_store: SystemStore) -> None:
    first = open_keys("keyring:remit/master", tmp_path)
    assert open_keys("keyring:remit/master", tmp_path).derive("x") == first.derive("x")
    assert list(system_store.entries) == [("remit", "master")]


def test_an_environment_keeps_no_master_key_and_the_error_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigurationError, match=r"an environment can't keep one. Make one.*token_bytes\(32\)"
    ):
        open_keys("env:REMIT_NO_SUCH_VARIABLE", tmp_path)


def test_a_master_key_that_cannot_be_written_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"can't be written"):
        open_keys("file:no/such/folder/remit.key", tmp_path)


@pytest.mark.parametrize("text", ["short", base64.b64encode(b"x" * 31).decode(), "!" * 44, "=" * 44])
def test_a_master_key_of_another_form_stops_the_start(tmp_path: Path, text: str) -> None:
    secret_file(tmp_path / "remit.key", text)
    with pytest.raises(ConfigurationError, match=r"not 32 bytes in base64") as no:
        open_keys("file:remit.key", tmp_path)
    assert text not in str(no.value)


def test_each_purpose_has_a_key_of_its_own(tmp_path: Path) -> None:
    derived = {
        open_keys("file:remit.key", tmp_path).derive(purpose) for purpose in ("a", "b", "audit signing")
    }
    assert len(derived) == 3
    assert {len(key) for key in derived} == {32}


def test_the_derivation_is_hkdf_sha256_as_written_down(tmp_path: Path) -> None:
    """RFC 5869, step by step: 32 bytes are one block."""
    import hmac

    secret_file(tmp_path / "remit.key", base64.b64encode(bytes(range(32))).decode())
    extracted = hmac.digest(bytes(32), bytes(range(32)), "sha256")
    expanded = hmac.digest(extracted, b"remit 1 audit signing\x01", "sha256")
    assert open_keys("file:remit.key", tmp_path).derive("audit signing") == expanded


def test_the_public_key_checks_what_the_signing_key_signs(tmp_path: Path) -> None:
    opened = open_keys("file:remit.key", tmp_path)
    public = serialization.load_pem_public_key(opened.public_key_pem)
    assert isinstance(public, Ed25519PublicKey)
    public.verify(opened.signing_key.sign(b"a"), b"a")
    with pytest.raises(InvalidSignature):
        public.verify(opened.signing_key.sign(b"a"), b"b")


@pytest.mark.threat("T35")
def test_keys_have_no_text_form_and_are_never_pickled(tmp_path: Path) -> None:
    opened = open_keys("file:remit.key", tmp_path)
    master = (tmp_path / "remit.key").read_text().strip()
    assert master not in repr(opened)
    with pytest.raises(TypeError, match=r"never pickled"):
        pickle.dumps(opened)
