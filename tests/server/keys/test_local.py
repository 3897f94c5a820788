"""A master that remit holds itself, and how it is made."""

import base64
import os
import pickle
import secrets
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from policies.errors import ConfigurationError
from server.keys.local import Local, open_local
from server.seal import DoesNotOpen
from tests.server.keys.system_store import SystemStore, system_store
from tests.server.keys.test_references import secret_file

__all__ = ["system_store"]

pytestmark = pytest.mark.anyio


def made(reference: str, folder: Path) -> Local:
    return open_local(reference, folder, make=True)


def test_the_master_key_is_made_on_the_first_start_for_its_owner_alone(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        first = made("file:remit.key", tmp_path)
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "remit.key").stat().st_mode) == 0o600
    assert len(base64.b64decode((tmp_path / "remit.key").read_text())) == 32
    assert [path.name for path in tmp_path.iterdir()] == ["remit.key"]
    assert made("file:remit.key", tmp_path).name == first.name


def test_processes_that_start_at_once_have_one_master_key(tmp_path: Path) -> None:
    def start(_: int) -> str:
        return made("file:remit.key", tmp_path).name

    with ThreadPoolExecutor(8) as pool:
        names = set(pool.map(start, range(32)))
    assert len(names) == 1


def test_a_master_key_that_another_process_made_meanwhile_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def draw(length: int) -> bytes:
        secret_file(tmp_path / "remit.key", base64.b64encode(b"other" * 6 + b"xx").decode())
        return b"x" * length

    monkeypatch.setattr(secrets, "token_bytes", draw)
    opened = made("file:remit.key", tmp_path)
    assert base64.b64decode((tmp_path / "remit.key").read_text()).startswith(b"other")
    assert opened.name == made("file:remit.key", tmp_path).name


def test_the_master_key_is_made_in_the_system_store(tmp_path: Path, system_store: SystemStore) -> None:
    first = made("keyring:remit/master", tmp_path)
    assert made("keyring:remit/master", tmp_path).name == first.name
    assert list(system_store.entries) == [("remit", "master")]


def test_an_environment_keeps_no_master_key_and_the_error_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigurationError, match=r"an environment can't keep one. Make one.*token_bytes\(32\)"
    ):
        made("env:REMIT_NO_SUCH_VARIABLE", tmp_path)


def test_a_master_key_that_cannot_be_written_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"can't be written"):
        made("file:no/such/folder/remit.key", tmp_path)


@pytest.mark.parametrize("text", ["short", base64.b64encode(b"x" * 31).decode(), "!" * 44, "=" * 44])
def test_a_master_key_of_another_form_stops_the_start(tmp_path: Path, text: str) -> None:
    secret_file(tmp_path / "remit.key", text)
    with pytest.raises(ConfigurationError, match=r"not 32 bytes in base64") as no:
        made("file:remit.key", tmp_path)
    assert text not in str(no.value)


def test_a_master_that_was_lost_is_not_made_anew(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"there is no such secret"):
        open_local("file:remit.key", tmp_path, make=False)
    assert not list(tmp_path.iterdir())


def test_its_name_is_the_same_each_time_and_another_for_another_key(tmp_path: Path) -> None:
    one, other = made("file:one.key", tmp_path), made("file:other.key", tmp_path)
    assert one.name == made("file:one.key", tmp_path).name != other.name
    assert one.name.startswith("local:")


async def test_what_it_wrapped_unwraps_for_the_same_alone(tmp_path: Path) -> None:
    one, other = made("file:one.key", tmp_path), made("file:other.key", tmp_path)
    key = secrets.token_bytes(32)
    wrapped = await one.wrap(key, "tenant key", "acme", "1")
    assert await one.unwrap(wrapped, "tenant key", "acme", "1") == key
    assert await one.wrap(key, "tenant key", "acme", "1") != wrapped
    for bound in (
        ("tenant key", "acme", "2"),
        ("tenant key", "acme"),
        ("tenant key", "acme1"),
        ("root key",),
    ):
        with pytest.raises(DoesNotOpen):
            await one.unwrap(wrapped, *bound)
    with pytest.raises(DoesNotOpen):
        await other.unwrap(wrapped, "tenant key", "acme", "1")


@pytest.mark.threat("T35")
def test_a_master_has_no_text_form_and_is_never_pickled(tmp_path: Path) -> None:
    master = made("file:remit.key", tmp_path)
    assert (tmp_path / "remit.key").read_text().strip() not in repr(master)
    with pytest.raises(TypeError, match=r"never pickled"):
        pickle.dumps(master)
