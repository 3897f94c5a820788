"""Kills a working remit, and says what it found.

python -m tests.crash [--kills N] [--rounds N] [--seed S] [--json]
"""

import argparse
import json
import os
import secrets
import sys
import tempfile
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import anyio

from tests.backends import Postgres, running_postgres
from tests.crash.controls import CONTROLS
from tests.crash.harness import Report, crash
from tests.crash.postgres import jobs_in_postgres
from tests.crash.race import race, shared
from tests.crash.sqlite import jobs_in_sqlite

JOBS_A_KILL = 15
CALLS = 50


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.crash", description="remit, killed again and again")
    parser.add_argument("--kills", type=int, default=1000, metavar="N", help="default: 1000")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**32), metavar="S")
    parser.add_argument("--rounds", type=int, default=200, metavar="N", help="of the race; default: 200")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    with running_postgres({}) as server:
        failed = not _raced(server, options.rounds)
        for system, control in (("PostgreSQL", ""), ("SQLite", ""), *(("SQLite", one) for one in CONTROLS)):
            kills = options.kills if not control else min(options.kills, 100)
            with tempfile.TemporaryDirectory(prefix="remit-crash-") as folder:
                count, place = kills * JOBS_A_KILL, Path(folder)
                far = (
                    jobs_in_sqlite(place, count)
                    if system == "SQLite"
                    else jobs_in_postgres(server, place, count)
                )
                report = crash(far, kills, options.seed, control)
            _tell(f"{system}, {control or 'as it is'}", report, as_json=options.json)
            # A control that shows nothing shows that the harness sees nothing.
            failed |= bool(report.violations) is not bool(control)
    return int(failed)


def _raced(server: Postgres, rounds: int) -> bool:
    """Whether each of so many yeses, sent fifty times to three processes, had one effect."""
    address = anyio.run(server.create_database, "race")
    os.environ["STORE_PASSWORD"] = server.password
    with tempfile.TemporaryDirectory(prefix="remit-race-") as folder:
        far = jobs_in_sqlite(Path(folder), rounds)
        heard = race(shared(far, f"{address}?sslmode=verify-full&sslrootcert={server.ca}"), rounds, CALLS)
        effects = sum(far.rows().values())
    told = sum(heard, Counter[str]())
    print(f"one yes, {CALLS} times, to three processes, {rounds} rounds: {effects} effects; {dict(told)}")
    return all(round_["done"] == 1 for round_ in heard) and effects == rounds


def _tell(name: str, report: Report, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"name": name, **asdict(report)}))
        return
    print(
        f"{name}: {report.kills} kills with seed {report.seed}, {report.done} effects, "
        f"{len(report.unintended)} without an intent, {len(report.doubled)} doubled, "
        f"{len(report.lost)} said to be done and not, {len(report.unresolved)} unresolved, "
        f"{len(report.doubtful)} listed as in doubt",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
