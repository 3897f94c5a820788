"""One confirmed call, sent to several processes at once: who carries it out, how often (threats T19, T51)."""

import secrets
from collections import Counter
from pathlib import Path
from typing import IO, Final

import anyio
import anyio.to_thread

from policies.call import Answer, Channel, Request
from policies.errors import Refusal
from policies.question import AnswerNeeded
from policies.redaction.redactor import Redactor
from server.assembly import Service, assemble
from server.configuration import Configuration, load
from tests.crash.harness import Far
from tests.crash.jobs import TERMINAL
from tests.crash.replicas import Replica, one_redactor, quickly, replicas

PROCESSES: Final = 3


def race(far: Far, rounds: int, calls: int) -> list[Counter[str]]:
    """What the calls of each round were told: "done" (by the one that did it), "replayed", or a refusal."""
    configuration = load(far.configuration)
    redactor = one_redactor()
    with replicas(configuration, redactor, _serve, PROCESSES) as processes:
        return anyio.run(_rounds, configuration, redactor, processes, rounds, calls)


async def _serve(configuration: Configuration, asks: IO[str], answers: IO[str]) -> None:
    async with assemble(configuration) as service:
        while line := await anyio.to_thread.run_sync(asks.readline):
            job, action, times = line.split()
            told: list[str] = []
            async with anyio.create_task_group() as tasks:
                for _ in range(int(times)):
                    tasks.start_soon(_call, service, int(job), action, told)
            answers.write(" ".join(told) + "\n")
            answers.flush()


async def _call(service: Service, job: int, action: str, told: list[str]) -> None:
    try:
        reply = await service.pipeline.run(request(job, Answer(action, Channel.TERMINAL, yes=True)))
    except Refusal as refusal:
        told.append(refusal.code)
    else:
        told.append("replayed" if reply.replayed else "done")


async def _rounds(
    configuration: Configuration, redactor: Redactor, processes: list[Replica], rounds: int, calls: int
) -> list[Counter[str]]:
    heard: list[Counter[str]] = []
    with quickly(redactor):
        async with assemble(configuration) as service:
            for job in range(1, rounds + 1):
                action = await _asked(service, job)
                for number, process in enumerate(processes):
                    process.send(f"{job} {action} {len(range(number, calls, len(processes)))}")
                round_: Counter[str] = Counter()
                for process in processes:
                    round_ += Counter(await anyio.to_thread.run_sync(process.heard))
                heard.append(round_)
    return heard


async def _asked(service: Service, job: int) -> str:
    try:
        await service.pipeline.run(request(job, None))
    except AnswerNeeded as needed:
        return needed.question.action
    raise AssertionError("nobody was asked")


def request(job: int, answer: Answer | None) -> Request:
    sql = f"UPDATE jobs SET done = done + 1 WHERE id = {job}"
    return Request(secrets.token_hex(16), TERMINAL, "work_write", {"sql": sql}, answer=answer)


def shared(far: Far, store: str) -> Far:
    """The same organisation over a store of record that several processes share."""
    text = far.configuration.read_text()
    more = f'store = "{store}"\nstore_password = "env:STORE_PASSWORD"'
    path = Path(far.configuration)
    path.write_text(text.replace('store = "sqlite:remit.db"', more))
    return Far(path, far.rows)
