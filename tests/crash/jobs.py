"""The work that is killed: jobs, each of which counts up one row of its own, once and for all.

A job is a confirmed write through the whole pipeline. Like a careful client it makes the same call again
until it hears that it is done, in whichever process runs then; so a row that stands at 2 was written twice.
"""

import os
import secrets
from collections.abc import Iterable
from typing import Final

import anyio

from policies.call import Answer, Caller, Channel, Request, Transport
from policies.errors import Refusal
from policies.question import AnswerNeeded
from server.assembly import Service, assemble
from server.configuration import Configuration

AT_ONCE: Final = 6
READY: Final = "ready"
BEGUN: Final = "begun"
DONE: Final = "done"
REFUSED: Final = "refused"
TERMINAL: Final = Caller(Transport.STDIO, "the crash test", channels=frozenset({Channel.TERMINAL}))


def key_of(number: int) -> str:
    """The client's own key for a job: the same in every try."""
    return f"job {number}"


async def work(configuration: Configuration, jobs: Iterable[int], told: int) -> None:
    """Tries each job until it is killed.

    Writes lines to the descriptor `told`: `ready` once it can begin, then for each job `begun` and how it was
    answered, `done` or `refused`, with its number. What is not written there, no client has heard of.
    """

    def tell(word: str, number: int) -> None:
        os.write(told, f"{word} {number}\n".encode())

    async with assemble(configuration) as service:
        os.write(told, f"{READY}\n".encode())
        left = iter(jobs)

        async def one_after_the_other() -> None:
            for number in left:
                tell(BEGUN, number)
                tell(DONE if await attempt(service, number) else REFUSED, number)

        async with anyio.create_task_group() as tasks:
            for _ in range(AT_ONCE):
                tasks.start_soon(one_after_the_other)


async def attempt(service: Service, number: int) -> bool:
    """One try, with the question answered: whether it is done. That one in doubt is refused is no fault."""
    sql = f"UPDATE jobs SET done = done + 1 WHERE id = {number}"
    arguments: dict[str, object] = {"sql": sql, "idempotency_key": key_of(number)}
    answer: Answer | None = None
    for _ in range(2):
        request = Request(secrets.token_hex(16), TERMINAL, "work_write", arguments, answer=answer)
        try:
            await service.pipeline.run(request)
        except AnswerNeeded as needed:
            answer = Answer(needed.question.action, Channel.TERMINAL, yes=True)
        except Refusal:
            return False
        else:
            return True
    return False
