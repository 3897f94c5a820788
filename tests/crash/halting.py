"""Flips the kill switch of a working remit, stops its processes, and says what it found.

python -m tests.crash.halting [--flips N] [--seconds N] [--seed S] [--json]
"""

import argparse
import json
import os
import secrets
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

import anyio

from server.actions import State
from tests.backends import DATED, Postgres, running_postgres
from tests.crash.flips import Report, flip
from tests.crash.harness import Far
from tests.crash.postgres import jobs_in_postgres
from tests.crash.race import shared
from tests.crash.stopped import NOTHING_DONE, PLACES, Woken, stop

JOBS_A_FLIP = 400


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.crash.halting", description="remit, halted at any time")
    parser.add_argument("--flips", type=int, default=500, metavar="N", help="default: 500")
    parser.add_argument(
        "--seconds", type=float, default=5, metavar="N", help="that a process stays stopped; default: 5"
    )
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**32), metavar="S")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    failed = False
    with running_postgres(DATED) as server:
        os.environ["STORE_PASSWORD"] = server.password
        for place in PLACES:
            with tempfile.TemporaryDirectory(prefix="remit-halt-") as folder:
                woken = stop(_far(server, Path(folder), 1), place, options.seconds)
            failed |= not _as_it_should_be(place, woken)
            said = json.dumps({"stopped": place, **asdict(woken)}) if options.json else _said(place, woken)
            print(said, flush=True)
        for blind in (False, True):
            count = options.flips if not blind else min(options.flips, 10)
            with tempfile.TemporaryDirectory(prefix="remit-halt-") as folder:
                far = _far(server, Path(folder), max(2_000, count * JOBS_A_FLIP))
                report = flip(server, far, count, options.seed, blind=blind)
            # A control that shows nothing shows that the harness sees nothing.
            failed |= bool(report.violations) is not blind
            print(
                json.dumps({"blind": blind, **asdict(report)}) if options.json else _told(report, blind=blind)
            )
    return int(failed)


def _far(server: Postgres, folder: Path, jobs: int) -> Far:
    address = anyio.run(server.create_database, f"halt_{secrets.token_hex(4)}")
    far = jobs_in_postgres(server, folder, jobs)
    return shared(far, f"{address}?sslmode=verify-full&sslrootcert={server.ca}")


def _as_it_should_be(place: str, woken: Woken) -> bool:
    if place in NOTHING_DONE:
        return woken.done == 0 and woken.state in {State.OPEN, State.FAILED}
    ended = State.DONE if woken.done else State.FAILED
    return woken.flight is not None and woken.state is ended


def _said(place: str, woken: Woken) -> str:
    listed = "listed" if woken.flight else "not listed"
    return (
        f"stopped {place}: halted in {woken.halting:.2f} s, {listed}, {woken.done} effects, "
        f"{woken.state or 'never started'}, told {woken.told}"
    )


def _told(report: Report, *, blind: bool) -> str:
    name = "flips that nobody looks at" if blind else "flips"
    return (
        f"{report.flips} {name} with seed {report.seed}: "
        f"{report.starts} starts, {report.effects} effects, {report.listed} listed as in flight, "
        f"{len(report.late)} starts after a halt, {len(report.unlisted)} effects not listed, "
        f"{len(report.doubled)} doubled, {len(report.unfinished)} without an end; known everywhere within "
        f"{report.seen:.2f} s"
    )


if __name__ == "__main__":
    sys.exit(main())
