"""A halt reaches every process at once, also one that stands still just then (threat T41).

`make halt` does the same five hundred times.
"""

import secrets
from pathlib import Path

import anyio
import pytest

from server.actions import State
from tests.backends import Postgres
from tests.crash.flips import flip
from tests.crash.harness import Far
from tests.crash.postgres import jobs_in_postgres
from tests.crash.race import shared
from tests.crash.stopped import NOTHING_DONE, stop
from tests.rounds import SEED, rounds

pytestmark = [pytest.mark.threat("T41"), pytest.mark.timeout(200)]

JOBS = 20_000


@pytest.fixture
def far(tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> Far:
    address = anyio.run(postgres.create_database, f"halt_{secrets.token_hex(4)}")
    monkeypatch.setenv("STORE_PASSWORD", postgres.password)
    jobs = jobs_in_postgres(postgres, tmp_path, JOBS)
    return shared(jobs, f"{address}?sslmode=verify-full&sslrootcert={postgres.ca}")


def test_flips_under_load_leave_no_start_after_a_halt_and_no_effect_unlisted(
    far: Far, postgres: Postgres
) -> None:
    report = flip(postgres, far, rounds(6, 500), SEED)
    assert report.violations == 0, report
    assert min(report.effects, report.listed) > 0, report
    assert report.seen < 5, report


def test_who_does_not_see_the_switch_is_found_out(far: Far, postgres: Postgres) -> None:
    report = flip(postgres, far, 3, SEED, blind=True)
    assert report.late, report


@pytest.mark.parametrize("place", [place for place in NOTHING_DONE if place != "in its transaction"])
def test_who_was_stopped_before_the_send_does_nothing_when_it_wakes_up(far: Far, place: str) -> None:
    woken = stop(far, place, 0.5)
    assert (woken.done, woken.told) == (0, "halted")
    assert woken.state is (State.FAILED if woken.flight else State.OPEN)


def test_who_does_not_look_again_is_found_out(far: Far) -> None:
    assert stop(far, "after its note", 0.5, blind=True).done == 1


def test_who_was_stopped_in_the_send_is_listed_and_its_end_is_on_record(far: Far) -> None:
    woken = stop(far, "in the send", 0.5)
    assert woken.flight is not None
    assert woken.flight.state == "started"
    assert (woken.done, woken.state) == (1, State.DONE)
