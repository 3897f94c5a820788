"""A thread for work that may block."""

import asyncio
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


class Worker:
    """Runs jobs in their order, in one thread that hangs alone.

    Neither the event loop nor the end of the process waits for it: the pools of asyncio, anyio and
    concurrent.futures are joined at exit, and a disk that hangs would keep the process.
    """

    def __init__(self, name: str) -> None:
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        Thread(target=self._run, name=name, daemon=True).start()

    def submit(self, job: Callable[[], T]) -> "asyncio.Future[T]":
        """The job's result, to come. Cancelling it takes back a job that has not begun."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()

        def run() -> None:
            if future.cancelled():
                return
            try:
                result = job()
            except BaseException as error:  # noqa: BLE001 - it is raised where the result is awaited
                _tell(loop, _fail, future, error)
            else:
                _tell(loop, _succeed, future, result)

        self._jobs.put(run)
        return future

    def stop(self) -> None:
        """Ends the thread after the jobs that it has."""
        self._jobs.put(None)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()


def _tell(loop: asyncio.AbstractEventLoop, how: Callable[..., None], *what: object) -> None:
    """A future is the loop's alone. Where the loop is closed, nobody waits for it."""
    try:
        loop.call_soon_threadsafe(how, *what)
    except RuntimeError:
        if not loop.is_closed():
            raise


def _succeed(future: "asyncio.Future[T]", result: T) -> None:
    if not future.cancelled():
        future.set_result(result)


def _fail(future: "asyncio.Future[T]", error: BaseException) -> None:
    if not future.cancelled():
        future.set_exception(error)
