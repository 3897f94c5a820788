"""The second place of the audit log: what reaches it and when, and what happens when it does not answer."""

import asyncio
import gc
import json
import os
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from policies.call import Reply
from policies.document import Audit as Settings
from policies.errors import AuditUnavailable, ConfigurationError
from server import checkpoints
from server.audit import open_audit
from server.chain import parse_line
from server.checkpoints import SecondPlace
from server.history import copied_checkpoints, entries, examine
from server.store import Store, Transaction
from server.verify import Report
from tests.server.alerts.senders import alerts
from tests.server.calls import Pipeline, keys

pytestmark = pytest.mark.anyio

EAGER = Settings(every_entries=1, every_seconds=1)
PATIENT = Settings(every_entries=100_000, every_seconds=3600)


@asynccontextmanager
async def opened(
    store: Store, folder: Path, settings: Settings, second: Path | None = None
) -> AsyncGenerator[Pipeline]:
    async with open_audit(store, keys(folder), settings, second or folder / "second") as audit:
        yield Pipeline(store, audit)


def signed(second: Path) -> list[int]:
    """Up to where the second place has the word of the one writer, in the order that it was given."""
    return [json.loads(checkpoint.body)["sequence"] for checkpoint in copied_checkpoints(second)]


async def until(holds: Callable[[], bool]) -> None:
    for _ in range(500):
        if holds():
            return
        await asyncio.sleep(0.01)
    pytest.fail("it does not come to hold")


async def check(store: Store, second: Path) -> Report:
    report = await examine(store, second, second / "public.pem")
    assert report.ok, report.faults
    return report


async def test_the_first_entry_is_signed_before_any_call_and_the_last_at_the_end(
    store: Store, tmp_path: Path
) -> None:
    async with opened(store, tmp_path, PATIENT) as pipeline:
        assert signed(tmp_path / "second") == [1]
        await pipeline.run()
        assert signed(tmp_path / "second") == [1]
    assert signed(tmp_path / "second") == [1, 4]


async def test_a_checkpoint_is_due_after_so_many_entries(store: Store, tmp_path: Path) -> None:
    async with opened(store, tmp_path, Settings(every_entries=6, every_seconds=3600)) as pipeline:
        for _ in range(3):
            await pipeline.run()
        await until(lambda: signed(tmp_path / "second") == [1, 7])


async def test_a_checkpoint_is_due_after_so_many_seconds(store: Store, tmp_path: Path) -> None:
    async with opened(store, tmp_path, Settings(every_entries=100_000, every_seconds=1)) as pipeline:
        await pipeline.run()
        await until(lambda: signed(tmp_path / "second") == [1, 3])


async def test_without_new_entries_nothing_is_signed(store: Store, tmp_path: Path) -> None:
    async with opened(store, tmp_path, EAGER):
        await asyncio.sleep(0)
    assert signed(tmp_path / "second") == [1, 2]


async def test_the_second_place_is_its_owners_alone(store: Store, tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        async with opened(store, tmp_path, EAGER):
            modes = {file.stat().st_mode & 0o777 for file in os.scandir(tmp_path / "second")}
    finally:
        os.umask(old)
    assert modes == {0o600}


async def test_a_process_that_goes_on_after_a_checkpoint_was_cut_off_copies_that_one_too(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its commit was kept, and nobody was told."""
    run = store.run
    lost = 0

    async def loses_checkpoints(transaction: Callable[[], Transaction[Any]]) -> Any:
        nonlocal lost
        result = await run(transaction)
        if getattr(transaction, "__name__", "") == "_seal" and lost < 3:
            lost += 1
            raise AuditUnavailable("gone", detail="gone")
        return result

    async with opened(store, tmp_path, Settings(every_entries=2, every_seconds=1)) as pipeline:
        monkeypatch.setattr(store, "run", loses_checkpoints)
        for before in range(3):
            await pipeline.run()
            await until(lambda before=before: lost > before)  # type: ignore[misc]  # bound now
        monkeypatch.undo()
    report = await check(store, tmp_path / "second")
    assert (report.unsigned, report.uncopied) == (0, 0)


@pytest.fixture
def hung(tmp_path: Path) -> "Hung":
    return Hung(tmp_path / "second")


class Hung:
    """The writer's file of the second place as a pipe that nobody reads: whoever opens it hangs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def begin(self) -> None:
        (file,) = self._folder.glob("*.jsonl")
        file.rename(file.with_suffix(".aside"))
        os.mkfifo(file)

    def end(self) -> None:
        (file,) = self._folder.glob("*.jsonl")
        reader = os.open(file, os.O_RDONLY | os.O_NONBLOCK)
        file.with_suffix(".aside").rename(file)
        os.close(reader)


@pytest.mark.threat("T45")
async def test_a_hung_second_place_holds_up_no_call_and_after_ten_periods_none_is_carried_out(
    store: Store, tmp_path: Path, hung: Hung
) -> None:
    loop = asyncio.get_running_loop()
    async with opened(store, tmp_path, EAGER) as pipeline:
        hung.begin()
        refused = 0
        for _ in range(20):
            begun, done = loop.time(), len(pipeline.carried_out)
            if await outcome(pipeline) is AuditUnavailable:
                refused += 1
                assert len(pipeline.carried_out) == done
            else:
                assert refused == 0
            assert loop.time() - begun < 10
        assert 3 <= len(pipeline.carried_out) <= 6
        assert refused >= 14

        hung.end()
        refused += await recovered(pipeline)
    report = await check(store, tmp_path / "second")
    assert (report.unsigned, report.uncopied) == (0, 0)
    kept = [entry.columns[1:3] async for entry in entries(store)]
    assert {("asked", call) for call in pipeline.carried_out} <= {*kept}
    events = [event for event, _ in kept]
    assert events.count("refused") == refused
    assert events.count("asked") <= len(pipeline.carried_out) + 1  # one was admitted and came too late to act


@pytest.mark.threat("T45")
async def test_time_alone_makes_a_second_place_that_hangs_too_late(
    store: Store, tmp_path: Path, hung: Hung, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(checkpoints, "monotonic", lambda: now)
    monkeypatch.setattr(checkpoints, "PATIENCE", 0.05)
    async with opened(store, tmp_path, Settings(every_entries=100_000, every_seconds=3600)) as pipeline:
        hung.begin()
        await pipeline.run()
        now += 36_000
        await pipeline.run()
        now += 1
        with pytest.raises(AuditUnavailable, match="second place"):
            await pipeline.run()
        assert len(pipeline.carried_out) == 2
    hung.end()


async def test_that_the_second_place_is_behind_is_alerted_once_until_it_keeps_up_again(
    store: Store, tmp_path: Path, hung: Hung, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(checkpoints, "monotonic", lambda: now)
    monkeypatch.setattr(checkpoints, "PATIENCE", 0.05)
    async with opened(store, tmp_path, Settings(every_entries=100_000, every_seconds=3600)) as pipeline:
        hung.begin()
        await pipeline.run()
        checkpointer = pipeline.audit._checkpointer  # pyright: ignore[reportPrivateUsage]
        await checkpointer.tell_if_behind()
        assert await alerts(store) == []
        now += 36_001
        for _ in range(3):
            await checkpointer.tell_if_behind()
        (alert,) = await alerts(store)
        assert (alert.kind, alert.severity, alert.times) == ("checkpoints_behind", "critical", 1)
        assert alert.evidence["seconds"] == 36_001
    hung.end()


@pytest.mark.threat("T45")
async def test_a_write_that_waited_for_a_human_asks_the_second_place_again(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(checkpoints, "monotonic", lambda: now)
    async with opened(store, tmp_path, Settings(every_entries=100_000, every_seconds=3600)) as pipeline:
        admit = pipeline.limits.admit

        async def slow(*arguments: object) -> object:
            nonlocal now
            admission = await admit(*arguments)  # type: ignore[arg-type]
            pipeline.audit.acknowledge(admission.receipt)
            now += 36_001
            return admission

        monkeypatch.setattr(pipeline.limits, "admit", slow)
        with pytest.raises(AuditUnavailable, match="second place"):
            await pipeline.run()
        assert pipeline.carried_out == []


@pytest.mark.threat("T45")
async def test_a_second_place_that_is_full_is_caught_up_with_once_it_has_room(
    store: Store, tmp_path: Path, small: Path
) -> None:
    async with opened(store, tmp_path, EAGER, small) as pipeline:
        (small / "ballast").write_bytes(b"x" * (os.statvfs(small).f_bavail * os.statvfs(small).f_frsize))
        outcomes = [await outcome(pipeline) for _ in range(100)]
        (small / "ballast").unlink()
        refused = outcomes.count(AuditUnavailable)
        assert refused > 50
        assert len(pipeline.carried_out) == 100 - refused
        await recovered(pipeline)
    report = await check(store, small)
    assert (report.unsigned, report.uncopied) == (0, 0)


async def recovered(pipeline: Pipeline) -> int:
    """How many calls were refused before one was not."""
    for refused in range(500):
        if await outcome(pipeline) is Reply:
            return refused
        await asyncio.sleep(0.01)
    pytest.fail("calls are still refused")


async def outcome(pipeline: Pipeline) -> type[object]:
    await asyncio.sleep(0.001)  # the checkpoint's thread gets its turn
    try:
        return type(await pipeline.run())
    except AuditUnavailable as refusal:
        return type(refusal)


async def test_a_second_place_that_hangs_does_not_hold_up_the_end(
    store: Store,
    tmp_path: Path,
    hung: Hung,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(checkpoints, "PATIENCE", 0.1)
    loop = asyncio.get_running_loop()
    async with opened(store, tmp_path, PATIENT) as pipeline:
        await pipeline.run()
        hung.begin()
        begun = loop.time()
    assert loop.time() - begun < 10
    assert "has not taken the last checkpoints" in caplog.text
    hung.end()
    report = await check(store, tmp_path / "second")
    assert (report.unsigned, report.uncopied) == (0, 1)


async def test_a_second_place_that_hangs_stops_the_start_in_bounded_time(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "PATIENCE", 0.1)
    (tmp_path / "second").mkdir()
    os.mkfifo(tmp_path / "second/public.pem")
    with pytest.raises(
        ConfigurationError, match=r"can't be written there .TimeoutError.. Check that the folder"
    ):
        async with opened(store, tmp_path, PATIENT):
            pass
    assert [entry async for entry in entries(store)] == []
    os.close(os.open(tmp_path / "second/public.pem", os.O_WRONLY | os.O_NONBLOCK))


async def test_a_second_place_that_is_no_folder_stops_the_start_with_the_remedy(
    store: Store, tmp_path: Path
) -> None:
    (tmp_path / "second").write_text("a file")
    with pytest.raises(ConfigurationError, match=r"can't be written there .FileExistsError.. Check that"):
        async with opened(store, tmp_path, PATIENT):
            pass


def test_after_a_torn_line_the_next_one_is_whole(tmp_path: Path, small: Path) -> None:
    place = SecondPlace(small, "w")
    place.append(['{"body":"first","signature":""}'])
    (small / "ballast").write_bytes(b"x" * (os.statvfs(small).f_bavail * os.statvfs(small).f_frsize))
    long = "x" * 100_000
    with pytest.raises(OSError, match="No space left"):
        place.append([f'{{"body":"{long}","signature":""}}'])
    (small / "ballast").unlink()
    place.append(['{"body":"second","signature":""}'])
    whole = [line for line in (small / "w.jsonl").read_text().splitlines() if parse_line(line)]
    assert [json.loads(line)["body"] for line in whole] == ["first", "second"]


def test_nothing_but_a_file_is_written_to(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").touch()
    (tmp_path / "w.jsonl").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic links"):
        SecondPlace(tmp_path, "w").append(["x"])
    assert not (tmp_path / "elsewhere").read_text()


def test_a_hung_thread_is_no_reason_to_stay(tmp_path: Path) -> None:
    """The interpreter waits at its end for every thread but those that are daemons."""
    gc.collect()
    assert all(thread.daemon for thread in threading.enumerate() if thread.name.startswith("remit"))
