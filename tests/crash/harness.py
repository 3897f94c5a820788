"""Kills a working remit again and again, and counts what must never be (threats T47, T48).

Each process is forked from this one, which has all libraries and the language model loaded, so that a kill
costs a tenth of a second. Everything random comes from one seed.
"""

import logging
import os
import random
import select
import signal
import threading
import traceback
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

import anyio
import pytest

import server.assembly
import server.loading
from policies.redaction.redactor import Redactor
from server.actions import Action, State
from server.assembly import assemble
from server.configuration import Configuration, load
from server.recovery import Recovery
from server.transaction import Transaction
from tests.crash import jobs
from tests.crash.controls import break_on_purpose
from tests.crash.replicas import loaded, one_redactor
from tests.server.enabling import enable_all

BOUND: Final = 30.0  # seconds for a process to be ready, and for what is lost to be found out
ROUNDS: Final = 300
EVENTS: Final = 24
SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True)
class Far:
    """The system behind. `rows` reads, by job, how often it was done."""

    configuration: Path
    rows: Callable[[], Mapping[int, int]]


@dataclass(slots=True)
class Report:
    """`unintended` are effects without a durable intent, `doubled` those that came twice, `lost` actions that
    are said to be done and are not, `unresolved` those still open after recovery, `doubtful` those that are
    listed as in doubt."""

    kills: int
    seed: int
    done: int = 0
    unintended: list[int] = field(default_factory=list[int])
    doubled: list[int] = field(default_factory=list[int])
    lost: list[int] = field(default_factory=list[int])
    unresolved: list[str] = field(default_factory=list[str])
    doubtful: list[str] = field(default_factory=list[str])
    recovered: Mapping[str, int] = field(default_factory=dict[str, int])

    @property
    def violations(self) -> int:
        return len(self.unintended) + len(self.doubled) + len(self.lost) + len(self.unresolved)


@dataclass(frozen=True, slots=True)
class Moment:
    """When a process is killed: so long after it told so many lines, so that a slow machine gets as far."""

    events: int
    seconds: float


@dataclass(slots=True)
class Life:
    """What one process told before it was killed: `cut` are the jobs that it had begun and not answered."""

    done: set[int] = field(default_factory=set[int])
    cut: set[int] = field(default_factory=set[int])

    def tell(self, word: str, job: int) -> None:
        if word == jobs.BEGUN:
            self.cut.add(job)
            return
        self.cut.discard(job)
        if word == jobs.DONE:
            self.done.add(job)


def crash(far: Far, kills: int, seed: int, control: str = "") -> Report:
    """Kills so many times, lets what is lost be found out, and looks at both sides."""
    dice = random.Random(seed)
    configuration = load(far.configuration)
    anyio.run(enable_all, configuration.document)
    redactor = one_redactor()
    life = Life()
    todo = sorted(far.rows())
    for number in range(kills):
        dice.shuffle(todo)
        # What was cut off in one life is tried again first in the next, as a client would.
        todo.sort(key=lambda job: job not in life.cut)
        moment = Moment(dice.randint(1, EVENTS), dice.uniform(0, SECONDS))
        life = _live_and_die(configuration, redactor, moment, todo, control)
        todo = [job for job in todo if job not in life.done]
        if not todo:
            kills = number + 1
            break
    actions, recovered = anyio.run(_aftermath, configuration, redactor)
    return _looked(far, actions, recovered, Report(kills, seed))


def _live_and_die(
    configuration: Configuration, redactor: Redactor, moment: Moment, todo: list[int], control: str
) -> Life:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _be_killed(configuration, redactor, todo, writing, control)
    os.close(writing)
    try:
        ready, _, _ = select.select([reading], [], [], BOUND)
        assert ready, "the process was not ready in time"
        told = _heard_until_killed(child, reading, moment)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    assert told[:1] == [[jobs.READY]], "the process ended before it was ready"
    life = Life()
    for word, number in told[1:]:
        life.tell(word, int(number))
    return life


def _heard_until_killed(child: int, reading: int, moment: Moment) -> list[list[str]]:
    kill = partial(os.kill, child, signal.SIGKILL)
    dying, patience = threading.Timer(moment.seconds, kill), threading.Timer(BOUND, kill)
    patience.start()
    told: list[list[str]] = []
    with os.fdopen(reading) as lines:
        for line in lines:
            if line.endswith("\n"):
                told.append(line.split())
                if len(told) == moment.events:
                    dying.start()
    patience.cancel()
    for timer in (dying, patience):
        if timer.is_alive():
            timer.join()
    return told


def _be_killed(
    configuration: Configuration, redactor: Redactor, todo: list[int], ready: int, control: str
) -> None:
    """Never returns."""
    logging.disable()
    patch = pytest.MonkeyPatch()
    patch.setattr(server.loading, "load", partial(loaded, redactor))
    try:
        if control:
            break_on_purpose(control, patch)
        anyio.run(jobs.work, configuration, todo, ready)
    except BaseException:  # noqa: BLE001 - the parent says no more than that it ended
        traceback.print_exc()
    finally:
        os._exit(0)


async def _aftermath(
    configuration: Configuration, redactor: Redactor
) -> tuple[list[Action], Mapping[str, int]]:
    """All actions, once those that were lost are found out."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server.loading, "load", partial(loaded, redactor))
        async with assemble(configuration) as service:
            pipeline = service.pipeline
            finding = Recovery(service.store, pipeline.audit, pipeline.vault)
            await service.store.run(_lapse)
            for _ in range(ROUNDS):
                await finding.look()
                if all(action.state is not State.STARTED for action in await _all(service)):
                    break
                await anyio.sleep(0.1)  # a server may take a while to see that its client has gone
            found = await _all(service)
    ended = Counter(action.state.value for action in found if not action.outcome)
    return found, dict(ended)


def _lapse() -> Transaction[None]:
    """Nobody is left who could carry anything out."""
    yield "UPDATE actions SET until = 0 WHERE state = 'started'", ()


async def _all(service: server.assembly.Service) -> list[Action]:
    return await service.store.read(lambda: service.pipeline.audit.actions.read("ORDER BY asked_at"))


def _looked(far: Far, actions: list[Action], recovered: Mapping[str, int], report: Report) -> Report:
    by_job: dict[int, list[Action]] = {}
    for action in actions:
        for change in action.content.effect.changes:
            by_job.setdefault(int(str(change.key["id"])), []).append(action)
    for job, times in far.rows().items():
        states = [action.state for action in by_job.get(job, [])]
        begun = [state for state in states if state in {State.DONE, State.IN_DOUBT, State.STARTED}]
        report.done += times > 0
        if times > 1:
            report.doubled.append(job)
        if times and not begun:
            report.unintended.append(job)
        if not times and State.DONE in states:
            report.lost.append(job)
    report.unresolved = [action.id for action in actions if action.state is State.STARTED]
    report.doubtful = [action.id for action in actions if action.state is State.IN_DOUBT]
    report.recovered = recovered
    return report
