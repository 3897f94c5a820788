"""A disk under SQLite that fails when told to: SQLite's own file layer, with faults let into it."""

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import apsw

Fault = Callable[[], None]


class Disk(apsw.VFS):
    """Every write, sync and truncation asks `fault` first, which may raise, or wait."""

    def __init__(self, name: str) -> None:
        self.base = apsw.vfs_names()[0]
        super().__init__(name, self.base, makedefault=True)
        self.syncs = 0
        self.fault: Fault | None = None

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:  # noqa: N802 - SQLite's name for it
        return File(self, name, flags)

    def fail_once(self, after: int, error: type[Exception]) -> None:
        """The operation that comes `after` others fails; those after it go well again."""
        left = after

        def fault() -> None:
            nonlocal left
            left -= 1
            if left < 0:
                self.fault = None
                raise error

        self.fault = fault

    def fail(self, error: type[Exception]) -> None:
        """Everything fails until `heal`."""

        def fault() -> None:
            raise error

        self.fault = fault

    def hang(self) -> threading.Event:
        """Everything waits until the event is set."""
        go_on = threading.Event()

        def fault() -> None:
            go_on.wait(60)

        self.fault = fault
        return go_on

    def heal(self) -> None:
        self.fault = None

    def ask(self) -> None:
        if self.fault is not None:
            self.fault()


class File(apsw.VFSFile):
    def __init__(self, disk: Disk, name: Any, flags: list[int]) -> None:
        super().__init__(disk.base, name, flags)
        self._disk = disk

    def xWrite(self, data: Any, offset: int) -> None:  # noqa: N802
        plain: Any = super()
        try:
            self._disk.ask()
        except apsw.Error:
            # A disk that fails in the middle of a write leaves a part of it.
            plain.xWrite(data[: len(data) // 2], offset)
            raise
        plain.xWrite(data, offset)

    def xSync(self, flags: int) -> None:  # noqa: N802
        self._disk.ask()
        self._disk.syncs += 1
        super().xSync(flags)

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        self._disk.ask()
        super().xTruncate(newsize)


@contextmanager
def disk() -> Generator[Disk]:
    """The disk under every SQLite database that is opened from now on."""
    faulty = Disk("faulty")
    try:
        yield faulty
    finally:
        faulty.unregister()
