"""remit against a bare server: the same questions, side by side in one run.

    python -m tests.benchmarks [--quick] [--json FILE]

Prints Markdown tables. What counts are the ratios: both servers shared one machine, and took turns.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import anyio

from server import configuration as settings
from tests.backends import MissingError, Postgres, program, running_postgres
from tests.benchmarks import stages, tables
from tests.benchmarks.load import Load, Measured, put
from tests.benchmarks.quotas import NoQuotasError, held
from tests.benchmarks.servers import Process, bare, remit, seconds_to_start
from tests.benchmarks.shop import Shop, configuration, make_shop
from tests.server.enabling import enable_all

# What durability costs is a part of what is measured.
CAREFUL = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


SHARE = 0.4  # of a core, for each worker: two, the load and the database fit on two cores then
ASKED_FIRST = 30  # calls, of which each worker gets some
CROWDS = (16, 64)


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured: rounds in which the servers take turns, and the seconds of each turn.

    Many pages at once take longer than a turn, so they have one long one.
    """

    concurrencies: Sequence[int]
    page_concurrencies: Sequence[int]
    rounds: int
    seconds: int
    page_seconds: int
    crowd_seconds: int
    calls: int

    @property
    def loads(self) -> list[Load]:
        one = [
            Load("one", novelty, concurrency)
            for novelty in ("seen", "new")
            for concurrency in self.concurrencies
        ]
        prose = Load("prose", "new", self.concurrencies[0])
        return [*one, prose, *(Load("page", "new", concurrency) for concurrency in self.page_concurrencies)]


FULL = Plan(
    concurrencies=(1, 16, 64),
    page_concurrencies=(1, 16),
    rounds=5,
    seconds=1,
    page_seconds=3,
    crowd_seconds=15,
    calls=200,
)
QUICK = Plan(
    concurrencies=(1, 16),
    page_concurrencies=(1,),
    rounds=3,
    seconds=1,
    page_seconds=3,
    crowd_seconds=15,
    calls=50,
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.benchmarks", description="remit against a bare server")
    parser.add_argument("--quick", action="store_true", help="a short look, good for a direction alone")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what was measured there, too")
    options = parser.parse_args()
    plan = QUICK if options.quick else FULL
    try:
        wrk = program("wrk", "wrk")
        with (
            running_postgres(CAREFUL) as server,
            tempfile.TemporaryDirectory(prefix="remit-bench-") as folder,
        ):
            report = _measure(plan, wrk, server, Path(folder))
    except MissingError as error:
        print(error, file=sys.stderr)
        return 1
    print(tables.text(report))
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n")
    return 0


def _measure(plan: Plan, wrk: Path, server: Postgres, folder: Path) -> dict[str, Any]:
    shop = anyio.run(make_shop, server)
    anyio.run(server.create_database, "store")
    secrets = {"SHOP_PASSWORD": shop.password, "STORE_PASSWORD": server.password}
    os.environ |= secrets  # for the stages, which are measured in this process
    store = f"{server.dsn('store')}?sslmode=verify-full&sslrootcert={server.ca}"
    embedded = _written(folder / "embedded", configuration(shop, store="sqlite:remit.db"))
    shared = _written(
        folder / "shared", configuration(shop, store=store, store_password="env:STORE_PASSWORD")
    )
    greeting = _written(folder / "stdio", configuration(shop, store="sqlite:remit.db"))
    questions = count(0, 10_007)  # no round asks what one before it has asked
    report: dict[str, Any] = {
        "stdio": [
            asdict(seconds_to_start(greeting, secrets, plan.loads[0].sample)) for _ in range(plan.rounds)
        ],
        "stages": _stages(plan, folder, shop),
    }
    with ExitStack() as stack:
        servers = [
            stack.enter_context(
                bare({"BARE_DSN": shop.dsn, "BARE_CA": str(server.ca), "PGPASSWORD": shop.password})
            ),
            stack.enter_context(remit("embedded", embedded, secrets)),
            stack.enter_context(remit("postgresql", shared, secrets)),
            stack.enter_context(remit("two workers", shared, secrets, "--workers", "2")),
        ]
        for process in servers:
            _insist(process, plan.loads[0])  # with its language model, which loads while it already answers
        before = {process.name: process.memory() for process in servers}
        report["runs"] = [
            {**asdict(load), "servers": _in_turns(plan, wrk, servers, load, questions)} for load in plan.loads
        ]
        report["processes"] = {
            process.name: {
                "http_seconds": process.started,
                "bytes_after_start": before[process.name],
                "bytes_after_load": process.memory(),
            }
            for process in servers
        }
    report["scaling"] = _scaling(plan, wrk, shared, secrets, questions)
    return report


def _scaling(
    plan: Plan, wrk: Path, shared: Path, secrets: dict[str, str], questions: Iterator[int]
) -> list[dict[str, Any]]:
    """What one worker answers, and what two do, each held to the same share of a core; or nothing."""
    measured: list[dict[str, Any]] = []
    with ExitStack() as stack:
        one = stack.enter_context(remit("one worker", shared, secrets))
        two = stack.enter_context(remit("two workers", shared, secrets, "--workers", "2"))
        # Each worker loads its language model by itself, and its first call waits for it.
        for _ in range(ASKED_FIRST):
            _insist(one, plan.loads[0])
            _insist(two, plan.loads[0])
        try:
            stack.enter_context(held([*one.workers(), *two.workers()], SHARE))
        except NoQuotasError as error:
            print(f"two workers are not compared with one: {error}", file=sys.stderr)
            return []
        for load in (
            Load("one", novelty, concurrency) for novelty in ("seen", "new") for concurrency in CROWDS
        ):
            rates: list[tuple[float, float]] = []
            for _ in range(plan.rounds):
                first = next(questions)
                rates.append(
                    (
                        put(wrk, one.port, load, plan.seconds, first).rate,
                        put(wrk, two.port, load, plan.seconds, first).rate,
                    )
                )
            print(f"{load}: one worker and two", file=sys.stderr)
            measured.append(
                {
                    **asdict(load),
                    "one": statistics.median(alone for alone, _ in rates),
                    "two": statistics.median(both for _, both in rates),
                    "ratio": statistics.median(both / alone for alone, both in rates),
                }
            )
    return measured


def _in_turns(
    plan: Plan, wrk: Path, servers: Sequence[Process], load: Load, questions: Iterator[int]
) -> dict[str, Any]:
    """The medians over rounds in which each server has its turn; what is compared is of one round.

    Whatever else the machine does weighs on the turns of one round alike, and on two rounds not.
    """
    measured: dict[str, list[Measured]] = {process.name: [] for process in servers}
    cpu: dict[str, list[float]] = {process.name: [] for process in servers}
    rounds, seconds = plan.rounds, plan.seconds
    if load.question == "page":
        rounds = rounds if load.concurrency == 1 else 1
        seconds = plan.page_seconds if load.concurrency == 1 else plan.crowd_seconds
    for number in range(rounds):
        first = next(questions)
        for process in servers:
            _insist(process, load)
            spent = process.cpu()
            run = put(wrk, process.port, load, seconds, first)
            measured[process.name].append(run)
            cpu[process.name].append((process.cpu() - spent) / run.calls * 1000)
            _insist(process, load)
        print(f"{load}: round {number + 1}", file=sys.stderr)
    bare = measured[servers[0].name]

    def beside(runs: list[Measured]) -> Iterator[tuple[Measured, Measured]]:
        return zip(runs, bare, strict=True)

    return {
        name: {
            "rate": statistics.median(run.rate for run in runs),
            "p50": statistics.median(run.p50 for run in runs),
            "p99": statistics.median(run.p99 for run in runs),
            "cpu": statistics.median(cpu[name]),
            "of_bare": statistics.median(run.rate / plain.rate for run, plain in beside(runs)),
            "added": statistics.median(run.p50 - plain.p50 for run, plain in beside(runs)),
        }
        for name, runs in measured.items()
    }


def _insist(process: Process, load: Load) -> None:
    """Raises `RuntimeError` unless the server answers the sample with all its rows and columns."""
    rows = process.ask(load.sample)["rows"]
    if len(rows) != load.rows or len(rows[0]) != len(load.columns):
        raise RuntimeError(f"{process.name} answered the sample with {len(rows)} rows")


def _stages(plan: Plan, folder: Path, shop: Shop) -> dict[str, dict[str, float]]:
    """By the kind of question: the time of each step, over an embedded store."""
    file = _written(folder / "stages", configuration(shop, store="sqlite:remit.db"))

    def questions(load: Load, number: int) -> str:
        if load.novelty == "seen":
            return load.sample
        return load.statement(number % 99 * 1000 if load.question == "page" else number)

    measured: dict[str, dict[str, float]] = {}
    for load, calls in (
        (Load("one", "seen", 1), plan.calls),
        (Load("one", "new", 1), plan.calls),
        (Load("prose", "new", 1), plan.calls),
        (Load("page", "new", 1), max(5, plan.calls // 10)),
    ):
        name = f"{load.question} {load.novelty}"
        measured[name] = anyio.run(stages.measure, file, partial(questions, load), calls)
    return measured


def _written(folder: Path, text: str) -> Path:
    folder.mkdir()
    file = folder / "remit.toml"
    file.write_text(text)
    anyio.run(enable_all, settings.load(file).document)
    return file


if __name__ == "__main__":
    sys.exit(main())
