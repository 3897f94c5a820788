"""Processes of their own over one store, forked from this one so that the language model is loaded once."""

import logging
import os
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from typing import IO, TypeAlias

import anyio
import pytest

import server.loading
from policies.outgoing.screen import screen
from policies.outgoing.trail import Trail
from policies.redaction.redactor import Redactor
from server.configuration import Configuration
from server.loading import Loaded

Serve: TypeAlias = Callable[[Configuration, IO[str], IO[str]], Awaitable[None]]
"""What one does: with what it is asked, line by line, and what it answers."""


@dataclass(frozen=True, slots=True)
class Replica:
    """It is told a line, and answers one."""

    pid: int
    asks: IO[str]
    answers: IO[str]

    def send(self, line: str) -> None:
        self.asks.write(f"{line}\n")
        self.asks.flush()

    def heard(self) -> list[str]:
        return self.answers.readline().split()


@contextmanager
def replicas(
    configuration: Configuration, redactor: Redactor, serve: Serve, count: int
) -> Generator[list[Replica]]:
    """They end when nothing more can be asked of them. Not for use inside an event loop."""
    made = [_forked(configuration, redactor, serve) for _ in range(count)]
    try:
        yield made
    finally:
        # The last one first: each holds a copy of what the ones before it are asked through.
        for replica in reversed(made):
            replica.asks.close()
            os.waitpid(replica.pid, 0)
            replica.answers.close()


def _forked(configuration: Configuration, redactor: Redactor, serve: Serve) -> Replica:
    told, telling = os.pipe()
    answered, answering = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(telling)
        os.close(answered)
        logging.disable()
        try:
            with quickly(redactor), os.fdopen(told) as asks, os.fdopen(answering, "w") as answers:
                anyio.run(serve, configuration, asks, answers)
        finally:
            os._exit(0)
    os.close(told)
    os.close(answering)
    return Replica(pid, os.fdopen(telling, "w"), os.fdopen(answered))


@cache
def one_redactor() -> Redactor:
    """For all that this process does: to load it takes seconds."""
    return Redactor()


def loaded(redactor: Redactor, **_: object) -> Loaded:
    """In the place of `server.loading.load`."""
    return Loaded(redactor, Trail, screen)


@contextmanager
def quickly(redactor: Redactor) -> Generator[None]:
    """The language model is loaded once for all."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server.loading, "load", partial(loaded, redactor))
        yield
