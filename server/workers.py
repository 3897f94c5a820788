"""Several processes behind one address: the kernel gives each connection to one of them."""

import logging
import multiprocessing
import multiprocessing.connection
import multiprocessing.process
import os
import signal
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

from prometheus_client.multiprocess import (
    mark_process_dead,  # pyright: ignore[reportUnknownVariableType] - a parameter without a type
)

from server.metrics.meters import SHARED
from server.web.siblings import Place

log = logging.getLogger("remit.workers")

SPAWN = multiprocessing.get_context("spawn")  # a fork would share the parent's connections and keys
REFUSED = 1  # the exit status of a worker whose configuration must not run

Work = Callable[[Place], None]


class Workers:
    """Keeps so many processes at work until a signal says to stop.

    One that dies is replaced; one that refuses to start stops them all, as each of them would.
    """

    def __init__(self, count: int, work: Work) -> None:
        """`work` is what a worker does in its place: importable, and can be pickled."""
        self._count = count
        self._work = work
        self._stopping = False
        self._workers: dict[int, multiprocessing.process.BaseProcess] = {}  # by their number

    def run(self) -> int:
        """Returns the exit status: 0 after a signal, that of the worker that refused otherwise."""
        for told in (signal.SIGTERM, signal.SIGINT):
            signal.signal(told, self._told)
        status = 0
        with TemporaryDirectory(prefix="remit-") as folder:  # which its owner alone may enter
            measured = Path(folder, "metrics")
            measured.mkdir()
            os.environ[SHARED] = str(measured)  # for the workers, who begin with it
            while not self._stopping:
                for number in set(range(self._count)) - self._workers.keys():
                    self._start(Place(Path(folder), number, self._count))
                status = self._wait_for_one()
            for worker in self._workers.values():
                worker.terminate()
            for worker in self._workers.values():
                worker.join()
        return status

    def _start(self, place: Place) -> None:
        worker = SPAWN.Process(target=self._work, args=(place,))
        worker.start()
        self._workers[place.own] = worker

    def _wait_for_one(self) -> int:
        """Returns once a worker has ended or a signal came."""
        multiprocessing.connection.wait([worker.sentinel for worker in self._workers.values()], timeout=0.5)
        for number, worker in [*self._workers.items()]:
            if worker.exitcode is None:
                continue
            del self._workers[number]
            log.error("a worker ended", extra={"worker": worker.pid, "status": worker.exitcode})
            mark_process_dead(worker.pid, os.environ[SHARED])  # type: ignore[no-untyped-call]
            if worker.exitcode == REFUSED:
                self._stopping = True
                return REFUSED
        return 0

    def _told(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self._stopping = True
