"""How a server that runs for weeks treats memory."""

import ctypes
import gc
import resource
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

# Of glibc's malloc.h. Elsewhere there is no `mallopt`, and the allocator is left as it is.
_MMAP_THRESHOLD: Final = -3
_ARENA_MAX: Final = -8

_USUAL: Final = gc.get_threshold()
_SELDOM: Final = (50_000, 20, 100)


def give_back_what_is_freed() -> None:
    """Call it before there are threads.

    By itself glibc keeps what is freed in holes between what is not, in an arena for each thread: 120 rounds
    of hostile messages grew a process by 50 MB so, and by 5 MB with one arena and large blocks apart.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, 1_048_576)
        mallopt(_ARENA_MAX, 1)


def leave_no_core() -> None:
    """A process that crashes would leave its memory in a file, with every secret in it (threat T35)."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


@contextmanager
def nothing_collected() -> Generator[None]:
    """For imports: all of it stays, and to look through it again and again is a tenth of their time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def leave_alone_what_stays(*, seldom: bool) -> None:
    """What is there once a server answers lasts as long as it does, and the collector need not look at it.

    With `seldom` it hardly looks at the rest either: at 16 calls at once the slowest hundredth takes half the
    time, for some hundred megabytes of what is done with.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*(_SELDOM if seldom else _USUAL))
