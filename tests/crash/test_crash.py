"""A remit that is killed at any moment loses nothing, doubles nothing and hides nothing (threats T47, T48).

`make crash` does the same a thousand times.
"""

import secrets
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import anyio
import pytest

from policies.sources import SqlSource
from server.configuration import load
from tests.backends import Postgres
from tests.crash.controls import CONTROLS
from tests.crash.harness import crash
from tests.crash.postgres import OWN, jobs_in_postgres
from tests.crash.race import race, shared
from tests.crash.revocation import What, revoke
from tests.crash.sqlite import jobs_in_sqlite
from tests.rounds import SEED, rounds

pytestmark = [pytest.mark.threat("T47"), pytest.mark.timeout(200)]

KILLS = rounds(15, 30)
ROUNDS = rounds(4, 8)
CALLS = 50
A_FEW = 5  # kills


def test_kills_leave_one_effect_a_call(tmp_path: Path) -> None:
    report = crash(jobs_in_sqlite(tmp_path, 1500), KILLS, SEED)
    assert report.kills == KILLS
    assert report.violations == 0, report
    assert report.done > KILLS // 2


def test_kills_are_traced_by_the_transactions_own_id(tmp_path: Path, postgres: Postgres) -> None:
    report = crash(jobs_in_postgres(postgres, tmp_path, 1500), KILLS // 2, SEED)
    assert report.violations == 0, report
    assert report.doubtful == []
    assert report.done > KILLS // 8


@pytest.mark.parametrize("control", CONTROLS)
def test_the_harness_sees_what_is_wrong(tmp_path: Path, control: str) -> None:
    """It ends as soon as it does."""
    far = jobs_in_sqlite(tmp_path, 1500)
    reports = (crash(far, A_FEW, seed, control) for seed in range(SEED, SEED + 6))
    assert any(report.unintended or report.doubled for report in reports)


@pytest.mark.threat("T19", "T51")
def test_one_yes_in_three_processes_has_one_effect(
    tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = anyio.run(postgres.create_database, f"race_{secrets.token_hex(4)}")
    monkeypatch.setenv("STORE_PASSWORD", postgres.password)
    far = shared(jobs_in_sqlite(tmp_path, ROUNDS), f"{address}?sslmode=verify-full&sslrootcert={postgres.ca}")
    heard = race(far, ROUNDS, CALLS)
    assert heard == [Counter(done=1, replayed=CALLS - 1)] * ROUNDS
    assert set(far.rows().values()) == {1}


@pytest.mark.threat("T43")
@pytest.mark.parametrize("what", ["connection", "user", "policy"])
def test_what_was_ended_is_used_by_no_process_any_more(
    tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch, what: What
) -> None:
    address = anyio.run(postgres.create_database, f"ended_{secrets.token_hex(4)}")
    monkeypatch.setenv("STORE_PASSWORD", postgres.password)
    far = shared(
        jobs_in_postgres(postgres, tmp_path, 1500, OWN),
        f"{address}?sslmode=verify-full&sslrootcert={postgres.ca}",
    )
    source = load(far.configuration).document.sources["work"]
    assert isinstance(source, SqlSource)
    ended = revoke(far, urlsplit(source.dsn).username or "", (tmp_path / "password").read_text(), what)
    assert ended.begun_late == 0
    assert ended.late < 1.0
    assert sum(far.rows().values()) >= ended.writes
    assert set(far.rows().values()) <= {0, 1}
