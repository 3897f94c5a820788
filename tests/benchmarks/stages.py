"""How long each step of remit's pipeline takes, measured inside one process, one call at a time."""

import functools
import inspect
import statistics
import time
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from policies.call import Caller, Request, Transport
from policies.decision import Policy
from server.approvals import Approvals
from server.assembly import assemble
from server.audit import Record
from server.configuration import load
from server.context.contexts import Contexts
from server.executor import Executor
from server.identity import Identity
from server.limits import Limits
from server.redaction import Redaction
from server.vault import Vault
from tools.catalogue import Catalogue
from tools.postgres.session import PostgresSession

STEPS: Mapping[str, tuple[Any, str]] = {
    "identify": (Identity, "identify"),
    "parse": (Catalogue, "parse"),
    "policy": (Policy, "decide"),
    "admit": (Limits, "admit"),
    "restore": (Contexts, "restore"),
    "open": (Vault, "open"),
    "plan": (PostgresSession, "plan"),
    "approve": (Approvals, "ask"),
    "intend": (Record, "intend"),
    "execute": (Executor, "run"),
    "redact": (Redaction, "redact"),
    "finish": (Record, "finish"),
}

Times = dict[str, list[float]]


async def measure(configuration: Path, questions: Callable[[int], str], calls: int) -> dict[str, float]:
    """The median of each step and of the `whole`, in milliseconds.

    `open` takes a connection and gives it back.
    """
    times: Times = defaultdict(list)
    async with assemble(load(configuration)) as service:
        with _watched(times):
            for number in range(calls + 5):
                if number == 5:  # connections and caches are made by now
                    times.clear()
                request = Request(
                    id=f"{number:032x}",
                    caller=Caller(Transport.HTTP, "bench"),
                    tool="shop_query",
                    arguments={"sql": questions(number)},
                )
                begun = time.perf_counter()
                await service.pipeline.run(request)
                times["whole"].append(time.perf_counter() - begun)
    return {name: statistics.median(times[name]) * 1000 for name in (*STEPS, "whole")}


@contextmanager
def _watched(times: Times) -> Generator[None]:
    """Each step notes its time, for as long as the block lasts."""
    plain = {name: (owner, method, getattr(owner, method)) for name, (owner, method) in STEPS.items()}
    for name, (owner, method, step) in plain.items():
        setattr(owner, method, _noting(step, functools.partial(_note, times, name)))
    try:
        yield
    finally:
        for owner, method, step in plain.values():
            setattr(owner, method, step)


def _note(times: Times, name: str, begun: float) -> None:
    times[name].append(time.perf_counter() - begun)


def _noting(step: Callable[..., Any], note: Callable[[float], None]) -> Callable[..., Any]:
    """The step, of whatever kind: plain, to be awaited, or a context that is entered and left."""
    if hasattr(step, "__wrapped__"):  # made by `asynccontextmanager`

        @asynccontextmanager
        async def entered(*arguments: Any) -> AsyncGenerator[Any]:
            begun = time.perf_counter()
            async with step(*arguments) as value:
                took = time.perf_counter() - begun
                yield value
                begun = time.perf_counter()
            note(begun - took)

        return entered
    if inspect.iscoroutinefunction(step):

        @functools.wraps(step)
        async def awaited(*arguments: Any) -> Any:
            begun = time.perf_counter()
            result = await step(*arguments)
            note(begun)
            return result

        return awaited

    @functools.wraps(step)
    def called(*arguments: Any) -> Any:
        begun = time.perf_counter()
        result = step(*arguments)
        note(begun)
        return result

    return called
