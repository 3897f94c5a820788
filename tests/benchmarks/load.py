"""Load by `wrk`, which costs a fraction of what a server does: a client in Python would be the bottleneck."""

import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.benchmarks.shop import COLUMNS

SCRIPT = Path(__file__).with_name("call.lua")
PATIENCE = 30  # seconds for one answer

Question = Literal["one", "prose", "page"]
Novelty = Literal["seen", "new"]


PLAIN = ("id", "name", "email", "city", "amount", "created_at")


@dataclass(frozen=True, slots=True)
class Load:
    """What is asked and how: `one` row by its key, one with all columns and so with `prose` in it, or a
    `page` of 1,000 rows of all 12 columns. What is `new` was not asked before, nor was its row.
    """

    question: Question
    novelty: Novelty
    concurrency: int

    @property
    def columns(self) -> Sequence[str]:
        return PLAIN if self.question == "one" else COLUMNS

    @property
    def sample(self) -> str:
        return self.statement(7)

    def statement(self, number: int) -> str:
        condition = f"id > {number} ORDER BY id LIMIT 1000" if self.question == "page" else f"id = {number}"
        return f"SELECT {', '.join(self.columns)} FROM public.customers WHERE {condition}"

    @property
    def rows(self) -> int:
        return 1000 if self.question == "page" else 1


@dataclass(frozen=True, slots=True)
class Measured:
    """One run: calls a second, and how long a call took, in milliseconds."""

    calls: int
    rate: float
    p50: float
    p99: float


def put(wrk: Path, port: int, load: Load, seconds: float, first: int) -> Measured:
    """One run of `wrk`. `first` numbers the questions, so that a new one is new to every run.

    Raises `RuntimeError` when any answer is not a result.
    """
    done = subprocess.run(
        [
            wrk,
            "--threads=1",
            f"--connections={load.concurrency}",
            f"--duration={seconds:g}s",
            f"--timeout={PATIENCE}s",
            f"--script={SCRIPT}",
            f"http://127.0.0.1:{port}/mcp",
            "--",
            "shop_query",
            load.question,
            load.novelty,
            str(first),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds + 2 * PATIENCE,
        env={"PATH": os.defpath},
    )
    if done.returncode:
        raise RuntimeError(f"wrk failed: {done.stdout[-500:]}{done.stderr[-500:]}")
    facts = json.loads(done.stdout.splitlines()[-1])
    if facts["refused"] or facts["broken"]:
        raise RuntimeError(f"not every answer was a result: {facts}")
    if not facts["calls"]:
        raise RuntimeError(f"no call ended within {seconds:g} s")
    return Measured(facts["calls"], facts["calls"] / facts["seconds"], facts["p50"], facts["p99"])
