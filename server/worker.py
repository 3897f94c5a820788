"""A thread for work that may block."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
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
        future: Future[T] = Future()

        def run() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = job()
            except BaseException as error:  # noqa: BLE001 - it is raised where the result is awaited
                future.set_exception(error)
            else:
                future.set_result(result)

        self._jobs.put(run)
        return asyncio.wrap_future(future)

    def stop(self) -> None:
        """Ends the thread after the jobs that it has."""
        self._jobs.put(None)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()
