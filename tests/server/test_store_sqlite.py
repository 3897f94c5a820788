"""The embedded store on a disk that fails, fills up, hangs, or holds something else."""

import asyncio
import gc
import logging
import os
import random
import stat
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import apsw
import pytest

from policies.errors import AuditUnavailable, ConfigurationError
from server.audit import open_audit
from server.history import entries, examine
from server.store import StoreUnavailable, Transaction, look_into_store, open_store
from server.store_sqlite import refuse_old
from tests.server.calls import SETTINGS, Pipeline, keys, request
from tests.server.faulty_disk import Disk, disk
from tests.server.places import embedded

pytestmark = pytest.mark.anyio


@pytest.fixture
def faulty() -> Iterator[Disk]:
    with disk() as faulty:
        yield faulty
    gc.collect()


def put(key: str) -> Transaction[str]:
    yield "INSERT INTO limits (key, tat) VALUES ($1, $2)", (key, 1)
    return key


def all_keys() -> Transaction[set[str]]:
    rows = yield "SELECT key FROM limits", ()
    return {row[0] for row in rows}


@pytest.mark.threat("T53")
@pytest.mark.parametrize("version", ["3.7.0", "3.40.1", "3.51.2"])
def test_an_sqlite_that_corrupts_databases_stops_the_start_and_is_named(version: str) -> None:
    with pytest.raises(
        ConfigurationError, match=f"SQLite {version} can corrupt .* Use apsw with SQLite 3.51.3"
    ):
        refuse_old(version, "remit.db")


@pytest.mark.threat("T53")
async def test_the_version_is_looked_at_on_every_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apsw, "sqlite_lib_version", lambda: "3.40.1")
    for start in (open_store, look_into_store):
        with pytest.raises(ConfigurationError, match=r"SQLite 3\.40\.1"):
            async with start(embedded(tmp_path).document, None):
                pass
    assert not [*os.scandir(tmp_path)]


@pytest.mark.threat("T53")
@pytest.mark.parametrize("version", ["3.51.3", "3.52.0", "4.0.0"])
def test_a_newer_sqlite_is_taken(version: str) -> None:
    refuse_old(version, "remit.db")


async def test_the_store_is_its_owners_alone_whatever_the_umask(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        async with open_store(embedded(tmp_path).document, None) as store:
            await store.run(partial(put, "a"))
            modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in os.scandir(tmp_path)}
    finally:
        os.umask(old)
    assert modes == {"remit.db": 0o600, "remit.db-wal": 0o600, "remit.db-shm": 0o600}


async def test_every_commit_is_synced(tmp_path: Path, faulty: Disk) -> None:
    async with open_store(embedded(tmp_path).document, None) as store:
        for number in range(5):
            faulty.syncs = 0
            await store.run(partial(put, f"{number}"))
            assert faulty.syncs >= 1


async def test_a_file_that_is_no_database_stops_the_start_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "remit.db").write_bytes(b"not a database, by far" * 100)
    with pytest.raises(ConfigurationError, match=r"can't be opened .NotADBError.. Check that"):
        async with open_store(embedded(tmp_path).document, None):
            pass


async def test_a_folder_that_is_not_there_stops_the_start_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigurationError, match=r"can't be opened .FileNotFoundError.. Check that its folder"
    ):
        async with open_store(embedded(tmp_path / "nowhere").document, None):
            pass


async def test_somebody_elses_database_stops_the_start_and_stays_as_it_is(tmp_path: Path) -> None:
    database: Any = apsw.Connection(str(tmp_path / "remit.db"))
    database.execute("CREATE TABLE limits (something TEXT)")
    database.close()
    before = (tmp_path / "remit.db").read_bytes()
    for start in (open_store, look_into_store):
        with pytest.raises(ConfigurationError, match="somebody else's"):
            async with start(embedded(tmp_path).document, None):
                pass
    assert (tmp_path / "remit.db").read_bytes() == before


@pytest.mark.parametrize("error", [apsw.FullError, apsw.IOError])
async def test_a_commit_that_fails_fails_for_all_that_share_it_and_leaves_nothing(
    tmp_path: Path, faulty: Disk, error: type[Exception]
) -> None:
    async with open_store(embedded(tmp_path).document, None) as store:
        faulty.fail(error)
        outcomes = await asyncio.gather(
            *(store.run(partial(put, f"{number}")) for number in range(20)), return_exceptions=True
        )
        assert {type(outcome) for outcome in outcomes} == {StoreUnavailable}
        assert len({id(outcome) for outcome in outcomes}) == 20
        faulty.heal()
        assert await store.read(all_keys) == set()
        assert await store.run(partial(put, "after")) == "after"


async def test_a_disk_that_hangs_gives_an_error_in_bounded_time_and_recovers(
    tmp_path: Path, faulty: Disk
) -> None:
    loop = asyncio.get_running_loop()
    async with open_store(embedded(tmp_path).document, None, deadline=0.2) as store:
        go_on = faulty.hang()
        begun = loop.time()
        with pytest.raises(StoreUnavailable, match="can't reach or write") as first:
            await store.run(partial(put, "first"))
        assert 0.2 <= loop.time() - begun < 10
        assert first.value.detail == "no commit within 0.2 s"

        with pytest.raises(StoreUnavailable) as second:
            await store.run(partial(put, "second"))
        assert second.value.detail == "a commit hangs"
        assert await store.read(all_keys) == set()

        faulty.heal()
        go_on.set()
        await until(store.run, partial(put, "third"))
        assert await store.read(all_keys) - {"first"} == {"third"}


async def until(run: Any, transaction: Any) -> None:
    """Repeats while the hung commit is still on its way back."""
    for _ in range(100):
        try:
            await run(transaction)
        except StoreUnavailable:
            await asyncio.sleep(0.02)
        else:
            return
    pytest.fail("the store has not recovered")


async def test_a_store_that_hangs_does_not_hold_up_the_end(tmp_path: Path, faulty: Disk) -> None:
    loop = asyncio.get_running_loop()
    async with open_store(embedded(tmp_path).document, None, deadline=0.1) as store:
        go_on = faulty.hang()
        with pytest.raises(StoreUnavailable):
            await store.run(partial(put, "first"))
        begun = loop.time()
    assert loop.time() - begun < 10
    go_on.set()


async def test_a_reading_without_end_is_stopped_and_the_next_one_answers(tmp_path: Path) -> None:
    def without_end() -> Transaction[None]:
        yield "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n", ()

    async with open_store(embedded(tmp_path).document, None, deadline=0.2) as store:
        with pytest.raises(StoreUnavailable):
            await store.read(without_end)
        assert await store.read(all_keys) == set()
        with pytest.raises(StoreUnavailable):
            await store.run(without_end)
        await until(store.run, partial(put, "after"))


async def test_another_process_that_holds_the_store_gives_an_error_in_bounded_time(tmp_path: Path) -> None:
    place = embedded(tmp_path)
    async with open_store(place.document, None, deadline=0.3) as store:
        database: Any = apsw.Connection(str(tmp_path / "remit.db"))
        database.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable):
            await store.run(partial(put, "first"))
        database.execute("ROLLBACK")
        database.close()
        await asyncio.sleep(0)
        await until(store.run, partial(put, "second"))


@pytest.mark.threat("T45")
@pytest.mark.timeout(300)
async def test_a_thousand_faults_of_the_disk_let_no_call_happen_without_its_record(
    tmp_path: Path, faulty: Disk, caplog: pytest.LogCaptureFixture
) -> None:
    """Each fault meets some write or sync of a call, or of three that run side by side."""
    caplog.set_level(logging.CRITICAL + 1)
    place, second = embedded(tmp_path), tmp_path / "second"
    chance, faults, refused = random.Random(1), 0, 0
    replied: set[str] = set()
    async with (
        open_store(place.document, None) as store,
        open_audit(store, keys(tmp_path), SETTINGS, second) as audit,
    ):
        pipeline = Pipeline(store, audit)
        while faults < 1_000:
            beside = chance.choice([1, 3])
            faulty.fail_once(chance.randrange(50), chance.choice([apsw.FullError, apsw.IOError]))
            asked = [request() for _ in range(beside)]
            outcomes = await asyncio.gather(*(pipeline.run(each) for each in asked), return_exceptions=True)
            faults += faulty.fault is None
            faulty.heal()
            for each, outcome in zip(asked, outcomes, strict=True):
                if isinstance(outcome, BaseException):
                    assert isinstance(outcome, AuditUnavailable)
                    refused += 1
                else:
                    replied.add(each.id)
        assert refused > 300
        assert len(pipeline.carried_out) > len(replied) > 300
        kept = {(entry.columns[1], entry.columns[2]) async for entry in entries(store)}
        assert {("asked", call) for call in pipeline.carried_out} <= kept
        assert {("answered", call) for call in replied} <= kept
    async with look_into_store(place.document, None) as reader:
        report = await examine(reader, second, second / "public.pem")
    assert report.ok, report.faults
    assert report.unsigned == 0


@pytest.mark.threat("T45")
async def test_on_a_disk_that_is_full_no_call_is_carried_out(small: Path, tmp_path: Path) -> None:
    place, second = embedded(small), tmp_path / "second"
    async with (
        open_store(place.document, None) as store,
        open_audit(store, keys(tmp_path), SETTINGS, second) as audit,
    ):
        pipeline = Pipeline(store, audit)
        await pipeline.run()
        (small / "ballast").write_bytes(b"x" * (os.statvfs(small).f_bavail * os.statvfs(small).f_frsize))
        done = list(pipeline.carried_out)
        outcomes = await asyncio.gather(*(pipeline.run() for _ in range(50)), return_exceptions=True)
        assert {type(outcome) for outcome in outcomes} == {StoreUnavailable}
        assert pipeline.carried_out == done
        (small / "ballast").unlink()
        await pipeline.run()
    async with look_into_store(place.document, None) as reader:
        report = await examine(reader, second, second / "public.pem")
    assert report.ok, report.faults
