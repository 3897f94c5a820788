"""The kill switch, flipped at random times while several processes act all the time (threat T41).

What must never be: a start whose transaction began after a halt was told to be durable, one that is committed
after the list was made, and an effect after the halt that is not in the list. The processes and the two
databases go by one machine's clock; when an effect was committed, its database says itself.
"""

import random
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from math import inf
from pathlib import Path
from time import monotonic
from typing import IO, TYPE_CHECKING, Any, Final

import anyio
import anyio.to_thread
import pytest

from policies.call import Approval, Call, Obligation, Request, Tier
from policies.decision import Policy
from policies.errors import Halted
from policies.halt import EVERYTHING, KillSwitch, Scope, Subject
from policies.redaction.redactor import Redactor
from server.actions import Actions, State
from server.assembly import Service, assemble
from server.audit import Record
from server.configuration import Configuration, load
from server.halting import rows
from server.halting.flights import in_flight
from server.transaction import Transaction
from tests.backends import Postgres
from tests.crash.harness import Far
from tests.crash.jobs import TERMINAL
from tests.crash.replicas import Replica, one_redactor, quickly, replicas
from tests.server.enabling import enable_all

if TYPE_CHECKING:
    import asyncpg

PROCESSES: Final = 4
AT_ONCE: Final = 4  # actions of each process
PAUSE: Final = 0.005  # seconds after a refusal because of a halt
LONG_PAUSE: Final = 0.25  # seconds after another one
STARTS: Final = 6  # actions that start between two halts, at the least
BETWEEN: Final = 0.25  # seconds after that, at the most
BOUND: Final = 60.0  # seconds for so many actions to start
HALTED: Final = 0.1
SCOPES: Final = (
    EVERYTHING,
    Scope(tenant="acme"),
    Scope(user="ada"),
    Scope(source="work"),
    Scope(tool="work_write"),
    Scope(tier=Tier.ACT),
    Scope("acme", "ada", "work", "work_write", Tier.ACT),
)
COMMITTED: Final = "SELECT id, done, pg_xact_commit_timestamp(xmin) AS at FROM jobs WHERE done > 0"
INTENDED: Final = """
    SELECT body::json ->> 'action' AS action, (body::json ->> 'epoch')::bigint AS epoch,
        pg_xact_commit_timestamp(xmin) AS at
    FROM audit_entries WHERE event = 'intended'
"""


@dataclass(frozen=True, slots=True)
class Flip:
    """`told` and `ended` are when the halt was durable and when it was about to end, on the machine's clock;
    `told_at` and `ended_at` the same by the database's; `listed_at` when `listed` was made."""

    epoch: int
    until: int
    told: float
    ended: float
    told_at: datetime
    listed_at: datetime
    ended_at: datetime
    listed: frozenset[str]


@dataclass(slots=True)
class Report:
    """`late` are starts after a halt, `unlisted` effects, `seen` the longest time in seconds until a process
    knew of a halt."""

    flips: int
    seed: int
    starts: int = 0
    effects: int = 0
    listed: int = 0
    late: list[str] = field(default_factory=list[str])
    unlisted: list[str] = field(default_factory=list[str])
    doubled: list[int] = field(default_factory=list[int])
    unfinished: list[str] = field(default_factory=list[str])
    seen: float = 0.0

    @property
    def violations(self) -> int:
        return len(self.late) + len(self.unlisted) + len(self.doubled) + len(self.unfinished)


def flip(server: Postgres, far: Far, count: int, seed: int, *, blind: bool = False) -> Report:
    """`blind` processes don't see the switch: a harness that finds nothing then finds nothing."""
    configuration, redactor = load(far.configuration), one_redactor()
    anyio.run(enable_all, configuration.document)
    with replicas(configuration, redactor, partial(_act, blind=blind), PROCESSES) as processes:
        return anyio.run(_flipped, configuration, redactor, server, processes, Report(count, seed))


async def _act(configuration: Configuration, asks: IO[str], answers: IO[str], *, blind: bool) -> None:
    """Acts until it is told to stop, on jobs of its own, and keeps when it started which."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Policy, "_obligations", nobody_is_asked)
        patch.setattr(Actions, "refuse_too_many", _never_too_many)
        if blind:
            patch.setattr(KillSwitch, "of", _sees_nothing)
        async with assemble(configuration) as service:
            number, path = (await anyio.to_thread.run_sync(asks.readline)).split()
            with Path(path).open("w") as kept:  # noqa: ASYNC230 - a line of a test
                _keep_starts(patch, kept)
                answers.write("ready\n")
                answers.flush()
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(_notice, service, kept)
                    for task in range(AT_ONCE):
                        first = int(number) * AT_ONCE + task + 1
                        tasks.start_soon(_one_after_the_other, service, first)
                    await anyio.to_thread.run_sync(asks.readline)
                    tasks.cancel_scope.cancel()
        answers.write("stopped\n")
        answers.flush()


def nobody_is_asked(self: Policy, call: Call) -> frozenset[Obligation]:
    """No yes is waited for: it is kept as an action that was asked about, and begins at once."""
    return frozenset()


def _never_too_many(self: Actions, tenant: str, user: str, most: int, now: int) -> Transaction[None]:
    """What is kept as asked about is not counted, or the load would end after a thousand."""
    yield from ()


def _sees_nothing(self: KillSwitch, subject: Subject) -> None:
    return None


def _keep_starts(patch: pytest.MonkeyPatch, kept: IO[str]) -> None:
    begin = Record._begin  # pyright: ignore[reportPrivateUsage]

    async def begin_and_keep(self: Record, approval: Approval) -> Any:
        begun = monotonic()
        receipt = await begin(self, approval)
        kept.write(f"start {begun} {monotonic()} {approval.action}\n")
        return receipt

    patch.setattr(Record, "_begin", begin_and_keep)


async def _notice(service: Service, kept: IO[str]) -> None:
    known = -1
    while True:
        seen = service.halting.seen
        if seen is not None and seen.epoch > known:
            known = seen.epoch
            kept.write(f"seen {monotonic()} 0 {known}\n")
        await anyio.sleep(0.01)


async def _one_after_the_other(service: Service, job: int) -> None:
    while True:
        arguments = {
            "sql": f"UPDATE jobs SET done = done + 1 WHERE id = {job}",
            "idempotency_key": secrets.token_hex(8),
        }
        request = Request(secrets.token_hex(16), TERMINAL, "work_write", arguments)
        try:
            await service.pipeline.run(request)
        except Halted:
            await anyio.sleep(PAUSE)
            continue
        except Exception:  # noqa: BLE001 - what a call ends in is not what is counted here
            await anyio.sleep(LONG_PAUSE)  # it may have been done, so this job is not tried again
        job += PROCESSES * AT_ONCE


async def _flipped(
    configuration: Configuration,
    redactor: Redactor,
    server: Postgres,
    processes: list[Replica],
    report: Report,
) -> Report:
    folder = configuration.document.root
    dice = random.Random(report.seed)
    store_name = configuration.document.server.store.partition("?")[0].rpartition("/")[2]
    source = configuration.document.sources["work"]
    jobs_name = str(getattr(source, "dsn", "")).rpartition("/")[2]
    with quickly(redactor):
        async with (
            assemble(configuration) as service,
            server.admin(store_name) as store_admin,
            server.admin(jobs_name) as jobs_admin,
        ):
            for number, process in enumerate(processes):
                process.send(f"{number} {folder / f'process-{number}'}")
            for process in processes:
                assert await anyio.to_thread.run_sync(process.heard) == ["ready"]
            flips = [await _one(service, store_admin, dice) for _ in range(report.flips)]
            await anyio.sleep(BETWEEN)
            for process in processes:
                process.send("stop")
            for process in processes:
                assert await anyio.to_thread.run_sync(process.heard) == ["stopped"]
            await _looked(service, store_admin, jobs_admin, flips, report)
    _kept([(folder / f"process-{number}").read_text() for number in range(len(processes))], flips, report)
    return report


async def _one(service: Service, admin: "asyncpg.Connection[asyncpg.Record]", dice: random.Random) -> Flip:
    store = service.store
    await _busy(admin)
    await anyio.sleep(dice.uniform(0, BETWEEN))
    scope = dice.choice(SCOPES)
    halted = await store.at_once(partial(rows.halt, scope, "root", "a flip"))
    told = monotonic()
    told_at = await _now(admin)
    flights = await store.run(partial(in_flight, scope, halted.epoch))
    listed_at = await _now(admin)
    await anyio.sleep(dice.uniform(0, HALTED))
    ended_at, ended = await _now(admin), monotonic()
    if scope.is_everything:
        await store.at_once(partial(rows.ask_to_lift, "code", "ada", "a flip"))
        resumed = await store.at_once(partial(rows.lift, "code", "bob", "a flip"))
    else:
        resumed = await store.at_once(partial(rows.resume, scope, "root", "a flip"))
    listed = frozenset(flight.action for flight in flights)
    return Flip(halted.epoch, resumed.epoch, told, ended, told_at, listed_at, ended_at, listed)


async def _busy(admin: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Until the processes act again."""
    count = "SELECT count(*) FROM audit_entries WHERE event = 'intended'"
    least = await admin.fetchval(count) + STARTS
    with anyio.fail_after(BOUND):
        while await admin.fetchval(count) < least:  # noqa: ASYNC110 - other processes make them
            await anyio.sleep(0.02)


async def _now(admin: "asyncpg.Connection[asyncpg.Record]") -> datetime:
    now: datetime = await admin.fetchval("SELECT clock_timestamp()")
    return now


async def _looked(
    service: Service,
    store_admin: "asyncpg.Connection[asyncpg.Record]",
    jobs_admin: "asyncpg.Connection[asyncpg.Record]",
    flips: list[Flip],
    report: Report,
) -> None:
    actions = await service.store.read(lambda: service.pipeline.audit.actions.read("ORDER BY asked_at"))
    by_job = {int(str(action.content.effect.changes[0].key["id"])): action for action in actions}
    report.unfinished = [action.id for action in actions if action.state is State.STARTED]
    report.listed = sum(len(each.listed) for each in flips)
    for row in await jobs_admin.fetch(COMMITTED):
        report.effects += 1
        action = by_job[row["id"]].id
        if row["done"] > 1:
            report.doubled.append(row["id"])
        report.unlisted += [
            action for each in flips if each.told_at < row["at"] < each.ended_at and action not in each.listed
        ]
    for row in await store_admin.fetch(INTENDED):
        report.starts += 1
        report.late += [
            row["action"]
            for each in flips
            if each.listed_at < row["at"] < each.ended_at or each.epoch <= row["epoch"] < each.until
        ]


def _kept(texts: list[str], flips: list[Flip], report: Report) -> None:
    """A start that began under a halt and went on after it is none: the log's epochs tell of that."""
    for text in texts:
        lines = [line.split() for line in text.splitlines()]
        for word, begun, done, action in lines:
            if word == "start":
                report.late += [
                    action for each in flips if each.told < float(begun) and float(done) < each.ended
                ]
        seen = [(int(epoch), float(at)) for word, at, _, epoch in lines if word == "seen"]
        for each in flips[:-1]:  # the last one ends with the processes
            known = next((at for epoch, at in seen if epoch >= each.epoch), inf)
            report.seen = max(report.seen, known - each.told)
