"""Limits are counted in the store of record: over processes, restarts and clocks that step."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import pytest

from policies.errors import Denied, LimitReached, Refusal
from server import steady_clock as module
from server.audit import Audit, open_audit
from server.commit import Job, Outcome, Script, group
from server.limits import Limits
from server.steady_clock import SteadyClock
from server.store import Store
from server.transaction import Transaction
from tests.server.calls import ADA, SETTINGS, buckets, keys, limited, permit, request
from tests.server.places import Place

pytestmark = [pytest.mark.anyio, pytest.mark.threat("T38")]

ROOT = Path(__file__).parents[2]
HOUR = 3_600_000  # milliseconds


@pytest.fixture
async def audit(store: Store, tmp_path: Path) -> AsyncIterator[Audit]:
    async with open_audit(store, keys(tmp_path), SETTINGS, tmp_path / "second") as audit:
        yield audit


async def ask(limits: Limits, audit: Audit, times: int) -> list[str]:
    """The outcome of each call: "" where it was admitted."""
    outcomes = list[str]()
    for _ in range(times):
        asked = request()
        try:
            async with audit.record(asked) as record:
                record.identify(ADA)
                await limits.admit(permit(asked), record)
                raise Denied("Enough.", rule="admitted")
        except Refusal as refusal:
            admitted = isinstance(refusal, Denied) and refusal.rule == "admitted"
            outcomes.append("" if admitted else refusal.code)
    return outcomes


def processes(place: Place, count: int, calls: int, burst: int) -> Sequence[int]:
    """How many calls each of so many processes was admitted, when all began at once."""
    told = {
        "root": str(place.document.root),
        "store": place.document.server.store,
        "password": place.password.reveal() if place.password else "",
        "calls": calls,
        "burst": burst,
    }
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.server.admitting"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(count)
    ]
    try:
        for process in running:
            assert process.stdin
            process.stdin.write(json.dumps(told) + "\n")
            process.stdin.flush()
        for process in running:
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
        return [int(process.communicate("go\n", timeout=60)[0]) for process in running]
    finally:
        for process in running:
            process.kill()
            process.wait()


async def test_two_hundred_calls_at_once_over_two_processes_pass_fifty_and_a_restart_gives_none_back(
    place: Place,
) -> None:
    admitted = processes(place, count=2, calls=100, burst=50)
    assert sum(admitted) == 50
    assert processes(place, count=1, calls=20, burst=50) == [0]


async def turn(store: Store, monkeypatch: pytest.MonkeyPatch, place: Place, milliseconds: int) -> None:
    """Steps the clock that the store reads."""
    if place.document.server.store.startswith("sqlite"):
        now = time.time_ns
        monkeypatch.setattr(time, "time_ns", lambda: now() + milliseconds * 1_000_000)
        return

    stepped = f"SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint + ({milliseconds})"
    sql = f"CREATE OR REPLACE FUNCTION now_ms() RETURNS bigint LANGUAGE sql VOLATILE AS '{stepped}'"

    def step() -> Transaction[None]:
        yield sql, ()

    await store.run(step)


@pytest.mark.threat("T52")
@pytest.mark.parametrize("step", [HOUR, -HOUR])
async def test_a_clock_that_steps_gives_no_call_back_and_takes_none_away(
    store: Store, audit: Audit, place: Place, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    limits = limited(store, audit, buckets(calls_per_minute=1, burst=3))
    assert await ask(limits, audit, 3) == ["", "", ""]
    await turn(store, monkeypatch, place, step)
    assert await ask(limits, audit, 2) == ["limit_reached", "limit_reached"]
    # A minute and one second on, by the clock that nobody can step.
    later = time.monotonic_ns() + 61_000_000_000
    monkeypatch.setattr(module, "monotonic_ns", lambda: later)
    assert await ask(limits, audit, 2) == ["", "limit_reached"]


async def test_a_second_replica_goes_by_the_same_time(
    store: Store, audit: Audit, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = (limited(store, audit, buckets(calls_per_minute=1, burst=2)) for _ in range(2))
    assert await ask(one, audit, 1) == [""]
    assert await ask(other, audit, 1) == [""]
    await turn(store, monkeypatch, place, HOUR)
    assert await ask(other, audit, 1) == ["limit_reached"]
    assert await ask(one, audit, 1) == ["limit_reached"]


async def test_many_calls_at_once_take_as_many_ways_to_the_store_as_one(
    store: Store, audit: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits: list[tuple[int, int]] = []

    def counted(begin: str, take: Callable[[], Sequence[Job]]) -> Script[list[Outcome]]:
        taken: list[Job] = []

        def noted() -> Sequence[Job]:
            taken.extend(take())
            return taken

        running, ways, rows = group(begin, noted), 0, None
        while True:
            try:
                asked = next(running) if rows is None else running.send(rows)
            except StopIteration as stop:
                commits.append((len(taken), ways))
                outcomes: list[Outcome] = stop.value
                return outcomes
            ways += 1
            rows = yield asked

    limits = limited(store, audit)
    await ask(limits, audit, 1)
    monkeypatch.setattr("server.store.group", counted)
    await ask(limits, audit, 1)
    await asyncio.gather(*(ask(limits, audit, 1) for _ in range(50)))
    assert commits[:2] == [(1, 7), (1, 5)]
    assert sum(calls for calls, _ in commits[2:]) == 100
    assert len(commits) < 10
    assert {ways for _, ways in commits} <= {5, 7, 8}


async def test_a_source_that_is_switched_off_admits_nothing_and_looks_like_none(
    store: Store, audit: Audit
) -> None:
    limits = limited(store, audit)

    def switch_off() -> Transaction[None]:
        yield "INSERT INTO sources_off (source, at, why) VALUES ('shop', 0, 'a leak')", ()

    assert await ask(limits, audit, 1) == [""]
    await store.run(switch_off)
    assert await ask(limits, audit, 1) == ["denied"]


async def test_a_refusal_says_in_how_many_seconds_to_come_back(store: Store, audit: Audit) -> None:
    limits = limited(store, audit, buckets(calls_per_minute=1, burst=1))
    await ask(limits, audit, 1)
    asked = request()

    async def again() -> None:
        async with audit.record(asked) as record:
            record.identify(ADA)
            await limits.admit(permit(asked), record)

    with pytest.raises(LimitReached, match=r"Try again in 60 s") as told:
        await again()
    assert told.value.retry_after == 60


async def test_how_far_a_process_is_ahead_is_kept_once_a_call_of_it_is_admitted(
    store: Store, audit: Audit
) -> None:
    """The first one begins the clock, and is undone."""
    clock = SteadyClock()
    clock.boot = "clock of this start"
    limits = limited(store, audit, clock=clock)
    asked = request()

    def undone(*_: object) -> object:
        raise Denied("Not now.", rule="a test")

    async def fails() -> None:
        async with audit.record(asked) as record:
            record.identify(ADA)
            record.opening = undone  # type: ignore[method-assign, assignment]
            await limits.admit(permit(asked), record)

    with pytest.raises(Denied, match="Not now"):
        await fails()
    assert clock.ahead is not None
    assert await store.read(_ahead) is None
    assert await ask(limits, audit, 1) == [""]
    assert await store.read(_ahead) == clock.ahead


def _ahead() -> Transaction[object]:
    rows = yield "SELECT (SELECT tat FROM limits WHERE key = 'clock of this start')", ()
    return rows[0][0]


def test_a_reading_is_never_behind_what_another_process_has_kept() -> None:
    clock = SteadyClock()
    first = clock.read(None, 1_000_000)
    assert first == 1_000_000
    ahead = clock.read(first + 5_000_000, 0)
    assert ahead == first + 5_000_000
    assert clock.read(None, 0) >= ahead
