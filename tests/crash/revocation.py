"""A connection, a user or policies end while several processes read and write all the time (threat T43)."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import IO, Final, Literal, TypeAlias

import anyio
import anyio.to_thread

from policies.call import Answer, Channel, Request, User
from policies.errors import Denied, NeedsConnection, Refusal
from policies.networks import UNRESTRICTED
from policies.question import AnswerNeeded
from policies.redaction.redactor import Redactor
from policies.secret import Credential, Secret
from server.assembly import Service, assemble
from server.configuration import Configuration, load
from server.enforcing import enforce
from server.history import search
from tests.crash.harness import Far
from tests.crash.jobs import TERMINAL
from tests.crash.replicas import Replica, one_redactor, quickly, replicas
from tests.server.enabling import enable_all

What: TypeAlias = Literal["connection", "user", "policy"]

PROCESSES: Final = 4
READERS: Final = 2
ENOUGH: Final = 5  # reads and writes before the connection ends
QUIET: Final = 20  # refusals in a row, after which nothing more is to be expected
BOUND: Final = 20.0  # seconds in which it has to be quiet
EVENTS: Final[Mapping[What, str]] = {
    "connection": "disconnected",
    "user": "user_ended",
    "policy": "policy_enforced",
}
OPERATOR: Final = User("ada", "acme", frozenset({"operator"}))


@dataclass(slots=True)
class Seen:
    """By one process. `last` is when the last call that was answered had begun, on the machine's clock."""

    reads: int = 0
    writes: int = 0
    last: float = 0.0
    refused: int = 0
    ready: anyio.Event = field(default_factory=anyio.Event)
    quiet: anyio.Event = field(default_factory=anyio.Event)

    def answered(self, begun: float, *, wrote: bool) -> None:
        self.reads += not wrote
        self.writes += wrote
        self.last, self.refused = max(self.last, begun), 0
        if min(self.reads, self.writes) >= ENOUGH:
            self.ready.set()

    def turned_away(self) -> None:
        self.refused += 1
        if self.refused >= QUIET:
            self.quiet.set()


@dataclass(frozen=True, slots=True)
class Ended:
    """`late` are seconds from the end to the beginning of the last call that was answered; `begun_late` the
    actions whose intent went on record after it."""

    reads: int
    writes: int
    late: float
    begun_late: int


def revoke(far: Far, login: str, password: str, what: What) -> Ended:
    configuration, redactor = load(far.configuration), one_redactor()
    anyio.run(enable_all, configuration.document)
    with replicas(configuration, redactor, _serve, PROCESSES) as processes:
        account = Credential(Secret(password), login)
        return anyio.run(_revoked, configuration, redactor, processes, account, what)


async def _revoked(
    configuration: Configuration,
    redactor: Redactor,
    processes: list[Replica],
    account: Credential,
    what: What,
) -> Ended:
    with quickly(redactor):
        async with assemble(configuration) as service:
            connection = await _connected(service, account)
            for number, process in enumerate(processes):
                process.send(str(number))
            for process in processes:
                assert await anyio.to_thread.run_sync(process.heard) == ["ready"]
            if what == "connection":
                assert await service.connecting.end(connection, OPERATOR)
            elif what == "policy":
                audit = service.pipeline.audit
                await enforce(service.store, audit, "another", by="root", why="")
            else:
                await service.endings.end_user(
                    "", OPERATOR.id, by="root", why="", block=True, keep_connections=True
                )
            ended = monotonic()
            told = [await anyio.to_thread.run_sync(process.heard) for process in processes]
            entries = await search(service.store, limit=100_000)
    at = {
        event: [entry.columns[0] for entry in entries if entry.columns[1] == event]
        for event in (EVENTS[what], "intended")
    }
    return Ended(
        sum(int(reads) for reads, _, _ in told),
        sum(int(writes) for _, writes, _ in told),
        max(float(last) for *_, last in told) - ended,
        sum(begun > at[EVENTS[what]][0] for begun in at["intended"]),
    )


async def _connected(service: Service, account: Credential) -> str:
    offer = await service.connecting.find(await service.connecting.offer(OPERATOR, "work", ""), OPERATOR)
    assert offer is not None
    made = await service.connecting.accept(offer, OPERATOR, account.login, account.secret, UNRESTRICTED)
    assert made is not None
    return made.id


async def _serve(configuration: Configuration, asks: IO[str], answers: IO[str]) -> None:
    async with assemble(configuration) as service:
        number = int(await anyio.to_thread.run_sync(asks.readline))
        seen = Seen()
        async with anyio.create_task_group() as tasks:
            for _ in range(READERS):
                tasks.start_soon(_read, service, seen)
            tasks.start_soon(_write, service, seen, number)
            await seen.ready.wait()
            await anyio.to_thread.run_sync(_told, answers, "ready")
            with anyio.move_on_after(BOUND):
                await seen.quiet.wait()
            tasks.cancel_scope.cancel()
        await anyio.to_thread.run_sync(_told, answers, f"{seen.reads} {seen.writes} {seen.last}")


def _told(answers: IO[str], line: str) -> None:
    answers.write(f"{line}\n")
    answers.flush()


async def _read(service: Service, seen: Seen) -> None:
    while True:
        begun = monotonic()
        try:
            await _run(service, "work_query", "SELECT count(*) FROM jobs")
        except (NeedsConnection, Denied):
            seen.turned_away()
        else:
            seen.answered(begun, wrote=False)


async def _write(service: Service, seen: Seen, number: int) -> None:
    job = number + 1
    while True:
        begun = monotonic()
        sql = f"UPDATE jobs SET done = done + 1 WHERE id = {job}"
        try:
            try:
                await _run(service, "work_write", sql)
            except AnswerNeeded as needed:
                await _run(
                    service,
                    "work_write",
                    sql,
                    Answer(needed.question.action, Channel.TERMINAL, yes=True),
                )
        except Refusal:
            seen.turned_away()
        else:
            seen.answered(begun, wrote=True)
            job += PROCESSES


async def _run(service: Service, tool: str, sql: str, answer: Answer | None = None) -> None:
    request = Request(secrets.token_hex(16), TERMINAL, tool, {"sql": sql}, answer=answer)
    await service.pipeline.run(request)
