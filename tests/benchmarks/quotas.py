"""A share of a core for a process, so that more workers can be measured than this machine has room for.

What is measured is whether workers stand in each other's way. On two cores that the load, the database and
the workers share, that shows only while each worker is held to less than it could use.
"""

import os
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

PERIOD: Final = 10_000  # microseconds: short, so that a share is not used up in one piece
V1: Final = Path("/sys/fs/cgroup/cpu")
V2: Final = Path("/sys/fs/cgroup")


class NoQuotasError(Exception):
    """This machine gives this user no control group for processor time."""


@contextmanager
def held(pids: Sequence[int], share: float) -> Generator[None]:
    """Each of the processes gets so much of one core, while inside. Raises `NoQuotasError`."""
    folders: list[Path] = []
    root = V1 if (V1 / "cpu.cfs_quota_us").exists() or (V1 / "cgroup.procs").exists() else V2
    try:
        for pid in pids:
            folder = root / f"remit-bench-{os.getpid()}-{pid}"
            try:
                folder.mkdir()
                folders.append(folder)
                _limit(folder, round(PERIOD * share))
                (folder / "cgroup.procs").write_text(str(pid))
            except OSError as error:
                raise NoQuotasError(f"no control group for processor time: {error.strerror}") from error
        yield
    finally:
        for folder in folders:
            _release(folder, root)


def _limit(folder: Path, quota: int) -> None:
    if (folder / "cpu.max").exists():
        (folder / "cpu.max").write_text(f"{quota} {PERIOD}")
        return
    (folder / "cpu.cfs_period_us").write_text(str(PERIOD))
    (folder / "cpu.cfs_quota_us").write_text(str(quota))


def _release(folder: Path, root: Path) -> None:
    for pid in (folder / "cgroup.procs").read_text().split():
        (root / "cgroup.procs").write_text(pid)
    folder.rmdir()
