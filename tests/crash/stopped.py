"""A process that is stopped (SIGSTOP) within an action, halted then, and woken up (threat T41).

It stops itself, so that it is exactly there. The far side is a real PostgreSQL, and says what was done.
"""

import os
import secrets
import signal
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import IO, Any, Final

import anyio
import anyio.to_thread
import pytest

from policies.call import Request
from policies.decision import Policy
from policies.errors import Refusal
from policies.halt import EVERYTHING
from policies.redaction.redactor import Redactor
from server.actions import State
from server.assembly import Service, assemble
from server.audit import Audit, Record
from server.configuration import Configuration, load
from server.executor import Executor
from server.halting import rows
from server.halting.flights import Flight, in_flight
from server.halting.guard import Guard
from server.standing import stands
from server.transaction import Transaction
from tests.crash.flips import nobody_is_asked
from tests.crash.harness import Far
from tests.crash.jobs import TERMINAL
from tests.crash.replicas import Replica, one_redactor, quickly, replicas
from tests.server.enabling import enable_all
from tools.postgres.writing import Writing

BOUND: Final = 30.0  # seconds for a process to be where it stops, and for an action to end
JOB: Final = 1


def _before(patch: pytest.MonkeyPatch, owner: Any, name: str) -> None:
    original = getattr(owner, name)

    async def stop_and_go_on(*arguments: Any) -> Any:
        _stop()
        return await original(*arguments)

    patch.setattr(owner, name, stop_and_go_on)


def _after(patch: pytest.MonkeyPatch, owner: Any, name: str) -> None:
    original = getattr(owner, name)

    async def go_on_and_stop(*arguments: Any) -> Any:
        result = await original(*arguments)
        _stop()
        return result

    patch.setattr(owner, name, go_on_and_stop)


def _in_its_transaction(patch: pytest.MonkeyPatch) -> None:
    def stand_and_stop(*arguments: Any) -> Transaction[tuple[int, int]]:
        found = yield from stands(*arguments)
        _stop()
        return found

    patch.setattr("server.audit.stands", stand_and_stop)


def _stop() -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


NOTHING_DONE: Final[dict[str, Callable[[pytest.MonkeyPatch], None]]] = {
    "before its transaction": lambda patch: _before(patch, Record, "_begin"),
    "in its transaction": _in_its_transaction,
    "between its commit and the last look": lambda patch: _before(patch, Executor, "run"),
    "after the last look": lambda patch: _after(patch, Guard, "hold"),
    "after its note": lambda patch: _after(patch, Audit, "keep"),
}
"""Where it can be stopped so that nothing is done after it wakes up."""
IN_THE_SEND: Final[dict[str, Callable[[pytest.MonkeyPatch], None]]] = {
    "in the send": lambda patch: _before(patch, Writing, "_commit"),
    "after the send": lambda patch: _after(patch, Writing, "_commit"),
}
"""Where only the far side could still hold it back."""
PLACES: Final = {**NOTHING_DONE, **IN_THE_SEND}


@dataclass(frozen=True, slots=True)
class Woken:
    """`halting` is how long the halt took, in seconds; `done` how often the system did it. `flight` is the
    action as it was listed while the process was stopped, None where it was not in the list, and `state` how
    it ended, None where it never started."""

    halting: float
    flight: Flight | None
    done: int
    state: State | None
    told: str


def stop(far: Far, place: str, seconds: float, *, blind: bool = False) -> Woken:
    """Stops a process there, halts everything, and wakes it up so many seconds later.

    A `blind` one does not look again: a harness that finds nothing then finds nothing.
    """
    configuration, redactor = load(far.configuration), one_redactor()
    anyio.run(enable_all, configuration.document)
    serve = partial(_act, place=place, blind=blind)
    with replicas(configuration, redactor, serve, 1) as (process,):
        try:
            return anyio.run(_stopped, configuration, redactor, process, far, seconds)
        finally:
            os.kill(process.pid, signal.SIGCONT)


async def _act(
    configuration: Configuration, asks: IO[str], answers: IO[str], *, place: str, blind: bool
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Policy, "_obligations", nobody_is_asked)
        async with assemble(configuration) as service:
            await anyio.to_thread.run_sync(asks.readline)
            if blind:
                patch.setattr(Guard, "hold", _looks_at_nothing)
            PLACES[place](patch)
            told = await _attempt(service)
        answers.write(f"{told}\n")
        answers.flush()


async def _looks_at_nothing(*_: object) -> None:
    pass


async def _attempt(service: Service) -> str:
    arguments = {"sql": f"UPDATE jobs SET done = done + 1 WHERE id = {JOB}"}
    try:
        await service.pipeline.run(Request(secrets.token_hex(16), TERMINAL, "work_write", arguments))
    except Refusal as refusal:
        return refusal.code
    return "done"


async def _stopped(
    configuration: Configuration, redactor: Redactor, process: Replica, far: Far, seconds: float
) -> Woken:
    with quickly(redactor):
        async with assemble(configuration) as service:
            process.send("go")
            with anyio.fail_after(BOUND):
                await anyio.to_thread.run_sync(os.waitpid, process.pid, os.WUNTRACED)
            begun = monotonic()
            halted = await service.store.at_once(partial(rows.halt, EVERYTHING, "root", "a test"))
            halting = monotonic() - begun
            listed: list[Flight] = []

            async def list_them() -> None:
                listed.extend(await _insist(service, halted.epoch))

            async with anyio.create_task_group() as tasks:
                tasks.start_soon(list_them)
                await anyio.sleep(seconds)
                os.kill(process.pid, signal.SIGCONT)
            told = await anyio.to_thread.run_sync(process.heard)
            state = await _ended(service)
            done = await anyio.to_thread.run_sync(far.rows)
    return Woken(halting, listed[0] if listed else None, done[JOB], state, " ".join(told))


async def _insist(service: Service, epoch: int) -> list[Flight]:
    """As `remit halt` does: a process that is stopped in its turn is cut off by the database."""
    with anyio.fail_after(BOUND):
        while True:
            try:
                return await service.store.run(partial(in_flight, EVERYTHING, epoch))
            except Refusal:
                await anyio.sleep(0.1)


async def _ended(service: Service) -> State | None:
    """The state of the one action there is, once it has ended."""
    with anyio.move_on_after(BOUND):
        while True:
            found = await service.store.read(lambda: service.pipeline.audit.actions.read("ORDER BY id"))
            if not found or found[0].state is not State.STARTED:
                return found[0].state if found else None
            await anyio.sleep(0.1)
    return State.STARTED
